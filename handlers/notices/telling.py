"""Tells people what is due for them: one message, however much it is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import asyncpg

from db import issues, mutes, notices, outbox, people
from db.access import Actor
from db.ids import ChannelId, PersonId, WorkspaceId
from db.issues import Issue
from db.notices import Notice
from db.outbox import Outgoing
from db.people import Person
from db.preferences import read, zone_of
from db.states import Role, Source
from handlers.services import Services
from handlers.views import notices as view
from handlers.words import words

_AT_ONCE: Final = 200


class Telling:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        now = self._services.clock()
        async with self._services.database.connection() as conn:
            waiting = await notices.due_people(conn, now, _AT_ONCE)
        for workspace_id, person_id in waiting:
            async with self._services.database.transaction() as conn:
                told = await self._tell(conn, workspace_id, person_id, now)
            if told:
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
        message = await self._message(conn, person, taken)
        if message is None:
            return False
        await outbox.put(conn, workspace_id, [message])
        return True

    async def _message(
        self, conn: asyncpg.Connection, person: Person, taken: tuple[Notice, ...]
    ) -> Outgoing | None:
        """None when all that was to be told of is gone or muted, or has come back to what it was."""
        reader = Actor(workspace_id=person.workspace_id, person_id=person.person_id, role=person.role)
        found = await issues.get_many(conn, reader, [notice.issue_id for notice in taken])
        mute = await mutes.of_issues(conn, person.workspace_id, list(found))
        news = [
            (found[notice.issue_id], notice)
            for notice in taken
            if notice.issue_id in found
            and (notice.issue_id, person.person_id) not in mute
            and view.is_news(notice)
        ]
        if not news:
            return None
        named = _named(news[: view.DIGEST_MAX])
        known = await people.get_many(conn, reader, sorted(named)) if named else {}
        workspace = await self._services.directory.workspace(person.workspace_id)
        payload = view.message(news, person, known, words(person.locale), workspace.key_prefix)
        return Outgoing(channel_id=ChannelId(str(person.slack_user_id)), payload=payload)


def _named(news: list[tuple[Issue, Notice]]) -> set[PersonId]:
    named: set[PersonId | None] = set()
    for issue, notice in news:
        named |= {issue.assignee_id, notice.said_by, *notice.actors}
    return {each for each in named if each is not None}
