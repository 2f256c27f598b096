"""Prometheus Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from handlers.hooks.signals import Signal, Unreadable, cut, fitted, moment, severity, table


def read(body: dict[str, Any]) -> list[Signal]:
    """One signal an alert. Raises Unreadable."""
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Unreadable("missing", "alerts")
    return [_signal(table(alert, "alerts[]")) for alert in alerts]


def _signal(alert: dict[str, Any]) -> Signal:
    labels = table(alert.get("labels"), "alerts[].labels")
    notes = table(alert.get("annotations") or {}, "alerts[].annotations")
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise Unreadable("no-status", status)
    name = str(labels.get("alertname") or "Alert")
    where = labels.get("instance") or labels.get("service") or labels.get("job")
    firing = status == "firing"
    return Signal(
        key=str(alert.get("fingerprint") or _fingerprint(labels)),
        is_open=firing,
        title=fitted(notes.get("summary") or (f"{name} on {where}" if where else name), name),
        description=cut(_description(alert, labels, notes)),
        priority=severity(labels.get("severity") or labels.get("priority")),
        labels=("alert",),
        at=moment(alert.get("startsAt" if firing else "endsAt")),
        occurs=True,
        persists=True,
    )


def _fingerprint(labels: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:32]


def _description(alert: Mapping[str, Any], labels: Mapping[str, Any], notes: Mapping[str, Any]) -> str:
    parts = [str(notes.get("description") or notes.get("message") or "")]
    parts.append("\n".join(f"- {name}: {value}" for name, value in sorted(labels.items())))
    links = (notes.get("runbook_url"), notes.get("dashboard_url"), alert.get("generatorURL"))
    parts.append("\n".join(str(link) for link in links if link))
    return "\n\n".join(part for part in parts if part)
