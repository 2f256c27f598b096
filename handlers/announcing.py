"""Works out what follows from changes: cards to bring up to date, lines in threads, messages to people.

Changes are taken in batches, so that a burst on one issue is said once, as it ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import asyncpg

from db import announcements, cards, channels, deleting, issues, jobs, outbox, people
from db.access import Actor
from db.announcements import Batch, Event
from db.cards import PostedCard
from db.channels import USUAL, ChannelSettings
from db.errors import Busy, Unavailable
from db.ids import ChannelId, IssueId, PersonId, WorkspaceId
from db.issues import Issue
from db.outbox import Outgoing
from db.people import Person
from db.states import Role, Source
from db.workspaces import Workspace
from handlers.drawing import following, refreshing
from handlers.jobs import Job, Worker
from handlers.services import Services
from handlers.views import happened
from handlers.words import Mrkdwn, Words, words

_log = logging.getLogger(__name__)

BATCH: Final = 500
# Seconds from one batch of a workspace to the next, at least: a change after a rest does not wait.
REST: Final = 0.5
# After a batch, so many times what it took, and at most so many seconds: in a rush people are answered first, and
# the batches that follow it are few and large.
_EASE: Final = 3.0
_LONGEST_REST: Final = 2.0
# Seconds that a batch waits while many people are being answered.
_LETS_PASS: Final = 3.0
# Seconds after which what follows from a change has waited for people long enough.
BEHIND: Final = 5.0
# Tries after which a change is looked for that makes the others wait.
_CAREFUL_AFTER: Final = 3
_PASSING: Final = (
    Busy,
    Unavailable,
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
# One change of many issues is not said to everyone about each.
_MANY: Final = 20
# Of those, so many in one channel are still told of one by one, under their cards.
_FEW: Final = 3
_CREATED: Final = "created"


class Announcer(Protocol):
    """Works out one kind of consequence, in the transaction that takes the changes off the list."""

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """What happened to one issue in a batch, and how it stands now."""

    issue: Issue
    events: tuple[Event, ...]
    fields: tuple[str, ...]
    actors: frozenset[PersonId]

    @property
    def teller(self) -> PersonId | None:
        """The one who did it all; None when it was several people, or a program."""
        return next(iter(self.actors)) if len(self.actors) == 1 else None

    @property
    def is_new(self) -> bool:
        return any(event.kind == _CREATED for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manners:
    """What the channels want to hear of changes, beside what the cards show."""

    kept: Mapping[ChannelId, ChannelSettings]

    def aloud(self, channel_id: ChannelId, story: _Story) -> bool:
        return not happened.STATES.isdisjoint(story.fields) and self.kept.get(channel_id, USUAL).broadcast

    def said(self, channel_id: ChannelId, story: _Story) -> bool:
        told = bool(story.fields) and not story.is_new
        return told and (not self.kept.get(channel_id, USUAL).silent or self.aloud(channel_id, story))


class Announcing:
    """The `announce` job. `announcers` are called with every batch, in order."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.announcers: list[Announcer] = [self._tell_slack]
        self._next: dict[WorkspaceId, float] = {}
        self._behind: set[WorkspaceId] = set()

    async def run(self, job: Job) -> None:
        workspace_id = WorkspaceId(job.payload.decode())
        # Before the job lets others be enqueued: whatever commits meanwhile needs none.
        await self._rest(workspace_id)
        async with self._services.database.connection() as conn:
            await jobs.open_dedupe(conn, job.id)
        careful = job.attempts >= _CAREFUL_AFTER
        while await self._announce(workspace_id, careful=careful):
            if not careful:
                await self._rest(workspace_id)

    async def _rest(self, workspace_id: WorkspaceId) -> None:
        now = time.monotonic()
        begin = max(now, self._next.get(workspace_id, now))
        self._next[workspace_id] = begin + REST
        if begin > now:
            await asyncio.sleep(begin - now)
        if workspace_id not in self._behind:
            await self._services.rush.over(within=_LETS_PASS)

    async def _announce(self, workspace_id: WorkspaceId, *, careful: bool = False) -> bool:
        """Whether there may be more. `careful`: change by change, so that one stands in the way of itself alone."""
        began, limit = time.monotonic(), 1 if careful else BATCH
        async with self._services.database.transaction() as conn:
            await outbox.line_up(conn, workspace_id)
            batch = await announcements.take(conn, workspace_id, limit)
            if batch is None:
                return False
            for announcer in self.announcers:
                await (_carefully(conn, announcer, batch) if careful else announcer(conn, batch))
        self._services.bell.ring()
        ended = time.monotonic()
        waited = batch.waited.total_seconds()
        (self._behind.add if waited > BEHIND else self._behind.discard)(workspace_id)
        rest = resting(ended - began, waited)
        self._next[workspace_id] = max(self._next.get(workspace_id, 0.0), ended + rest)
        return len(batch.changes) == limit

    async def _tell_slack(self, conn: asyncpg.Connection, batch: Batch) -> None:
        grouped: dict[IssueId, list[Event]] = defaultdict(list)
        for event in batch.events:
            grouped[event.issue_id].append(event)
        posted, messages = await _shown(conn, batch, grouped)
        if posted:
            messages += await self._of_cards(conn, batch, grouped, posted)
        await outbox.put(conn, batch.workspace_id, messages)

    async def _of_cards(
        self,
        conn: asyncpg.Connection,
        batch: Batch,
        grouped: dict[IssueId, list[Event]],
        posted: dict[IssueId, list[PostedCard]],
    ) -> list[Outgoing]:
        needed = [issue_id for issue_id in grouped if issue_id in posted]
        system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        found = await issues.get_many(conn, system, needed) | await deleting.on_purpose(conn, system, needed)
        stories = [_story(found[issue_id], grouped[issue_id]) for issue_id in needed if issue_id in found]
        crowded = _crowded(batch)
        crowd = [story for story in stories if any(event.change_id in crowded for event in story.events)]
        quiet = [story for story in stories if all(event.change_id not in crowded for event in story.events)]
        known = await _people(conn, batch.workspace_id, stories)
        workspace = await self._services.directory.workspace(batch.workspace_id)
        messages = _refreshes(quiet, posted) + _farewells(posted, found)
        messages += _refreshes(crowd, posted, patient=True)
        many, few = _by_channel(crowd, posted)
        manners = await _manners(conn, batch.workspace_id, posted)
        messages += _digests(crowd, many, known, workspace, manners)
        messages += _thread_lines(quiet, posted, known, workspace, manners)
        return messages + _thread_lines(crowd, few, known, workspace, manners)


async def _carefully(conn: asyncpg.Connection, announcer: Announcer, batch: Batch) -> None:
    """What cannot be worked out is left out. Raises what may be otherwise the next time."""
    try:
        async with conn.transaction():
            await announcer(conn, batch)
    except _PASSING:
        raise
    except Exception:
        if conn.is_closed():
            raise
        changes = [str(change.change_id) for change in batch.changes]
        _log.exception("what follows from a change is left out", extra={"changes": changes})


def resting(took: float, waited: float) -> float:
    """Seconds after a batch that took so long, and whose oldest change had waited so long when it was taken."""
    return 0.0 if waited > BEHIND else min(_LONGEST_REST, _EASE * took)


def _system(workspace_id: WorkspaceId) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)


async def _shown(
    conn: asyncpg.Connection, batch: Batch, grouped: dict[IssueId, list[Event]]
) -> tuple[dict[IssueId, list[PostedCard]], list[Outgoing]]:
    """The cards of what was changed; and what brings up to date whatever else shows it."""
    changed = [id_ for id_, events in grouped.items() if any(map(_shows, events))]
    posted: dict[IssueId, list[PostedCard]] = defaultdict(list)
    if not changed:
        return posted, []
    found, named = await cards.everywhere(conn, batch.workspace_id, changed)
    for card in found:
        posted[card.issue_id].append(card)
    return posted, [following(each) for each in named]


def _shows(event: Event) -> bool:
    """Whether a card may show it: nothing on one tells of comments, which leave the version as it is."""
    return event.kind != _CREATED and event.version is not None


def _story(issue: Issue, events: Sequence[Event]) -> _Story:
    return _Story(
        issue=issue,
        events=tuple(events),
        fields=happened.fields([happened.as_change(each.kind, each.before, each.after) for each in events]),
        actors=frozenset(event.actor_id for event in events if event.actor_id is not None),
    )


def _crowded(batch: Batch) -> set[object]:
    count: dict[object, int] = defaultdict(int)
    for event in batch.events:
        count[event.change_id] += 1
    return {change_id for change_id, number in count.items() if number > _MANY}


async def _people(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    stories: Sequence[_Story],
) -> dict[PersonId, Person]:
    wanted: set[PersonId] = set()
    for story in stories:
        wanted |= story.actors
        wanted |= {person for person in (story.issue.assignee_id,) if person is not None}
    return dict(await people.get_many(conn, _system(workspace_id), list(wanted))) if wanted else {}


async def _manners(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, posted: dict[IssueId, list[PostedCard]]
) -> _Manners:
    shown_in = sorted({card.channel_id for shown in posted.values() for card in shown})
    return _Manners(kept=await channels.settings_of(conn, workspace_id, shown_in))


def _refreshes(
    stories: Sequence[_Story], posted: dict[IssueId, list[PostedCard]], *, patient: bool = False
) -> list[Outgoing]:
    return [
        refreshing(
            card.channel_id,
            card.message_ts,
            story.issue.issue_id,
            patient=patient,
        )
        for story in stories
        for card in posted.get(story.issue.issue_id, ())
        if card.shown_version < story.issue.version
    ]


def _farewells(posted: dict[IssueId, list[PostedCard]], found: Mapping[IssueId, Issue]) -> list[Outgoing]:
    """The cards of issues whose filing was undone say so, and nothing else does."""
    return [
        refreshing(card.channel_id, card.message_ts, issue_id)
        for issue_id, shown in posted.items()
        if issue_id not in found
        for card in shown
    ]


def _by_channel(
    crowd: Sequence[_Story], posted: dict[IssueId, list[PostedCard]]
) -> tuple[dict[IssueId, list[PostedCard]], dict[IssueId, list[PostedCard]]]:
    """The cards in channels that show many of these issues, and in those that show a few."""
    cards_of = [card for story in crowd for card in posted[story.issue.issue_id]]
    counted = Counter(card.channel_id for card in cards_of)
    many: dict[IssueId, list[PostedCard]] = defaultdict(list)
    few: dict[IssueId, list[PostedCard]] = defaultdict(list)
    for card in cards_of:
        (many if counted[card.channel_id] > _FEW else few)[card.issue_id].append(card)
    return many, few


def _digests(
    crowd: Sequence[_Story],
    posted: dict[IssueId, list[PostedCard]],
    known: dict[PersonId, Person],
    workspace: Workspace,
    manners: _Manners,
) -> list[Outgoing]:
    """What was done to very many issues is said once in each channel that shows many of them."""
    speech = words(workspace.settings.get("language"))
    shown: dict[tuple[ChannelId, PersonId | None], list[_Story]] = defaultdict(list)
    for story in crowd:
        for channel_id in {card.channel_id for card in posted[story.issue.issue_id]}:
            if manners.said(channel_id, story):
                shown[channel_id, story.teller].append(story)
    return [
        Outgoing(channel_id=channel_id, payload={"text": _digest(stories, teller, known, speech)})
        for (channel_id, teller), stories in shown.items()
    ]


def _digest(
    stories: Sequence[_Story], teller: PersonId | None, known: dict[PersonId, Person], speech: Words
) -> Mrkdwn:
    told = {happened.line(story.issue, story.fields, None, known, speech) for story in stories}
    return happened.many(len(stories), told.pop() if len(told) == 1 else None, teller, known, speech)


def _thread_lines(
    stories: Sequence[_Story],
    posted: dict[IssueId, list[PostedCard]],
    known: dict[PersonId, Person],
    workspace: Workspace,
    manners: _Manners,
) -> list[Outgoing]:
    speech = words(workspace.settings.get("language"))
    lines = []
    for story in stories:
        threads = [
            thread
            for thread in cards.threads(posted.get(story.issue.issue_id, ()))
            if manners.said(thread[0], story)
        ]
        if not threads:
            continue
        text = happened.line(story.issue, story.fields, story.teller, known, speech)
        lines += [
            Outgoing(
                channel_id=channel_id,
                payload={"text": text, "thread_ts": thread_ts, "unfurl_links": False}
                | ({"reply_broadcast": True} if manners.aloud(channel_id, story) else {}),
                issue_id=story.issue.issue_id,
            )
            for channel_id, thread_ts in threads
        ]
    return lines


def register_jobs(worker: Worker, services: Services) -> Announcing:
    announcing = Announcing(services)
    worker.on(announcements.JOB, announcing.run, max_attempts=10)

    async def call_forgotten() -> None:
        async with services.database.connection() as conn:
            await announcements.call_announcers(conn)

    worker.repeat("call announcers", 2.0, call_forgotten)
    return announcing
