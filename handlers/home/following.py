"""What follows from changes for Home: who is waited for, and whose Home is to be drawn anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import awaiting, deleting, homes, issues, jobs, people
from db.access import Actor
from db.announcements import Batch, Event
from db.awaiting import Awaited
from db.deleting import Gone
from db.homes import Home
from db.ids import CommentId, IssueId, PersonId, SlackUserId, WorkspaceId
from db.issues import Issue
from db.people import Person
from db.states import Role, Source, Status
from handlers.home.refreshing import JOB, address
from handlers.notices.gathering import named, with_words
from handlers.views.home import State

# Whoever has not looked for so long sees Home anew when they open it. So many are kept up to date at most.
SIGHT: Final = timedelta(hours=12)
MOST: Final = 200


class Following:
    """An announcer."""

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        concerned = await self._wait(conn, batch) if batch.events else set()
        seen = await homes.seen_since(conn, batch.workspace_id, SIGHT, MOST)
        stale = [home.person_id for home in seen if home.person_id in concerned or _shows_others(home)]
        await _have_drawn(conn, batch.workspace_id, stale)

    async def _wait(self, conn: asyncpg.Connection, batch: Batch) -> set[PersonId]:
        """Puts down whose answer issues wait for now. Returns everybody whom the changes concern."""
        events = await with_words(conn, batch)
        found = await _found(conn, batch)
        ids = list({event.issue_id for event in batch.events})
        before = await awaiting.of_issues(conn, batch.workspace_id, ids)
        known = await _people(conn, batch.workspace_id, events, found)
        away = await _gone(conn, batch, [issue_id for issue_id in ids if issue_id not in found])
        # Whoever was waited for is so again once it is brought back.
        kept = found.keys() | {each.issue.issue_id for each in away if each.on_purpose}
        await self._answered(conn, batch, found, kept)
        asked = _asked_of_all(found, events, known)
        await awaiting.expect(conn, batch.workspace_id, asked)
        concerned: set[PersonId | None] = {*before, *(each.person_id for each in asked)}
        for issue in (*found.values(), *(each.issue for each in away)):
            concerned |= {issue.assignee_id, issue.reporter_id}
        for event in batch.events:
            concerned |= set(_assignees(event))
        return {each for each in concerned if each is not None}

    async def met(self, conn: asyncpg.Connection, batch: Batch, *, only: frozenset[PersonId]) -> None:
        """Of people who were named before anybody knew them."""
        events, found = await with_words(conn, batch), await _found(conn, batch)
        known = await _people(conn, batch.workspace_id, events, found)
        asked = [each for each in _asked_of_all(found, events, known) if each.person_id in only]
        await awaiting.expect(conn, batch.workspace_id, asked)
        # They may have come meanwhile, and look at a Home that nobody waits in.
        await _have_drawn(conn, batch.workspace_id, list({each.person_id for each in asked}))

    async def _answered(
        self, conn: asyncpg.Connection, batch: Batch, found: dict[IssueId, Issue], kept: Set[IssueId]
    ) -> None:
        workspace_id = batch.workspace_id
        acted = {
            (event.issue_id, event.actor_id)
            for event in batch.events
            if event.actor_id is not None and event.kind not in deleting.EVENTS
        }
        await awaiting.answered(conn, workspace_id, sorted(acted))
        shut = {event.issue_id for event in batch.events if event.issue_id not in kept}
        shut |= {issue_id for issue_id, issue in found.items() if issue.status is Status.CLOSED}
        await awaiting.settled(conn, workspace_id, sorted(shut))
        gone = [
            (
                event.issue_id,
                CommentId(UUID(str(event.before.get("comment_id") or event.after["comment_id"]))),
            )
            for event in batch.events
            if event.kind == "comment_deleted"
        ]
        await awaiting.withdrawn(conn, workspace_id, gone)


async def _have_drawn(conn: asyncpg.Connection, workspace_id: WorkspaceId, stale: Sequence[PersonId]) -> None:
    if stale:
        addresses = [address(workspace_id, each) for each in sorted(stale)]
        await jobs.enqueue_many(conn, JOB, addresses, [f"{JOB}:{each.decode()}" for each in addresses])


async def _found(conn: asyncpg.Connection, batch: Batch) -> dict[IssueId, Issue]:
    ids = list(dict.fromkeys(event.issue_id for event in batch.events))
    system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    return dict(await issues.get_many(conn, system, ids))


async def _gone(conn: asyncpg.Connection, batch: Batch, missing: Sequence[IssueId]) -> list[Gone]:
    """They were shown until now."""
    if not missing:
        return []
    system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    return list((await deleting.gone(conn, system, missing)).values())


def _asked_of_all(
    found: dict[IssueId, Issue], events: Sequence[Event], known: dict[str, Person]
) -> list[Awaited]:
    return [
        each
        for issue_id, issue in found.items()
        if issue.status is not Status.CLOSED
        for each in _asked(issue, [event for event in events if event.issue_id == issue_id], known)
    ]


def _asked(issue: Issue, events: Sequence[Event], known: dict[str, Person]) -> Iterable[Awaited]:
    """Who is named, or answered on what they filed, and has done nothing since."""
    waiting: dict[PersonId, CommentId | None] = {}
    for event in events:
        if event.actor_id is not None:
            waiting.pop(event.actor_id, None)
        comment = event.after.get("comment_id")
        comment_id = CommentId(UUID(str(comment))) if comment else None
        people_named = {known[each].person_id for each in named(event) if each in known}
        if event.kind == "commented" and event.actor_id is not None and str(issue.reporter_id) in known:
            people_named.add(known[str(issue.reporter_id)].person_id)
        waiting |= {each: comment_id for each in people_named if each != event.actor_id}
    return [
        Awaited(issue_id=issue.issue_id, person_id=person_id, comment_id=comment_id)
        for person_id, comment_id in waiting.items()
    ]


async def _people(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, events: Sequence[Event], found: dict[IssueId, Issue]
) -> dict[str, Person]:
    """Those named, by what Slack calls them; and those who filed what was commented on, by their own id."""
    slack_ids = sorted({SlackUserId(each) for event in events for each in named(event)})
    known: dict[str, Person] = {}
    if slack_ids:
        named_people = await people.by_slack_ids(conn, workspace_id, slack_ids)
        known |= {str(each): person for each, person in named_people.items()}
    spoken = {event.issue_id for event in events if event.kind == "commented"}
    reporters = {issue.reporter_id for issue_id, issue in found.items() if issue_id in spoken}
    wanted = [each for each in reporters if each is not None]
    if wanted:
        system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        filed = await people.get_many(conn, system, wanted)
        known |= {str(each): person for each, person in filed.items()}
    return {name: person for name, person in known.items() if person.active and person.slack_user_id}


def _assignees(event: Event) -> Iterable[PersonId]:
    values: tuple[Any, ...] = (event.before.get("assignee_id"), event.after.get("assignee_id"))
    return [PersonId(UUID(str(each))) for each in values if each]


def _shows_others(home: Home) -> bool:
    """Whether any change may belong into what is shown."""
    return State.of_metadata(home.state).shows_others
