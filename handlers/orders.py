"""Commands that are said to the bot: Slack takes none that begin with a slash in threads.

`@Lodge close LDG-42` and `@Lodge LDG-42 close` anywhere; in an issue's thread its key goes without saying. What reads
otherwise is no order, but an issue to be filed. In an issue's thread, whoever begins with the word of an order is asked
first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from slack_sdk.web.async_client import AsyncWebClient

from db.errors import Invalid, LodgeError
from db.states import read_priority, read_reason, read_status
from handlers.closing import DUPLICATE
from handlers.commands import SHOW, Answering, Call, Commands, Reply, Subcommand, explained, typed
from handlers.dates import read_day
from handlers.errors import expected
from handlers.hearing import Heard
from handlers.requesting import Asker
from handlers.services import Services
from handlers.words import words

_KEY: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,19})-[0-9]{1,18}")
_SOMEBODY: Final = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^<>]*)?>|me|mich|nobody|niemand", re.IGNORECASE)
# What is asked for by one word, or by terms of a query, and needs no issue.
_ALONE: Final = frozenset({"undo"})
_LISTS: Final = frozenset({"list", "mine"})
# Whether it reads as a day, does not depend on when it is asked.
_SOME_DAY: Final = date(2026, 1, 1)
# They open a form, which only a click or a command can: the issue is shown instead, with its buttons.
_FORMS: Final = frozenset({"edit", "comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`key` is None where that of the thread's issue is meant; `about_issue` is False for what needs none."""

    subcommand: Subcommand
    key: str | None
    rest: str
    about_issue: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """It begins with the word of an order, and goes on as none does."""

    subcommand: Subcommand
    word: str
    rest: str


def said_to(text: str, bot_user_id: str | None) -> str:
    """What somebody says besides naming the bot."""
    return re.sub(rf"<@{bot_user_id}(?:\|[^>]*)?>[ :,]*", "", text).strip()


class Orders:
    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._services: Services = commands.services

    def read(self, text: str, prefix: str) -> Order | None:
        """`text` as Slack sent it, without the bot's name; `prefix` that of the workspace's keys."""
        first, rest = _split(text)
        if _is_key(first, prefix):
            verb, more = _split(rest)
            found = self._commands.find(verb)
            return self._order(found, first, more) if found is not None and found.name in _ACTS else None
        found = self._commands.find(first)
        if found is None:
            return None
        if found.name in _ALONE | _LISTS:
            said = not rest or (found.name in _LISTS and all(":" in term for term in rest.split()))
            return Order(subcommand=found, key=None, rest=rest, about_issue=False) if said else None
        if found.name not in _ACTS:
            return None
        second, more = _split(rest)
        if _is_key(second, prefix):
            return self._order(found, second, more)
        return self._order(found, None, rest) if _ACTS[found.name](rest) else None

    def unread(self, text: str, prefix: str) -> Unread | None:
        """None for an order, and for what begins like none."""
        word, rest = _split(text)
        found = self._commands.find(word)
        if found is None or found.name not in _WORDS or self.read(text, prefix) is not None:
            return None
        return Unread(subcommand=found, word=word, rest=rest)

    def _order(self, found: Subcommand, key: str | None, rest: str) -> Order:
        if found.name in _FORMS and not (found.name == "comment" and rest):
            return Order(subcommand=self._commands.subcommands[SHOW], key=key, rest="")
        return Order(subcommand=found, key=key, rest=rest)

    def is_one(self, heard: Heard) -> bool:
        """Whether the message gives the bot an order, be it one that cannot be read, and is nobody's comment."""
        event = heard.event
        text = str((event.get("message") or event).get("text") or "")
        if heard.bot_user_id is None or f"<@{heard.bot_user_id}" not in text:
            return False
        said, prefix = said_to(text, heard.bot_user_id), heard.asker.workspace.key_prefix
        return self.read(said, prefix) is not None or self.unread(said, prefix) is not None

    async def carry_out(
        self, order: Order, key: str | None, asker: Asker, event: Mapping[str, Any], client: AsyncWebClient
    ) -> Reply | None:
        """`key`: of the issue that is meant. Raises Unavailable: Slack is to tell of it again."""
        raw = f"{key or ''} {order.rest}".strip()
        spoken = words(asker.locale)
        call = Call(
            asker=asker,
            command=spoken.command,
            text=typed(raw),
            raw=raw,
            words=spoken,
            services=self._services,
            client=client,
            # Nothing was clicked: no form can be opened, and the answer is said by whoever asked for it here.
            trigger_id="",
            channel_id=event["channel"],
            response_url="",
            answering=cast("Answering", _Nowhere()),
        )
        try:
            return await order.subcommand.handler(call)
        except LodgeError as error:
            if not expected(error):
                raise
            return Reply(text=explained(error, spoken, asker))


class _Nowhere:
    """Nobody waits for an answer to a command."""

    async def acknowledge(self, reply: Reply | None = None) -> None:
        return None

    async def say(self, reply: Reply) -> None:
        return None


def _split(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first.rstrip(":,"), rest[0] if rest else ""


def _is_key(word: str, prefix: str) -> bool:
    found = _KEY.fullmatch(word)
    return found is not None and found[1].casefold() == prefix.casefold()


def _nothing(text: str) -> bool:
    return not text


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether it is a value, and nothing else."""

    def can(text: str) -> bool:
        try:
            return bool(text) and read(text) is not None
        except Invalid:
            return False

    return can


def _is_reason(text: str) -> bool:
    said = text.removeprefix("as ").strip()
    return not said or DUPLICATE.fullmatch(said) is not None or _reads(read_reason)(said)


def _is_labels(text: str) -> bool:
    return bool(text) and (text[0] == "=" or all(word[0] in "+-" for word in text.split()))


def _is_day(text: str) -> bool:
    return text.lower() in ("none", "nie") or read_day(text, _SOME_DAY) is not None


# What can be said of one issue, and what follows then where the issue is not named: with anything else behind it, the
# word begins a sentence.
_ACTS: Final[Mapping[str, Callable[[str], bool]]] = {
    SHOW: _nothing,
    "assign": lambda text: _SOMEBODY.fullmatch(text) is not None,
    "unassign": _nothing,
    "comment": lambda text: False,
    "label": _is_labels,
    "priority": lambda text: _reads(read_priority)(text.lstrip("!")),
    "due": _is_day,
    "start": _nothing,
    "status": _reads(read_status),
    "close": _is_reason,
    "reopen": _nothing,
    "edit": _nothing,
    "history": _nothing,
    "watch": _nothing,
    "unwatch": _nothing,
    "delete": _nothing,
    # No thread is about an issue that is gone.
    "restore": lambda text: False,
}
_WORDS: Final = _ALONE | _LISTS | _ACTS.keys()
