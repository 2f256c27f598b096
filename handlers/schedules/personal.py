"""`/issue digest 08:30`: what happened to one's own issues, by direct message each working day. Off by default."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import Final

import asyncpg

from db import schedules
from db.access import Action, require
from db.ids import ChannelId
from db.query import parse
from db.reports.choosing import choose
from db.schedules import Every, Recurrence, Schedule, ScheduleDraft
from handlers.acting import Place, origin_of
from handlers.commands import Call, Reply
from handlers.saved import expand
from handlers.schedules.timing import shared_now
from handlers.services import Services
from handlers.views import schedule_form
from handlers.views import schedules as view
from handlers.views.blocks import Json
from handlers.views.schedule_form import Filled
from handlers.views.states import moment

NAME: Final = "digest"
USUAL_QUERY: Final = "assignee:me"
_OFF: Final = frozenset({"off", "stop", "none", "never", "aus", "nie"})
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)(?:\s+|$)|([01]?\d|2[0-3])(?:\s+|$)")
# What begins like an hour is no query.
_ALMOST: Final = re.compile(r"\d+(?:[:.h]\d*)?\w*(?:\s+|$)")


class Personal:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        text = call.text.strip()
        if text.lower() in _OFF:
            # Also for one who could not begin another by now.
            return await self._off(call)
        require(call.asker.actor, Action.SCHEDULES, call.asker.workspace.settings)
        clock = _CLOCK.match(text)
        if clock is None and (almost := _ALMOST.match(text)):
            return Reply(text=call.words("digest-no-hour", text=almost[0].strip()))
        if clock is None:
            return await call.opening(self._form(call, text))
        hour, minute = clock[1] or clock[3], clock[2] or "0"
        at = time(int(hour), int(minute))
        return await self._on(call, await self._kept(call), at, text[clock.end() :].strip())

    async def _kept(self, call: Call) -> Schedule | None:
        async with self._services.database.connection() as conn:
            return await schedules.own_digest(conn, call.asker.actor, ChannelId(call.asker.slack_user_id))

    async def _form(self, call: Call, query: str) -> Json:
        """The form of any schedule, filled with what was typed, is kept or usual."""
        kept = await self._kept(call)
        zone = call.asker.person.timezone or call.asker.workspace.timezone
        filled = Filled(query=USUAL_QUERY, direct=True, timezone=zone)
        if kept is not None:
            filled = Filled.of(kept)
        if query:
            filled = replace(filled, query=query)
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        return schedule_form.form(filled, filled.recurrence.every, call.words, place.metadata())

    async def _on(self, call: Call, kept: Schedule | None, at: time, query: str) -> Reply:
        asker = call.asker
        usual = Recurrence(every=Every.WEEKDAYS) if kept is None else kept.recurrence
        if usual.every not in (Every.DAILY, Every.WEEKDAYS):
            usual = Recurrence(every=Every.WEEKDAYS)
        draft = ScheduleDraft(
            report="digest",
            query=USUAL_QUERY if kept is None else kept.query,
            period="7d" if kept is None else kept.period,
            channel_id=ChannelId(asker.slack_user_id),
            recurrence=replace(usual, at=at),
            timezone=asker.person.timezone or asker.workspace.timezone,
            locale=call.words.locale,
        )
        async with self._services.database.connection() as conn:
            if query:
                draft = replace(draft, query=parse(await expand(conn, asker.actor, query)).text())
            # A label or person that is not there is said now, not when the digest is due.
            await choose(conn, asker.actor, parse(draft.query) if draft.query else None)
            made = await self._set(conn, call, draft)
        if made is None or made.next_due_at is None:
            return Reply(text=call.words("digest-off", command=call.command))
        said = call.words(
            "digest-on",
            often=view.when(made, call.words),
            about=view.about(made, call.words),
            when=moment(made.next_due_at),
            command=call.command,
        )
        return Reply(text=said)

    async def _off(self, call: Call) -> Reply:
        async with self._services.database.connection() as conn:
            await self._set(conn, call, None)
        return Reply(text=call.words("digest-off", command=call.command))

    async def _set(
        self, conn: asyncpg.Connection, call: Call, draft: ScheduleDraft | None
    ) -> Schedule | None:
        asker, now = call.asker, await shared_now(self._services, conn)
        return await schedules.set_own_digest(
            conn,
            asker.actor,
            ChannelId(asker.slack_user_id),
            draft,
            now,
            asker.workspace.settings,
            origin_of(asker),
        )
