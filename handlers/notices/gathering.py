"""Works out whom changes concern, and puts it down for them; nobody is told what they did themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import announcements, deleting, issues, mutes, notices, people
from db.access import Actor, sees
from db.announcements import Batch, Event
from db.ids import CommentId, IssueId, PersonId, SlackUserId, WorkspaceId
from db.issues import Issue
from db.notices import SAID_IN, SAID_MAX, Notice
from db.people import Person
from db.preferences import NoticeKind, read, zone_of
from db.states import Role, Source
from handlers.notices import introducing
from handlers.services import Services
from handlers.views import happened

# What a burst on one issue is given before it is told.
PATIENCE: Final = timedelta(seconds=3)
_FIELDS: Final = ("status", "assignee_id", "priority", "title", "due_on")
_SPOKEN: Final = frozenset({"commented", "comment_edited"})
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)>")

Grouped = dict[IssueId, list[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Those whom a batch may concern: by issue, and by what they are called in Slack."""

    people: Mapping[PersonId, Person]
    watchers: Mapping[IssueId, Sequence[PersonId]]
    by_slack_id: Mapping[str, Person]
    mute: frozenset[tuple[IssueId, PersonId]]

    def concerned(self, issue: Issue, mentioned: Iterable[str]) -> list[Person]:
        ids = {*self.watchers.get(issue.issue_id, ()), issue.assignee_id}
        named = {self.by_slack_id[each].person_id for each in mentioned if each in self.by_slack_id}
        everyone = {**self.people, **{person.person_id: person for person in self.by_slack_id.values()}}
        return [
            everyone[each]
            for each in ids | named
            if each is not None and each in everyone and (issue.issue_id, each) not in self.mute
        ]


class Gathering:
    """An announcer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        await self.gather(conn, batch)

    async def gather(
        self, conn: asyncpg.Connection, batch: Batch, *, only: frozenset[PersonId] | None = None
    ) -> None:
        """`only`: whom everybody else was told before."""
        grouped: Grouped = defaultdict(list)
        # Who was never told that an issue went is not told either that it is back.
        gone_or_back = {event.change_id for event in batch.events if event.kind in deleting.EVENTS}
        purposely = await deleting.purposely(conn, batch.workspace_id, gone_or_back)
        for event in await with_words(conn, batch):
            if _matters(event) and (event.kind not in deleting.EVENTS or event.change_id in purposely):
                told = happened.as_change(event.kind, event.before, event.after)
                grouped[event.issue_id].append(replace(event, before=told["before"], after=told["after"]))
        if not grouped:
            return
        system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        found = await issues.get_many(conn, system, list(grouped))
        found |= await deleting.on_purpose(conn, system, list(grouped.keys() - found.keys()))
        known = await _known(conn, system, batch.workspace_id, found, grouped)
        now = self._services.clock()
        drafts = []
        for issue_id, issue in found.items():
            events = grouped[issue_id]
            for person in known.concerned(issue, _mentioned(events)):
                if only is not None and person.person_id not in only:
                    continue
                due = read(person.settings).due(now.astimezone(zone_of(person.timezone)), PATIENCE)
                notice = notice_of(issue, person, events)
                if notice is not None:
                    drafts.append(Notice(**notice, due_at=due))
        await notices.put(conn, batch.workspace_id, drafts, now)
        if only is None:
            await _introduce(conn, batch.workspace_id, grouped, known)


async def _introduce(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, grouped: Grouped, known: _Known
) -> None:
    naming = [
        event for events in grouped.values() for event in events if named(event) - known.by_slack_id.keys()
    ]
    strangers = _mentioned(naming) - known.by_slack_id.keys()
    await introducing.ask(conn, workspace_id, strangers, naming)


async def with_words(conn: asyncpg.Connection, batch: Batch) -> list[Event]:
    """The events; those of new comments with what these say. What was deleted again is nobody's news."""
    ids = [CommentId(UUID(event.after["comment_id"])) for event in batch.events if event.kind == "commented"]
    bodies = await announcements.spoken(conn, batch.workspace_id, ids) if ids else {}
    events = []
    for event in batch.events:
        if event.kind != "commented":
            events.append(event)
        elif (body := bodies.get(CommentId(UUID(event.after["comment_id"])))) is not None:
            events.append(replace(event, after=event.after | {"body": body}))
    return events


async def _known(
    conn: asyncpg.Connection,
    system: Actor,
    workspace_id: WorkspaceId,
    found: Mapping[IssueId, Issue],
    grouped: Grouped,
) -> _Known:
    watchers = await announcements.watching(conn, workspace_id, list(found))
    wanted = {person for watching in watchers.values() for person in watching}
    wanted |= {issue.assignee_id for issue in found.values() if issue.assignee_id is not None}
    named = sorted({each for events in grouped.values() for each in _mentioned(events)})
    by_slack = (
        await people.by_slack_ids(conn, workspace_id, [SlackUserId(each) for each in named]) if named else {}
    )
    return _Known(
        people=await people.get_many(conn, system, list(wanted)) if wanted else {},
        watchers=watchers,
        by_slack_id={str(slack_id): person for slack_id, person in by_slack.items()},
        mute=await mutes.of_issues(conn, workspace_id, list(found)),
    )


def _matters(event: Event) -> bool:
    """Whether it can concern anybody: a new issue only who was given it, or is named in it."""
    if event.kind == "created":
        assignee = event.after.get("assignee_id")
        return (assignee is not None and assignee != str(event.actor_id)) or bool(named(event))
    if event.kind == "edited":
        return any(name in event.after for name in _FIELDS) or bool(named(event))
    return (
        event.kind in deleting.EVENTS
        or event.kind == "commented"
        or (event.kind == "comment_edited" and bool(named(event)))
    )


def named(event: Event) -> set[str]:
    """The Slack ids that a text names now and did not before."""
    name = "body" if event.kind in _SPOKEN else "description"
    return set(_mentions(event.after.get(name))) - set(_mentions(event.before.get(name)))


def _mentions(text: Any) -> list[str]:
    return _MENTION.findall(text) if isinstance(text, str) else []


def _mentioned(events: Sequence[Event]) -> set[str]:
    return {each for event in events for each in named(event)}


def notice_of(issue: Issue, person: Person, events: Sequence[Event]) -> dict[str, Any] | None:
    """What others did to the issue, as far as this person wants to know and may see it."""
    actor = Actor(workspace_id=person.workspace_id, person_id=person.person_id, role=person.role)
    if not person.active or person.slack_user_id is None:
        return None
    if not sees(actor, reporter_id=issue.reporter_id, assignee_id=issue.assignee_id):
        return None
    wanted = read(person.settings).kinds
    story = _Story(person)
    for event in events:
        if event.actor_id != person.person_id:
            story.add(event, wanted)
    return story.told(issue) if story.kinds else None


class _Story:
    """Gathers what one person is told of one issue."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.kinds: set[NoticeKind] = set()
        self._before: dict[str, Any] = {}
        self._after: dict[str, Any] = {}
        self._actors: set[PersonId | None] = set()
        self._said: tuple[str, PersonId | None] | None = None
        # The comment that says it, where it is one.
        self._said_in: Any = None
        # Comments, by their ids: one that was said and edited is one.
        self._comments: set[Any] = set()

    def add(self, event: Event, wanted: frozenset[NoticeKind]) -> None:
        kinds = set()
        for name in self._changed(event):
            kind = self._kind_of(name, event.after[name])
            if kind in wanted:
                kinds.add(kind)
                self._after[name] = event.after[name]
                if name in event.before:
                    self._before.setdefault(name, event.before[name])
        is_named = str(self._person.slack_user_id) in named(event)
        if is_named and NoticeKind.MENTIONED in wanted:
            kinds.add(NoticeKind.MENTIONED)
        if event.kind == "commented" and NoticeKind.COMMENTS in wanted:
            kinds.add(NoticeKind.COMMENTS)
        if event.kind in _SPOKEN and NoticeKind.COMMENTS in wanted and kinds:
            # Whoever is named by an edit hears of that comment as others heard of it when it was new.
            self._comments.add(event.after.get("comment_id"))
        if not kinds:
            return
        self._hear(event, kinds)
        self.kinds |= kinds
        self._actors.add(event.actor_id)

    def _hear(self, event: Event, kinds: set[NoticeKind]) -> None:
        """The last thing said; but nothing takes the place of what names the person."""
        heard = NoticeKind.MENTIONED if NoticeKind.MENTIONED in self.kinds else NoticeKind.COMMENTS
        text = event.after.get("body" if event.kind in _SPOKEN else "description")
        if kinds & {NoticeKind.MENTIONED, heard} and isinstance(text, str):
            self._said = (text[:SAID_MAX], event.actor_id)
            self._said_in = event.after.get("comment_id")

    def _changed(self, event: Event) -> list[str]:
        if event.kind == "created":
            mine = event.after.get("assignee_id") == str(self._person.person_id)
            return ["assignee_id"] if mine else []
        if event.kind in deleting.EVENTS:
            return [happened.DELETED]
        return [name for name in _FIELDS if name in event.after] if event.kind == "edited" else []

    def _kind_of(self, name: str, value: Any) -> NoticeKind:
        if name in ("status", happened.DELETED):
            return NoticeKind.STATUS
        if name == "assignee_id" and value == str(self._person.person_id):
            return NoticeKind.ASSIGNED
        return NoticeKind.CHANGES

    def told(self, issue: Issue) -> dict[str, Any]:
        if self._said_in is not None:
            self._after[SAID_IN] = self._said_in
        return {
            "person_id": self._person.person_id,
            "issue_id": issue.issue_id,
            "kinds": frozenset(self.kinds),
            "before": self._before,
            "after": self._after,
            "actors": frozenset(self._actors),
            "said": self._said[0] if self._said else None,
            "said_by": self._said[1] if self._said else None,
            "comments": len(self._comments),
        }
