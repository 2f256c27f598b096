"""How a generic webhook reads any JSON: each field by a small path, such as `alert.labels[0].name`, with a default."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from db.errors import FieldError, Invalid
from db.states import CloseReason, Priority, Status, read_priority, read_status
from handlers.hooks.signals import Signal, Unreadable, cut, fitted, fitting_labels, moment, severity

FIELDS: Final = ("title", "description", "key", "status", "priority", "labels", "at")
# Where things stand when the mapping does not say.
USUAL: Final[dict[str, str]] = {
    "title": "title",
    "description": "description",
    "key": "key",
    "status": "status",
    "priority": "priority",
    "labels": "labels",
    "at": "at",
}
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
_PATH: Final = re.compile(r"(\$\.?)?([^.\[\]]+|\[\d{1,6}\])(\.[^.\[\]]+|\[\d{1,6}\])*")
# What monitoring says besides the words of trackers.
_FIRING: Final = frozenset({"firing", "alerting", "triggered", "problem", "down", "failing", "true"})
_OVER: Final = frozenset({"ok", "up", "recovered", "recovery", "cleared", "normal", "inactive", "false"})


def parse(text: str) -> dict[str, Any]:
    """A mapping as its owner typed it, `{"title": "alert.name", "priority": {"path": "sev", "default": "low"}}`.

    Raises Invalid.
    """
    if not text.strip():
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong("mapping_json", f"this is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise _wrong("mapping_json", "a mapping is a JSON object")
    for name, rule in given.items():
        if name not in FIELDS:
            raise _wrong("mapping_field", f"“{name}” is none of {', '.join(FIELDS)}")
        path = rule.get("path") if isinstance(rule, dict) else rule
        extra = set(rule) - {"path", "default"} if isinstance(rule, dict) else set()
        if extra or (
            not (path is None and isinstance(rule, dict) and "default" in rule) and not _is_path(path)
        ):
            raise _wrong("mapping_path", f"{name}: a path reads like alert.labels[0].name")
    return given


def _is_path(path: object) -> bool:
    return isinstance(path, str) and _PATH.fullmatch(path) is not None


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(FieldError(field="mapping", code=code, message=message))


def look(body: Any, path: str) -> Any:
    """What stands there; None for nothing."""
    for name, index in _STEP.findall(path.removeprefix("$").removeprefix(".")):
        if name:
            body = body.get(name) if isinstance(body, dict) else None
        else:
            body = body[int(index)] if isinstance(body, list) and int(index) < len(body) else None
    return body


def read(body: Any, mapping: Mapping[str, Any]) -> list[Signal]:
    """Raises Unreadable."""
    found = {name: _find(body, mapping, name) for name in FIELDS}
    title = found["title"]
    if title in (None, "") or isinstance(title, (dict, list)):
        raise Unreadable("no-title", _path(mapping, "title"))
    is_open, reason = _status(found["status"])
    labels = found["labels"]
    key = found["key"]
    return [
        Signal(
            key=None if key in (None, "") or isinstance(key, (dict, list)) else str(key)[:500],
            is_open=is_open,
            title=fitted(title, "–"),
            description=cut(_text(found["description"])),
            priority=_priority(found["priority"]),
            labels=fitting_labels(labels if isinstance(labels, list) else str(labels or "").split(",")),
            at=moment(found["at"]),
            reason=reason,
            occurs=found["at"] is not None,
            persists=str(found["status"] or "").strip().lower() in _FIRING,
        )
    ]


def _path(mapping: Mapping[str, Any], name: str) -> str:
    rule = mapping.get(name, USUAL[name])
    return str((rule.get("path") or "") if isinstance(rule, dict) else rule)


def _find(body: Any, mapping: Mapping[str, Any], name: str) -> Any:
    rule = mapping.get(name, USUAL[name])
    path = _path(mapping, name)
    found = look(body, path) if path else None
    return rule.get("default") if found is None and isinstance(rule, dict) else found


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return "" if value is None else str(value)


def _status(value: Any) -> tuple[bool, CloseReason]:
    if value in (None, ""):
        return True, CloseReason.COMPLETED
    word = str(value).strip().lower()
    if word in _FIRING:
        return True, CloseReason.COMPLETED
    if word in _OVER:
        return False, CloseReason.COMPLETED
    try:
        status, reason = read_status(word)
    except Invalid:
        raise Unreadable("no-status", word) from None
    dropped = reason in (CloseReason.NOT_PLANNED, CloseReason.DUPLICATE)
    return status is not Status.CLOSED, CloseReason.NOT_PLANNED if dropped else CloseReason.COMPLETED


def _priority(value: Any) -> Priority:
    if value in (None, ""):
        return Priority.NONE
    found = severity(value)
    if found is not Priority.NONE:
        return found
    try:
        return read_priority(str(value))
    except Invalid:
        raise Unreadable("no-priority", value) from None
