"""Tells people what is due for them: one message, however much it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import asyncpg

from db import announcements, mutes, notices, outbox, people, told
from db.access import Actor
from db.errors import LodgeError
from db.ids import ChannelId, CommentId, PersonId, WorkspaceId
from db.notices import SAID_IN, SAID_MAX, Notice
from db.outbox import Outgoing
from db.people import Person
from db.preferences import NoticeKind, read, zone_of
from db.states import Role, Source
from handlers.drawing import refreshing
from handlers.hearing import Heard
from handlers.news import News, message_of, reader_of, subjects
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import notices as view

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 200
_TRIED_AGAIN: Final = timedelta(minutes=15)
# What is worth a message of its own, and its sound.
_RINGING: Final = frozenset({NoticeKind.ASSIGNED, NoticeKind.MENTIONED})


class Telling:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        now = self._services.clock()
        async with self._services.database.connection() as conn:
            waiting = await notices.due_people(conn, now, _AT_ONCE)
        for workspace_id, person_id in waiting:
            try:
                async with self._services.database.transaction() as conn:
                    said = await self._tell(conn, workspace_id, person_id, now)
            except (LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                raise
            except Exception:
                # What is wrong with the news of one must not keep everybody else from theirs.
                _log.exception("somebody cannot be told")
                async with self._services.database.connection() as conn:
                    await notices.put_off(conn, workspace_id, person_id, now, now + _TRIED_AGAIN)
                continue
            if said:
                self._services.bell.ring()

    async def _tell(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId, now: datetime
    ) -> bool:
        system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        person = (await people.get_many(conn, system, [person_id])).get(person_id)
        if person is not None:
            quiet = read(person.settings).quiet_until(now.astimezone(zone_of(person.timezone)))
            if quiet is not None:
                await notices.put_off(conn, workspace_id, person_id, now, quiet)
                return False
        taken = await notices.take(conn, workspace_id, person_id, now)
        if not taken or person is None or not person.active or person.slack_user_id is None:
            return False
        news = await self._news(conn, person, taken)
        if not news:
            return False
        if len(news) > 1 or not await self._added(conn, person, news[0][1], now):
            await self._say(conn, person, news, now)
        return True

    async def _news(self, conn: asyncpg.Connection, person: Person, taken: tuple[Notice, ...]) -> list[News]:
        """Less what is gone or muted, or has come back to what it was; comments as they read by now."""
        quoted = [notice.said_in for notice in taken if notice.said_in is not None]
        spoken = await announcements.spoken(conn, person.workspace_id, quoted) if quoted else {}
        found = await subjects(conn, reader_of(person), taken)
        mute = await mutes.of_issues(conn, person.workspace_id, list(found))
        return [
            (found[notice.issue_id], notice)
            for notice in (up_to_date(each, spoken) for each in taken)
            if notice.issue_id in found
            and (notice.issue_id, person.person_id) not in mute
            and view.is_news(notice)
        ]

    async def _say(self, conn: asyncpg.Connection, person: Person, news: list[News], now: datetime) -> None:
        payload, key = await message_of(self._services, conn, person, news), f"notice:{uuid4()}"
        if len(news) == 1:
            payload |= {"told": str(person.person_id)}
            await told.remember(conn, person.workspace_id, news[0][1], key, now)
        else:
            await told.forget(conn, person.workspace_id, person.person_id)
        message = Outgoing(channel_id=ChannelId(str(person.slack_user_id)), payload=payload, coalesce_key=key)
        await outbox.put(conn, person.workspace_id, [message])

    async def _added(self, conn: asyncpg.Connection, person: Person, notice: Notice, now: datetime) -> bool:
        """To the message that told of the issue a moment ago, unless somebody asks for this person anew."""
        assert person.slack_user_id is not None
        earlier = await told.going_on(conn, person.workspace_id, notice, person.slack_user_id, now)
        if earlier is None or (notice.kinds & _RINGING) - earlier.notice.kinds:
            return False
        await told.add(conn, person.workspace_id, merged(earlier.notice, notice))
        if earlier.place is not None:
            again = refreshing(*earlier.place, notice.issue_id, told_to=person.person_id)
            await outbox.put(conn, person.workspace_id, [again])
        return True


def up_to_date(notice: Notice, spoken: Mapping[CommentId, str]) -> Notice:
    """What was said in a comment, as that reads now; without it, where it was deleted since. `spoken`: those left."""
    if notice.said_in is None:
        return notice
    if notice.said_in in spoken:
        return replace(notice, said=spoken[notice.said_in][:SAID_MAX])
    comments = max(0, notice.comments - 1)
    gone = {NoticeKind.MENTIONED} if comments else {NoticeKind.MENTIONED, NoticeKind.COMMENTS}
    return replace(notice, said=None, said_by=None, comments=comments, kinds=notice.kinds - gone)


def merged(earlier: Notice, later: Notice) -> Notice:
    """Both at once. Nothing is left out as having come back to what it was: the message said that it had changed."""
    mentioned = NoticeKind.MENTIONED in earlier.kinds and NoticeKind.MENTIONED not in later.kinds
    spoken = earlier if mentioned or later.said is None else later
    # A comment that was edited meanwhile is one.
    same = earlier.said_in is not None and earlier.said_in == later.said_in
    both = 1 if same and earlier.comments and later.comments else 0
    after = {name: value for name, value in (earlier.after | later.after).items() if name != SAID_IN}
    return replace(
        later,
        kinds=earlier.kinds | later.kinds,
        before={},
        after=after | ({SAID_IN: spoken.after[SAID_IN]} if SAID_IN in spoken.after else {}),
        actors=earlier.actors | later.actors,
        said=spoken.said,
        said_by=spoken.said_by,
        comments=earlier.comments + later.comments - both,
    )


class Attention:
    """Who writes in the conversation, or presses something there, has seen what they were told."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def heard(self, heard: Heard) -> None:
        if str(heard.event.get("channel") or "").startswith("D"):
            await self.paid(heard.asker)

    async def paid(self, asker: Asker) -> None:
        async with self._services.database.connection() as conn:
            await told.forget(conn, asker.actor.workspace_id, asker.person.person_id)
