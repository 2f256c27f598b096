"""Notices, subscriptions and previews: whatever people type, every message and form is one that Slack takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from db.ids import ChannelId, WorkspaceId
from db.issues import Issue
from db.listing import Count
from db.notices import Notice
from db.preferences import NoticeKind
from db.schedules import REPORTS, Every, Recurrence, Schedule, ScheduleId
from db.subscriptions import BY_PERSON, FollowUps, News, Subscription, SubscriptionId
from handlers.views import keys, notices, returning, subscriptions
from handlers.views.returning import Missed, Returned
from handlers.words import Mrkdwn, words
from tests.views.samples import (
    ADA,
    BOUNDED,
    GRACE,
    LOCALE,
    LONG,
    NOW,
    PEOPLE,
    PEOPLE_IDS,
    SHORT,
    TEXT,
    actor,
    taken_message,
    taken_view,
)


def fits(message: dict[str, Any]) -> None:
    taken_message(message["text"], message.get("blocks", []))


@BOUNDED
@given(
    found=st.lists(SHORT, min_size=1, max_size=25),
    said=st.none() | LONG,
    kinds=st.sets(st.sampled_from(NoticeKind), min_size=1),
    actor=PEOPLE_IDS,
    people=PEOPLE,
    locale=LOCALE,
)
def test_notices(
    found: list[Issue],
    said: str | None,
    kinds: set[NoticeKind],
    actor: Any,
    people: Any,
    locale: str,
) -> None:
    news = [
        (
            issue,
            Notice(
                person_id=ADA,
                issue_id=issue.issue_id,
                kinds=frozenset(kinds),
                before={"status": "open", "title": "x"},
                after={"status": "closed", "title": "y", "assignee_id": str(ADA)},
                actors=frozenset({actor}),
                said=said,
                said_by=actor,
                comments=3,
                due_at=NOW,
            ),
        )
        for issue in found
    ]
    fits(notices.message(news, people[ADA], people, words(locale), "LDG"))
    taken_view(notices.form(people[ADA], words(locale), {}))


@BOUNDED
@given(found=st.lists(SHORT, min_size=1, max_size=25), query=TEXT, body=LONG, people=PEOPLE, locale=LOCALE)
def test_subscriptions_and_previews(
    found: list[Issue], query: str, body: str, people: Any, locale: str
) -> None:
    spoken = words(locale)
    one = Subscription(
        subscription_id=UUID(int=9),  # type: ignore[arg-type] # an id
        channel_id="C1",  # type: ignore[arg-type] # an id
        owner_id=GRACE,
        query=query[:500],
        news=frozenset(News),
        place=FollowUps.THREAD,
        paused_why=None,
        created_at=NOW,
    )
    paused = replace(one, paused_why="is_archived")
    fits(subscriptions.summary("subscription-many-new", one, found, people, spoken, "LDG"))
    fits(subscriptions.commented(found[0], GRACE, body, people, spoken, "LDG"))
    fits(subscriptions.changed(found[0], Mrkdwn("x"), spoken, "LDG"))
    fits(subscriptions.stopped(paused, spoken))
    fits(subscriptions.unsaid(one, "LDG-1", "invalid_blocks", spoken))
    fits(subscriptions.unsaid(one, None, None, spoken))
    listed = subscriptions.listing(
        [paused] * 20, [paused, replace(one, paused_why=BY_PERSON)] * 5, people, spoken
    )
    fits({"text": listed.text, "blocks": list(listed.blocks)})
    taken_view(subscriptions.form(one, spoken, {}))
    fits(keys.preview(found, people, spoken, "LDG", actor(ADA)))


@BOUNDED
@given(
    queries=st.lists(TEXT.map(lambda text: text[:500]), max_size=25),
    count=st.integers(0, 10**9),
    exact=st.booleans(),
    reports=st.lists(st.sampled_from(REPORTS), max_size=25),
    channel_id=st.sampled_from(["C1", "U1"]),
    locale=LOCALE,
)
def test_what_goes_on(
    queries: list[str], count: int, exact: bool, reports: list[str], channel_id: str, locale: str
) -> None:
    missed = Missed(since=NOW.date(), count=Count(value=count, exact=exact), query="label:bug" * 50)
    on = Returned(
        subscriptions=[
            (followed(query), missed if number % 2 else None) for number, query in enumerate(queries)
        ],
        schedules=[posted(report) for report in reports],
    )
    fits(returning.returned(ChannelId(channel_id), on, words(locale)))


def followed(query: str) -> Subscription:
    return Subscription(
        subscription_id=SubscriptionId(UUID(int=1)),
        channel_id=ChannelId("C1"),
        owner_id=ADA,
        query=query,
        place=FollowUps.THREAD,
        paused_why=None,
        created_at=NOW,
    )


def posted(report: str) -> Schedule:
    return Schedule(
        workspace_id=WorkspaceId("T1"),
        schedule_id=ScheduleId(UUID(int=1)),
        owner_id=ADA,
        report=report,
        query="",
        period="7d",
        channel_id=ChannelId("C1"),
        recurrence=Recurrence(every=Every.DAILY),
        timezone="UTC",
        locale="en",
        next_due_at=NOW,
        paused_why=None,
        version=1,
        last_run_at=None,
        last_state=None,
    )
