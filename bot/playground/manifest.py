"""The installed app as its manifest declares it: what is not in it does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.playground.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    type: str
    name: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`scopes` or `events` of None mean that everything is allowed."""

    name: str = "Lodge"
    bot_name: str = "lodge"
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    unfurl_domains: tuple[str, ...] = ()
    functions: Mapping[str, Any] = field(default_factory=dict)
    home_tab: bool = True
    interactive: bool = True
    rotates_tokens: bool = False

    def command(self, name: str) -> Command | None:
        return next((item for item in self.commands if item.command == name), None)

    def shortcut(self, kind: str, callback_id: str) -> Shortcut | None:
        for item in self.shortcuts:
            if item.type == kind and item.callback_id == callback_id:
                return item
        return None

    def unfurls(self, url: str) -> bool:
        """Of a domain that is registered for it, or below one."""
        host = f".{urlsplit(url).hostname}"
        return any(host.endswith(f".{domain}") for domain in self.unfurl_domains)

    def subscribes(self, event: str) -> bool:
        return self.events is None or event in self.events


def read_manifest(source: Path | Mapping[str, Any] | None) -> Manifest:
    if source is None:
        return Manifest()
    if isinstance(source, Path):
        return _written(source.read_text(encoding="utf-8"))
    return _declared(source)


@lru_cache(maxsize=8)
def _written(text: str) -> Manifest:
    """Reading YAML takes longer than all else that a local Slack begins with."""
    return _declared(yaml.safe_load(text) or {})


def _declared(document: Mapping[str, Any]) -> Manifest:
    features: Json = document.get("features") or {}
    settings: Json = document.get("settings") or {}
    bot_user: Json = features.get("bot_user") or {}
    name = (document.get("display_information") or {}).get("name", "Lodge")
    scopes = ((document.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()
    events = (settings.get("event_subscriptions") or {}).get("bot_events") or ()
    return Manifest(
        name=name,
        bot_name=bot_user.get("display_name", name),
        commands=tuple(_command(item) for item in features.get("slash_commands") or ()),
        shortcuts=tuple(_shortcut(item) for item in features.get("shortcuts") or ()),
        scopes=frozenset(scopes),
        events=frozenset(events),
        unfurl_domains=tuple(features.get("unfurl_domains") or ()),
        functions=document.get("functions") or {},
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled", True)),
        rotates_tokens=bool(settings.get("token_rotation_enabled", False)),
        home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled", False)),
    )


def _command(item: Json) -> Command:
    return Command(
        command=item["command"],
        description=item.get("description", ""),
        usage_hint=item.get("usage_hint", ""),
        should_escape=bool(item.get("should_escape", False)),
    )


def _shortcut(item: Json) -> Shortcut:
    return Shortcut(
        type=item["type"],
        name=item["name"],
        callback_id=item["callback_id"],
        description=item.get("description", ""),
    )
