"""What somebody is told, as a message."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from db import deleting, issues, people
from db.access import Actor
from db.ids import IssueId, PersonId
from db.issues import Issue
from db.notices import Notice
from db.people import Person
from handlers.services import Services
from handlers.views import notices as view
from handlers.views.blocks import Json
from handlers.words import words

News = tuple[Issue, Notice]


async def message_of(
    services: Services, conn: asyncpg.Connection, person: Person, news: Sequence[News]
) -> Json:
    """The arguments of chat.postMessage: about one issue, or the digest of several."""
    named = _named(news[: view.DIGEST_MAX])
    known = await people.get_many(conn, reader_of(person), sorted(named)) if named else {}
    workspace = await services.directory.workspace(person.workspace_id)
    return view.message(news, person, known, words(person.locale), workspace.key_prefix)


async def subjects(
    conn: asyncpg.Connection, reader: Actor, notices: Sequence[Notice]
) -> dict[IssueId, Issue]:
    """The issues that these are about, as far as they are there; and those whose deletion is the news."""
    found = dict(await issues.get_many(conn, reader, [notice.issue_id for notice in notices]))
    away = [notice.issue_id for notice in notices if view.is_deleted(notice) and notice.issue_id not in found]
    return found | await deleting.on_purpose(conn, reader, away) if away else found


def reader_of(person: Person) -> Actor:
    return Actor(workspace_id=person.workspace_id, person_id=person.person_id, role=person.role)


def _named(news: Sequence[News]) -> set[PersonId]:
    named: set[PersonId | None] = set()
    for issue, notice in news:
        named |= {issue.assignee_id, notice.said_by, *notice.actors}
    return {each for each in named if each is not None}
