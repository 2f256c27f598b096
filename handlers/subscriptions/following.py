"""Works out what changes mean to the channels that follow a query: a question a query, however many issues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import announcements, deleting, earlier, issues, listing, outbox, people, subscriptions
from db.access import Actor
from db.announcements import Batch, Change, Event
from db.earlier import Earlier
from db.ids import ChangeId, ChannelId, CommentId, IssueId, PersonId
from db.issues import Issue
from db.outbox import Kind, Outgoing
from db.people import Person
from db.query import QueryError, parse
from db.states import Role, Source
from db.subscriptions import UNREADABLE, Active, FollowUps, News, Subscription, SubscriptionId
from handlers.services import Services
from handlers.subscriptions.refusing import owned, told
from handlers.views import happened
from handlers.views import subscriptions as view
from handlers.words import words

# More than so much of one kind at a time is said in one message.
MOST: Final = 5

Found = dict[SubscriptionId, set[IssueId]]

# After these a comment is there that was not.
_CAME: Final = frozenset({"commented", "comment_restored"})


def _comment(event: Event) -> CommentId | None:
    named = event.after.get("comment_id") or event.before.get("comment_id")
    return CommentId(UUID(named)) if named else None


@dataclass(slots=True)
class Touched:
    """What a batch did to one issue. `earlier` is None for one that is new; `gone`: it was deleted on purpose."""

    events: list[Event] = field(default_factory=list)
    new: bool = False
    gone: bool = False
    comments: list[CommentId] = field(default_factory=list)
    last_at: datetime | None = None

    def concerns(self, subscription: Subscription) -> bool:
        """What happened before somebody subscribed is no news, also when it is worked out only now."""
        return self.last_at is not None and self.last_at >= subscription.created_at

    @property
    def earlier(self) -> Earlier | None:
        if self.new:
            return None
        was: dict[str, Any] = {}
        before: dict[CommentId, Event] = {}
        for event in self.events:
            if event.kind == "edited":
                was = dict(event.before) | was
            elif comment_id := _comment(event):
                before.setdefault(comment_id, event)
        return Earlier(
            since=self.events[0].event_id,
            was=was,
            new_comments=tuple(id_ for id_, event in before.items() if event.kind in _CAME),
            removed=tuple(id_ for id_, event in before.items() if event.kind not in _CAME),
            said={id_: e.before["body"] for id_, e in before.items() if e.kind == "comment_edited"},
            there=self.gone,
        )

    @property
    def status_changed(self) -> bool:
        edits = [{"before": e.before, "after": e.after} for e in self.events if e.kind == "edited"]
        return self.gone or "status" in happened.fields(edits)

    @property
    def actor_id(self) -> PersonId | None:
        """The one who did it all."""
        actors = {event.actor_id for event in self.events}
        return next(iter(actors)) if len(actors) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a batch's messages are made of."""

    touched: Mapping[IssueId, Touched]
    changes: Mapping[Any, Change]
    issues: Mapping[IssueId, Issue]
    people: Mapping[PersonId, Person]
    spoken: Mapping[CommentId, str]
    shown: set[tuple[ChannelId, IssueId]]
    prefix: str
    language: str | None


class Following:
    """An announcer. It stands after the one that keeps the full-text index, for queries with words in them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        away = {event.change_id for event in batch.events if event.kind == "deleted"}
        touched = _touched(batch, await deleting.purposely(conn, batch.workspace_id, away))
        following = await subscriptions.active(conn, batch.workspace_id) if touched else ()
        if not following:
            return
        found, were = await self._ask(conn, batch, following, touched)
        fresh = await self._fresh(conn, batch, following, touched, found, were)
        told = {
            each.subscription.subscription_id: _followed(each.subscription, found, were, touched)
            for each in following
        }
        wanted = {issue_id for ids in told.values() for issue_id in ids} | {issue_id for _, issue_id in fresh}
        if not wanted:
            return
        scene = await self.scene(conn, batch, touched, following, wanted)
        messages = []
        for each in following:
            id_ = each.subscription.subscription_id
            new = [issue_id for issue_id in touched if (id_, issue_id) in fresh]
            later = [issue_id for issue_id in touched if issue_id in told[id_] and issue_id not in new]
            messages += messages_of(each.subscription, new, later, scene)
        await outbox.put(conn, batch.workspace_id, messages)

    async def _ask(
        self,
        conn: asyncpg.Connection,
        batch: Batch,
        following: Sequence[Active],
        touched: Mapping[IssueId, Touched],
    ) -> tuple[Found, Found]:
        """What each finds now, and what of it it found before. The same query of the same owner is asked once."""
        replaced = {id_: each.earlier for id_, each in touched.items() if each.earlier is not None}
        grouped: dict[tuple[str, Actor], list[SubscriptionId]] = defaultdict(list)
        for each in following:
            grouped[each.subscription.query, each.reader].append(each.subscription.subscription_id)
        found: Found = {}
        were: Found = {}
        now = self._services.clock()
        for (text, reader), ids in grouped.items():
            try:
                query = parse(text)
                now_found = await listing.matching(conn, reader, query, list(touched), now=now)
                found_before = await earlier.matched(conn, reader, query, list(replaced), replaced, now=now)
            except QueryError:
                # A label or person it names is gone.
                await self._unreadable(conn, batch, ids)
                continue
            for id_ in ids:
                found[id_], were[id_] = now_found, found_before
        return found, were

    async def _unreadable(
        self, conn: asyncpg.Connection, batch: Batch, ids: Sequence[SubscriptionId]
    ) -> None:
        stopped = await subscriptions.stop(conn, batch.workspace_id, ids, UNREADABLE)
        await told(conn, batch.workspace_id, stopped)

    async def _fresh(
        self,
        conn: asyncpg.Connection,
        batch: Batch,
        following: Sequence[Active],
        touched: Mapping[IssueId, Touched],
        found: Found,
        were: Found,
    ) -> set[tuple[SubscriptionId, IssueId]]:
        new = []
        for each in following:
            id_ = each.subscription.subscription_id
            if News.MATCHES in each.subscription.news:
                new += [
                    (id_, issue_id)
                    for issue_id in sorted(found.get(id_, set()) - were.get(id_, set()))
                    if touched[issue_id].concerns(each.subscription)
                ]
        return await subscriptions.announce(
            conn, batch.workspace_id, [id_ for id_, _ in new], [issue_id for _, issue_id in new]
        )

    async def scene(
        self,
        conn: asyncpg.Connection,
        batch: Batch,
        touched: Mapping[IssueId, Touched],
        following: Sequence[Active],
        wanted: set[IssueId],
    ) -> Scene:
        """What messages about these issues are made of."""
        system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        channels = sorted({each.subscription.channel_id for each in following})
        known = dict(await issues.get_many(conn, system, list(wanted)))
        known |= await deleting.on_purpose(conn, system, [id_ for id_ in wanted if touched[id_].gone])
        named = {person for issue in known.values() for person in (issue.assignee_id, issue.reporter_id)}
        named |= {event.actor_id for id_ in wanted for event in touched[id_].events}
        comments = [comment for id_ in wanted for comment in touched[id_].comments]
        workspace = await self._services.directory.workspace(batch.workspace_id)
        return Scene(
            touched=touched,
            changes={change.change_id: change for change in batch.changes},
            issues=known,
            people=await people.get_many(conn, system, [each for each in named if each is not None]),
            spoken=await announcements.spoken(conn, batch.workspace_id, comments) if comments else {},
            shown=await subscriptions.shown(conn, batch.workspace_id, channels, list(wanted)),
            prefix=workspace.key_prefix,
            language=workspace.settings.get("language"),
        )


def _touched(batch: Batch, purposely: Set[ChangeId]) -> dict[IssueId, Touched]:
    """Of deleted issues those that were there before and that somebody deleted as such: what was found is told of."""
    touched: dict[IssueId, Touched] = {}
    at = {change.change_id: change.at for change in batch.changes}
    for event in batch.events:
        each = touched.setdefault(event.issue_id, Touched())
        each.last_at = max(at[event.change_id], each.last_at or at[event.change_id])
        each.events.append(event)
        if event.kind in ("created", "restored"):
            each.new = each.new or not each.gone
            each.gone = False
        elif event.kind == "deleted":
            each.gone = event.change_id in purposely
        elif event.kind == "commented":
            each.comments.append(CommentId(UUID(event.after["comment_id"])))
    return {id_: each for id_, each in touched.items() if _is_news(each)}


def _is_news(touched: Touched) -> bool:
    last = [event.kind for event in touched.events if event.kind in ("created", "deleted", "restored")][-1:]
    return last != ["deleted"] or (touched.gone and not touched.new)


def _followed(
    subscription: Subscription, found: Found, were: Found, touched: Mapping[IssueId, Touched]
) -> set[IssueId]:
    """Issues it finds, or found until now, that something happened to that the channel wants to hear of."""
    id_ = subscription.subscription_id
    return {
        issue_id
        for issue_id in found.get(id_, set()) | were.get(id_, set())
        if touched[issue_id].concerns(subscription)
        and (
            (News.STATUS in subscription.news and touched[issue_id].status_changed)
            or (News.COMMENTS in subscription.news and touched[issue_id].comments)
        )
    }


def messages_of(
    subscription: Subscription, new: Sequence[IssueId], later: Sequence[IssueId], scene: Scene
) -> list[Outgoing]:
    """`new`: what it has come to find. `later`: what something happened to that it wants to hear of."""
    channel_id = subscription.channel_id
    new = [id_ for id_ in new if id_ in scene.issues and (channel_id, id_) not in scene.shown]
    later = [id_ for id_ in later if id_ in scene.issues]
    if subscription.place is FollowUps.THREAD:
        # Under a card everything is said already; one that has none here gets it now.
        later = [id_ for id_ in later if (channel_id, id_) not in scene.shown and not scene.touched[id_].gone]
    return [*_new(subscription, new, scene), *_later(subscription, later, scene)]


def _new(subscription: Subscription, new: Sequence[IssueId], scene: Scene) -> list[Outgoing]:
    if len(new) > MOST:
        return [summary_of("subscription-many-new", subscription, new, scene)]
    return [_card(subscription, issue_id) for issue_id in new]


def _later(subscription: Subscription, later: Sequence[IssueId], scene: Scene) -> list[Outgoing]:
    gone = [issue_id for issue_id in later if scene.touched[issue_id].gone]
    there = [issue_id for issue_id in later if not scene.touched[issue_id].gone]
    return [*_deleted(subscription, gone, scene), *_changed(subscription, there, scene)]


def _deleted(subscription: Subscription, gone: Sequence[IssueId], scene: Scene) -> list[Outgoing]:
    if len(gone) > MOST:
        payload = view.deleted([scene.issues[id_] for id_ in gone], words(scene.language), scene.prefix)
        return [Outgoing(channel_id=subscription.channel_id, payload=payload | owned(subscription))]
    return [line for issue_id in gone for line in _lines(subscription, issue_id, scene)]


def _changed(subscription: Subscription, later: Sequence[IssueId], scene: Scene) -> list[Outgoing]:
    if len(later) > MOST:
        return [summary_of("subscription-many-changed", subscription, later, scene)]
    if subscription.place is FollowUps.THREAD:
        return [_card(subscription, issue_id) for issue_id in later]
    return [line for issue_id in later for line in _lines(subscription, issue_id, scene)]


def _card(subscription: Subscription, issue_id: IssueId) -> Outgoing:
    return Outgoing(
        channel_id=subscription.channel_id, kind=Kind.CARD, payload=owned(subscription), issue_id=issue_id
    )


def _lines(subscription: Subscription, issue_id: IssueId, scene: Scene) -> list[Outgoing]:
    spoken = words(scene.language)
    issue, touched = scene.issues[issue_id], scene.touched[issue_id]
    payloads = []
    if News.STATUS in subscription.news and touched.status_changed:
        field_ = happened.DELETED if touched.gone else "status"
        what = happened.line(issue, [field_], touched.actor_id, scene.people, spoken)
        payloads.append(view.changed(issue, what, spoken, scene.prefix))
    if News.COMMENTS in subscription.news:
        for event in touched.events:
            if event.kind == "commented" and not _said_here(scene.changes.get(event.change_id), subscription):
                body = scene.spoken.get(CommentId(UUID(event.after["comment_id"])))
                if body is not None:
                    payloads.append(
                        view.commented(issue, event.actor_id, body, scene.people, spoken, scene.prefix)
                    )
    return [
        Outgoing(channel_id=subscription.channel_id, payload=payload | owned(subscription), issue_id=issue_id)
        for payload in payloads
    ]


def _said_here(change: Change | None, subscription: Subscription) -> bool:
    """Written in a thread of the channel: everybody there can read it already."""
    return (
        change is not None and change.channel_id == subscription.channel_id and change.thread_ts is not None
    )


def summary_of(message_id: str, subscription: Subscription, ids: Sequence[IssueId], scene: Scene) -> Outgoing:
    """One message about them all; `message_id` says what became of them."""
    shown = [scene.issues[id_] for id_ in ids]
    payload = view.summary(message_id, subscription, shown, scene.people, words(scene.language), scene.prefix)
    return Outgoing(channel_id=subscription.channel_id, payload=payload | owned(subscription))
