"""What Slack is told the app can do, and what the code does, are the same."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs

from handlers import register_all
from handlers.commands import Commands
from handlers.services import Services
from handlers.words import words

ROOT = Path(__file__).parents[2]

# What listeners take besides Bolt's own arguments: put into the context by the Requesting middleware.
OURS = {"asker"}
# The scopes each Web API method needs; those that need none are left out.
SCOPES = {
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_getPermalink": set(),
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "chat_unfurl": {"links:write"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "users_info": {"users:read", "users:read.email"},
    "users_list": {"users:read", "users:read.email"},
}
# The scope that a subscription needs, and the listener's name for the event.
EVENTS = {
    "app_home_opened": ("app_home_opened", None),
    "app_mention": ("app_mention", "app_mentions:read"),
    "app_uninstalled": ("app_uninstalled", None),
    "channel_unarchive": ("channel_unarchive", "channels:read"),
    "file_shared": ("file_shared", "files:read"),
    # Its listeners are the functions themselves.
    "function_executed": ("function_executed", None),
    "group_unarchive": ("group_unarchive", "groups:read"),
    "link_shared": ("link_shared", "links:read"),
    # That of public channels; private ones need groups:read, which other things ask for as well.
    "member_joined_channel": ("member_joined_channel", "channels:read"),
    "message.channels": ("message", "channels:history"),
    "message.groups": ("message", "groups:history"),
    "message.im": ("message", "im:history"),
    "reaction_added": ("reaction_added", "reactions:read"),
    "team_join": ("team_join", "users:read"),
    "tokens_revoked": ("tokens_revoked", None),
    "user_change": ("user_change", "users:read"),
}


class Recorder:
    """Stands for Bolt's app: remembers what is registered, by kind."""

    def __init__(self) -> None:
        self.listeners: list[tuple[str, Any, Callable[..., Any]]] = []

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Callable[..., Any]], None]]:
        def registering(constraint: Any) -> Callable[[Callable[..., Any]], None]:
            return lambda listener: self.listeners.append((kind, constraint, listener))

        return registering

    def of(self, kind: str) -> set[str]:
        found = {constraint for each, constraint, _ in self.listeners if each == kind}
        return {each if isinstance(each, str) else str(each) for each in found}


@pytest.fixture
def recorder(services: Services) -> Recorder:
    recording = Recorder()
    register_all(cast("Any", recording), services)
    return recording


@pytest.fixture
def services() -> Services:
    """Registering touches none of it."""
    return Services(**{each.name: cast("Any", None) for each in dataclasses.fields(Services) if each.init})


@pytest.fixture
def manifest() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return document


def _bolt_arguments() -> set[str]:
    source = inspect.getsource(build_async_required_kwargs)
    return set(re.findall(r'^        "(\w+)":', source, re.MULTILINE)) | {"payload", "args"}


def _methods_called() -> Iterator[str]:
    for folder in ("handlers", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            if "playground" not in path.parts and "demo" not in path.parts:
                yield from re.findall(
                    r"client\.((?:chat|conversations|files|users|team|reactions)_\w+)\(", path.read_text()
                )


def test_every_listener_asks_for_arguments_that_exist(recorder: Recorder) -> None:
    known = _bolt_arguments() | OURS
    assert len(known) > 25
    for kind, constraint, listener in recorder.listeners:
        asked = set(inspect.signature(listener).parameters)
        assert asked <= known, f"{kind} {constraint}: {asked - known}"
        parameters = inspect.signature(listener).parameters.values()
        assert all(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters), f"{kind} {constraint}"


def test_nothing_is_registered_twice(recorder: Recorder) -> None:
    registered = [(kind, str(constraint)) for kind, constraint, _ in recorder.listeners]
    assert len(registered) == len(set(registered))


def test_every_shortcut_has_a_listener_and_the_other_way_round(
    recorder: Recorder, manifest: dict[str, Any]
) -> None:
    declared = {each["callback_id"] for each in manifest["features"]["shortcuts"]}
    assert declared == recorder.of("shortcut") | recorder.of("global_shortcut") | recorder.of(
        "message_shortcut"
    )


def test_every_event_has_a_listener_and_the_other_way_round(
    recorder: Recorder, manifest: dict[str, Any]
) -> None:
    declared = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert declared <= EVENTS.keys()
    assert {EVENTS[each][0] for each in declared} == recorder.of("event") | {"function_executed"}


def test_every_step_of_workflows_has_a_listener_and_the_other_way_round(
    recorder: Recorder, manifest: dict[str, Any]
) -> None:
    assert set(manifest["functions"]) == recorder.of("function")
    assert "function_executed" in manifest["settings"]["event_subscriptions"]["bot_events"]


def test_every_command_is_answered(recorder: Recorder, manifest: dict[str, Any]) -> None:
    (pattern,) = [constraint for kind, constraint, _ in recorder.listeners if kind == "command"]
    commands = [each["command"] for each in manifest["features"]["slash_commands"]]
    assert commands
    assert all(pattern.fullmatch(each) for each in commands)


def test_every_scope_is_used_and_every_use_has_its_scope(manifest: dict[str, Any]) -> None:
    declared = set(manifest["oauth_config"]["scopes"]["bot"])
    needed = {"commands"}
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        _, scope = EVENTS[event]
        needed |= {scope} if scope is not None else set()
    called = set(_methods_called())
    assert called <= SCOPES.keys(), called - SCOPES.keys()
    for method in called:
        needed |= SCOPES[method]
    assert declared == needed


def test_every_subcommand_explains_itself_in_every_language(services: Services) -> None:
    recording = Recorder()
    found: list[Commands] = []
    register_all(cast("Any", recording), services)
    for kind, _, listener in recording.listeners:
        if kind == "command":
            found.append(cast("Any", listener).__self__)
    (commands,) = found
    assert {"new", "show", "list", "mine", "bulk", "undo", "help"} <= commands.subcommands.keys()
    for name in commands.subcommands:
        for locale in ("en", "de"):
            assert words(locale).plain(f"usage-{name}", command="/issue").startswith("/issue")
            assert words(locale)(f"help-{name}")
