"""Sentry's integration webhooks: issues, issue alerts and metric alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.states import CloseReason
from handlers.hooks.signals import Signal, cut, fitted, moment, severity, table

RESOURCE = "sentry-hook-resource"
TIMESTAMP = "sentry-hook-timestamp"
_CLOSED = {
    "resolved": CloseReason.COMPLETED,
    "archived": CloseReason.NOT_PLANNED,
    "ignored": CloseReason.NOT_PLANNED,
}


def read(body: dict[str, Any], headers: Mapping[str, str]) -> list[Signal]:
    """What is about neither an issue nor an alert says nothing here. Raises Unreadable."""
    data = table(body.get("data"), "data")
    at = moment(headers.get(TIMESTAMP))
    action = str(body.get("action") or "")
    match headers.get(RESOURCE) or _guessed(data):
        case "issue" | "activity_alert":
            return [_issue(table(data.get("issue"), "data.issue"), action, at)]
        case "event_alert":
            return [_event(table(data.get("event"), "data.event"), data, at)]
        case "metric_alert":
            return [_metric(table(data.get("metric_alert"), "data.metric_alert"), data, action, at)]
        case _:
            return []


def _guessed(data: Mapping[str, Any]) -> str:
    named = {"issue": "issue", "event": "event_alert", "metric_alert": "metric_alert"}
    return next((resource for name, resource in named.items() if name in data), "")


def _issue(issue: dict[str, Any], action: str, at: datetime | None) -> Signal:
    status = str(issue.get("status") or action)
    reason = _CLOSED.get(action) or _CLOSED.get(status)
    project = table(issue.get("project") or {}, "data.issue.project").get("slug")
    link = issue.get("web_url") or issue.get("permalink")
    details = [issue.get("culprit"), f"Project: {project}" if project else None, link]
    return Signal(
        key=f"issue:{issue.get('id')}",
        is_open=reason is None,
        title=fitted(issue.get("title"), "Sentry issue"),
        description=cut("\n\n".join(str(each) for each in details if each)),
        priority=severity(issue.get("level")),
        labels=("sentry",),
        at=at,
        reason=reason or CloseReason.COMPLETED,
        external_ref=str(issue["shortId"])[:255] if issue.get("shortId") else None,
    )


def _event(event: dict[str, Any], data: Mapping[str, Any], at: datetime | None) -> Signal:
    """An alert rule was met: by an issue that is new, or has come back."""
    details = [event.get("culprit"), data.get("triggered_rule"), event.get("web_url")]
    return Signal(
        key=f"issue:{event.get('issue_id') or event.get('groupID') or event.get('event_id')}",
        is_open=True,
        title=fitted(event.get("title"), "Sentry alert"),
        description=cut("\n\n".join(str(each) for each in details if each)),
        priority=severity(event.get("level")),
        labels=("sentry",),
        at=at,
        occurs=True,
    )


def _metric(alert: dict[str, Any], data: Mapping[str, Any], action: str, at: datetime | None) -> Signal:
    rule = table(alert.get("alert_rule") or {}, "data.metric_alert.alert_rule")
    details = [data.get("description_text"), data.get("web_url")]
    return Signal(
        key=f"metric:{alert.get('id') or rule.get('id')}",
        is_open=action != "resolved",
        title=fitted(data.get("description_title") or alert.get("title") or rule.get("name"), "Metric alert"),
        description=cut("\n\n".join(str(each) for each in details if each)),
        priority=severity(action),
        labels=("sentry",),
        at=at,
        occurs=True,
    )
