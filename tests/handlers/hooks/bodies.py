"""Bodies as their senders document them."""

from __future__ import annotations

from typing import Any

ALERTS: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "lodge",
    "groupLabels": {"alertname": "DiskFull"},
    "commonLabels": {"severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "DiskFull",
                "instance": "db-1",
                "severity": "critical",
                "mountpoint": "/var",
            },
            "annotations": {
                "summary": "Disk of db-1 is 95 % full",
                "description": "It fills up in two hours.",
                "runbook_url": "https://runbooks.example/disk",
            },
            "startsAt": "2026-11-02T08:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=disk",
            "fingerprint": "7f2a81c3b9d0e4f6",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "HighLatency", "instance": "web-2", "severity": "warning"},
            "annotations": {},
            "startsAt": "2026-11-02T08:05:00.123456789Z",
            "endsAt": "2026-11-02T08:20:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=latency",
            "fingerprint": "c0ffee00c0ffee00",
        },
    ],
}

GITHUB_ISSUE: dict[str, Any] = {
    "action": "opened",
    "issue": {
        "id": 2400001,
        "node_id": "I_kwDOA",
        "number": 12,
        "title": "Crash on start",
        "user": {"login": "octocat", "id": 1},
        "labels": [{"id": 1, "name": "bug"}, {"id": 2, "name": "good first issue"}],
        "state": "open",
        "state_reason": None,
        "body": "It crashes.\r\n\r\nAlways.",
        "html_url": "https://github.com/acme/app/issues/12",
        "created_at": "2026-11-02T08:00:00Z",
        "updated_at": "2026-11-02T08:00:00Z",
    },
    "repository": {"id": 99, "full_name": "acme/app", "name": "app"},
    "sender": {"login": "octocat"},
}

SENTRY_ISSUE: dict[str, Any] = {
    "action": "created",
    "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},
    "data": {
        "issue": {
            "id": "1170820242",
            "shortId": "APP-1",
            "title": "ReferenceError: blooopy is not defined",
            "culprit": "?(runner)",
            "level": "error",
            "status": "unresolved",
            "web_url": "https://acme.sentry.io/issues/1170820242/",
            "project": {"id": "1", "name": "app", "slug": "app", "platform": "javascript"},
            "metadata": {"type": "ReferenceError", "value": "blooopy is not defined"},
            "firstSeen": "2026-11-02T08:00:00Z",
        }
    },
    "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
}

SENTRY_ALERT: dict[str, Any] = {
    "action": "triggered",
    "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},
    "data": {
        "event": {
            "event_id": "e4874d664c3540c1a32eab185f12c5ab",
            "issue_id": "1170820242",
            "title": "ReferenceError: blooopy is not defined",
            "culprit": "?(runner)",
            "level": "error",
            "web_url": "https://acme.sentry.io/issues/1170820242/events/e4874d/",
        },
        "triggered_rule": "Very Important Alert Rule!",
    },
    "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
}

SENTRY_METRIC: dict[str, Any] = {
    "action": "critical",
    "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},
    "data": {
        "description_text": "10 events in the last minute",
        "description_title": "Critical: Error rate",
        "metric_alert": {"id": "7", "alert_rule": {"id": "3", "name": "Error rate"}, "status": 20},
        "web_url": "https://acme.sentry.io/alerts/7/",
    },
    "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
}

# As `issues` comes for what is done to an issue: what is particular to the action, beside the issue as it is then.
GITHUB_ACTIONS: dict[str, dict[str, Any]] = {
    "edited": {"changes": {"title": {"from": "Crash on start"}, "body": {"from": "It crashes."}}},
    "labeled": {"label": {"id": 3, "name": "crash", "color": "ededed", "default": False}},
    "unlabeled": {"label": {"id": 1, "name": "bug", "color": "d73a4a", "default": True}},
    "assigned": {"assignee": {"login": "hubot", "id": 2}},
    "unassigned": {"assignee": {"login": "hubot", "id": 2}},
    "milestoned": {"milestone": {"id": 5, "title": "1.0"}},
    "transferred": {
        "changes": {
            "new_issue": {"id": 2400777, "number": 3, "title": "Crash on start", "state": "open"},
            "new_repository": {"id": 100, "full_name": "acme/core", "name": "core"},
        }
    },
}
