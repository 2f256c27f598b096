"""Every listener of the app, by what reaches it; and which of them Slack's requests reached in a scenario.

`stories.py` names a scenario for each listener, and every scenario is held to that: it fails where what it is named for
was not delivered to the app, signed, and acknowledged, and then delivered again (redelivery.py) and under conditions
in which it cannot be done (failing.py).
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, cast

from bot.playground.deliveries import Delivery
from handlers import register_all
from handlers.commands import Commands
from handlers.services import Services
from tests.handlers.test_registration import Recorder
from tests.scenarios.stories import STORIES

_FOLDER: Final = "tests/scenarios/"
# What the payload of an interaction names its listener by.
_INTERACTIONS: Final = {
    "message_action": "shortcut",
    "shortcut": "shortcut",
    "view_submission": "view",
    "block_actions": "action",
    "block_suggestion": "options",
}
# What was delivered again in the scenario that runs.
_told_again: set[str] = set()


@cache
def registered() -> frozenset[str]:
    """`action issue_close`, `event message`...; and, for the one command, `command close`..."""
    recorder = _recorded()
    names = {f"{kind} {constraint}" for kind, constraint, _ in recorder.listeners if kind != "command"}
    return frozenset(names | {f"command {name}" for name in _commands().subcommands})


@cache
def _recorded() -> Recorder:
    nothing = {each.name: cast("Any", None) for each in dataclasses.fields(Services) if each.init}
    recorder = Recorder()
    register_all(cast("Any", recorder), Services(**nothing))
    return recorder


@cache
def _commands() -> Commands:
    (listener,) = [each for kind, _, each in _recorded().listeners if kind == "command"]
    commands: Commands = cast("Any", listener).__self__
    return commands


def listener_of(delivery: Delivery) -> str | None:
    """Whom it is for. None: for nobody, like a command that no word of it is known of."""
    payload = delivery.payload
    match delivery.kind:
        case "command":
            subcommand, _ = _commands().route(payload.get("text") or "")
            return f"command {subcommand.name}" if subcommand is not None else None
        case "event" if "event" not in payload:
            return None
        case "event" if payload["event"]["type"] == "function_executed":
            return f"function {payload['event']['function']['callback_id']}"
        case "event":
            return f"event {payload['event']['type']}"
        case "block_actions":
            return f"action {payload['actions'][0]['action_id']}"
        case "view_submission":
            return f"view {payload['view']['callback_id']}"
        case "block_suggestion":
            return f"options {payload['action_id']}"
        case kind:
            return f"{_INTERACTIONS[kind]} {payload['callback_id']}"


def promised() -> frozenset[str]:
    """What the scenario that runs is named for."""
    story = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].removeprefix(_FOLDER)
    return frozenset(listener for listener, named in STORIES.items() if named == story)


def delivered(deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    """The last delivery to each listener that was acknowledged."""
    found = ((listener_of(each), each) for each in deliveries if each.acked)
    return {listener: each for listener, each in found if listener is not None}


def told_again(deliveries: Iterable[Delivery]) -> None:
    _told_again.update(delivered(deliveries))


def held_to_its_promise() -> None:
    """At the end of a scenario."""
    missing = promised() - _told_again
    _told_again.clear()
    assert not missing, f"this scenario is the one of {sorted(missing)}, which it did not reach"
