"""The request at hand: when it came, what it asks for and how it came out. Whoever learns it, notes it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

DONE: Final = "done"
# For a reason the person was told, and can do something about.
REFUSED: Final = "refused"
FAILED: Final = "failed"

_KINDS: Final = {
    "block_actions": "button",
    "view_submission": "form",
    "view_closed": "form closed",
    "block_suggestion": "options",
    "message_action": "message shortcut",
    "shortcut": "shortcut",
}


@dataclass(slots=True)
class Asked:
    what: str
    outcome: str = DONE
    came: float = field(default_factory=time.monotonic)


_current: ContextVar[Asked | None] = ContextVar("asked", default=None)


def begin(body: Mapping[str, Any]) -> Asked:
    """From here on in this task, and in those it starts."""
    asked = Asked(_kind(body))
    _current.set(asked)
    return asked


def _kind(body: Mapping[str, Any]) -> str:
    if "command" in body:
        return "command"
    if body.get("type") == "event_callback":
        return f"event {body.get('event', {}).get('type')}"
    return _KINDS.get(str(body.get("type")), "other")


def command(name: str) -> None:
    if (asked := _current.get()) is not None:
        asked.what = f"command {name}"


def came_out(outcome: str) -> None:
    if (asked := _current.get()) is not None:
        asked.outcome = outcome


def left(patience: float) -> float:
    """What is left of the seconds that somebody waits from when the request came."""
    asked = _current.get()
    return patience if asked is None else max(0.0, patience - (time.monotonic() - asked.came))
