"""The one command: `/issue <word> ...` finds its capability, and the answer goes out in the ack."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from db.errors import LodgeError
from db.query import QueryError
from handlers import asked
from handlers.errors import expected, explain
from handlers.hearing import Hearing
from handlers.loading import Made, open_form, present
from handlers.querying import explain_query
from handlers.requesting import Asker
from handlers.responding import respond
from handlers.services import Services
from handlers.timers import Timers
from handlers.views.blocks import Json, actions, button, section
from handlers.views.replies import OFFER_CREATE, handing_back
from handlers.views.replies import Reply as Reply
from handlers.words import Mrkdwn, Words, unescape, words

# Seconds from when it was sent; Slack gives up at 3, and the rest is for the way there and back.
PATIENCE = 2.0
SHOW = "show"
CREATE = "new"

KEY = re.compile(r"#?[0-9]{1,18}|[A-Za-z][A-Za-z0-9_]{0,19}-[0-9]{1,18}")
# A number alone can be a priority.
_SEVERAL = re.compile(rf"(?:{KEY.pattern})[\s,]+(?=[#A-Za-z])(?:{KEY.pattern})(?![^\s,])")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^>]*)?>")
# What has no scheme was typed so: `<b>`, or `created:<7d updated:>2026-01`.
_LINK = re.compile(r"<(?=[A-Za-z][\w+.-]*:)(?:mailto:|tel:)?([^<>|]+)(?:\|([^<>]*))?>")


class Answering:
    """Where the answer to one command goes: into the ack while Slack waits, to the response_url after that."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient, response_url: str) -> None:
        self._ack = ack
        self._client = client
        self._response_url = response_url
        self.acknowledged = False

    async def acknowledge(self, reply: Reply | None = None) -> None:
        if not self.acknowledged:
            self.acknowledged = True
            await (self._ack(reply.body()) if reply else self._ack())

    async def say(self, reply: Reply) -> None:
        if self.acknowledged:
            await respond(self._response_url, reply.body(), self._client)
        else:
            await self.acknowledge(reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One use of the command. `text` is what follows the subcommand, as typed; mentions stay `<@U1>`, `<#C1>`."""

    asker: Asker
    command: str
    text: str
    raw: str
    words: Words
    services: Services
    client: AsyncWebClient
    trigger_id: str
    channel_id: str
    response_url: str
    answering: Answering

    async def open(self, view: Json) -> str:
        """Opens a form; the handler returns None afterwards. Returns the view's id."""
        await self.answering.acknowledge()
        return await open_form(self.client, self.trigger_id, view)

    async def opening(self, making: Coroutine[Any, Any, Made]) -> Reply | None:
        """Opens the form that is made, however long that takes; returns what is to be answered instead, if anything."""
        return await present(self.open, self.client, making, self.words)

    async def later(self, reply: Reply) -> None:
        await self.answering.say(reply)


Handler = Callable[[Call], Awaitable[Reply | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcommand:
    name: str
    handler: Handler
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class Commands:
    """The words that can follow `/issue`; and, in `hearing`, who listens to what is said without it."""

    services: Services
    hearing: Hearing = field(default_factory=Hearing)
    timers: Timers = field(default_factory=Timers)
    subcommands: dict[str, Subcommand] = field(default_factory=dict)
    _by_word: dict[str, Subcommand] = field(default_factory=dict)
    # Which of them change many issues by which other subcommand.
    _for_many: dict[str, str] = field(default_factory=dict)

    def add(
        self, name: str, handler: Handler, *, aliases: Iterable[str] = (), for_many: Iterable[str] = ()
    ) -> None:
        """`for_many`: the subcommands in whose place it is called when several keys follow them."""
        self._for_many |= dict.fromkeys(for_many, name)
        subcommand = Subcommand(name=name, handler=handler, aliases=tuple(aliases))
        for word in (name, *subcommand.aliases):
            if word in self._by_word:
                raise ValueError(f"two subcommands answer to {word}")
            self._by_word[word] = subcommand
        self.subcommands[name] = subcommand

    def find(self, word: str) -> Subcommand | None:
        return self._by_word.get(word.lower())

    def nearest(self, word: str) -> str | None:
        """The known word that `word` was most likely meant to be."""
        best = process.extractOne(
            word.lower(),
            self._by_word.keys(),
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=0.5,
        )
        return best[0] if best else None

    async def listen(
        self,
        ack: AsyncAck,
        body: Mapping[str, Any],
        client: AsyncWebClient,
        asker: Asker,
    ) -> None:
        answering = Answering(ack, client, body["response_url"])
        spoken = words(asker.locale)
        timer = self.timers.later(asked.left(PATIENCE), partial(self._ask_for_patience, answering, spoken))
        try:
            reply = await self._answer(body, client, asker, spoken, answering)
        except LodgeError as error:
            asked.came_out(asked.REFUSED if expected(error) else asked.FAILED)
            reply = handing_back(Reply(text=explained(error, spoken, asker)), whole(body), spoken)
        finally:
            timer.cancel()
        if reply is not None:
            await answering.say(reply)
        else:
            await answering.acknowledge()

    def _ask_for_patience(self, answering: Answering, spoken: Words) -> None:
        reply = Reply(text=spoken("working-on-it"))
        self.services.background.start(answering.acknowledge(reply), name="working on it")

    async def _answer(
        self,
        body: Mapping[str, Any],
        client: AsyncWebClient,
        asker: Asker,
        spoken: Words,
        answering: Answering,
    ) -> Reply | None:
        # What no database can store is no part of what anybody means.
        subcommand, rest = self.route((body.get("text") or "").replace("\0", ""))
        call = Call(
            asker=asker,
            command=body["command"],
            text=typed(rest),
            raw=rest,
            words=spoken,
            services=self.services,
            client=client,
            trigger_id=body["trigger_id"],
            channel_id=body["channel_id"],
            response_url=body["response_url"],
            answering=answering,
        )
        asked.command(subcommand.name if subcommand is not None else "unknown")
        return self._unknown(call) if subcommand is None else await subcommand.handler(call)

    def route(self, text: str) -> tuple[Subcommand | None, str]:
        """The subcommand that `text` asks for, and what is left for it.

        `LDG-42` shows, and `LDG-42 close` reads like `close LDG-42`.
        """
        first, rest = _split(text.strip())
        if not first:
            return self._by_word[CREATE], ""
        found = self.find(first)
        if found is not None and found.name in self._for_many and _SEVERAL.match(rest):
            return self._by_word[self._for_many[found.name]], f"{found.name} {rest}"
        if found is not None:
            return found, rest
        if KEY.fullmatch(first):
            verb, more = _split(rest)
            named = self.find(verb) if verb else self._by_word[SHOW]
            return (named, f"{first} {more}".strip()) if named else (None, text)
        return None, text

    def _unknown(self, call: Call) -> Reply:
        first, _ = _split(call.text)
        if KEY.fullmatch(first):
            first = _split(call.text.partition(first)[2].strip())[0]
        nearest = self.nearest(first)
        said = call.words(
            "unknown-word-nearest" if nearest else "unknown-word",
            word=first,
            command=call.command,
            nearest=nearest or "",
        )
        blocks = [section(said)]
        if " " in call.text.strip() and len(call.text) <= 2000:
            offer = button(call.words.plain("unknown-word-create"), OFFER_CREATE, call.text)
            blocks.append(actions(offer))
        return Reply(text=said, blocks=blocks)


def _split(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first, rest[0] if rest else ""


def explained(error: LodgeError, spoken: Words, asker: Asker) -> Mrkdwn:
    if isinstance(error, QueryError):
        return explain_query(error, spoken)
    return explain(error, spoken, asker.reference)


def whole(body: Mapping[str, Any]) -> str:
    """The command with all that was typed behind it."""
    return f"{body['command']} {typed(str(body.get('text') or ''))}"


def typed(raw: str) -> str:
    """What the person typed: links as text, escapes undone, mentions as `<@U1>` and `<#C1>`."""
    if "<" in raw:
        raw = _LINK.sub(lambda link: link[2] or link[1], _MENTION.sub(r"<\1\2>", raw))
    return unescape(raw)
