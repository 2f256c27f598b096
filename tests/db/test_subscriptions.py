"""What a query found before a change, told afterwards; and the rules of subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db import comments, deleting, documents, earlier, issues, listing, subscriptions
from db.announcements import Event
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChannelId
from db.issues import IssuePatch
from db.query import QueryError, parse
from db.states import CloseReason, Priority, Status
from db.subscriptions import CHANNEL_MAX, WORKSPACE_MAX, FollowUps, News, SubscriptionDraft
from handlers.subscriptions.following import Touched
from tests.db.worlds import World, file, make_world, me

HERE = ChannelId("C1")

QUERIES = (
    "",
    "status:open",
    "status:closed",
    "-status:closed",
    "status:duplicate,not-planned",
    "label:bug",
    "-label:bug",
    "label:ui,bug",
    "label:x",
    "-label:x",
    "no:label",
    "has:comment",
    "commenter:@bob",
    "priority:high,urgent",
    "no:priority",
    "assignee:me",
    "no:assignee",
    "assignee:@bob reporter:me",
    "due:overdue",
    "no:due",
    "fails",
    "login -label:bug",
    '"very slow"',
    "parent:LDG-1",
    "no:parent",
    "ref:ext-1",
    "no:ref",
    "closed:<7d",
    "-closed:<7d",
    "closed:>7d",
    "updated:<7d",
    "updated:>7d",
)

patches = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Login fails", "Very slow", "Other"]),
        "description": st.sampled_from(["", "login", "it is very slow"]),
        "status": st.sampled_from([Status.OPEN, Status.IN_PROGRESS]),
        "close_reason": st.sampled_from([CloseReason.COMPLETED, CloseReason.NOT_PLANNED]),
        "priority": st.sampled_from(Priority),
        "due_on": st.sampled_from([None, date(2020, 1, 1), date(2099, 1, 1)]),
        "external_ref": st.sampled_from([None, "ext-1"]),
        "labels": st.sampled_from([(), ("bug",), ("ui", "Bug"), ("x",)]),
    },
).map(lambda each: each if "close_reason" not in each else each | {"status": Status.CLOSED})


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    made = await make_world(conn)
    await file(conn, made.ada, "Parent", labels=("bug", "ui", "x"))
    return made


async def found(conn: asyncpg.Connection, world: World, issue_id: object) -> set[str]:
    return {
        query
        for query in QUERIES
        if issue_id in await listing.matching(conn, world.ada, parse(query), [issue_id])  # type: ignore[list-item] # one id
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=patches,
    second=patches,
    assign=st.booleans(),
    say=st.booleans(),
    unsay=st.sampled_from([None, "delete", "edit"]),
)
# Labels that only the workspace has must not be told as the issue's own, whether it lost its labels or changed them.
@example(first={"labels": ("x",)}, second={"labels": ()}, assign=False, say=False, unsay=None)
@example(first={"labels": ("ui", "Bug")}, second={"labels": ("x",)}, assign=False, say=False, unsay=None)
# What is open again was closed long ago, and changed long ago.
@example(first={"status": Status.CLOSED}, second={"status": Status.OPEN}, assign=False, say=False, unsay=None)
@example(first={}, second={}, assign=False, say=False, unsay="delete")
@example(first={}, second={}, assign=False, say=False, unsay="edit")
async def test_what_was_found_before_is_told_afterwards(
    conn: asyncpg.Connection,
    world: World,
    first: dict[str, object],
    second: dict[str, object],
    assign: bool,
    say: bool,
    unsay: str | None,
) -> None:
    issue = await file(conn, world.ada, "Login fails")
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(**first))  # type: ignore[arg-type] # by name
    old = await comments.add(conn, world.bob, issue.issue_id, "very slow login") if unsay else None
    await _a_month_passes(conn)
    await documents.index_issues(conn, world.workspace_id, [issue.issue_id])
    before = await found(conn, world, issue.issue_id)
    latest = await conn.fetchval("SELECT max(event_id) FROM events")
    if assign:
        await issues.assign(conn, world.ada, issue.issue_id, me(world.bob))
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(**second))  # type: ignore[arg-type] # by name
    if say:
        await comments.add(conn, world.bob, issue.issue_id, "very slow login")
    if old and unsay == "delete":
        await comments.delete(conn, world.bob, old.comment.comment_id)
    if old and unsay == "edit":
        await comments.edit(conn, world.bob, old.comment.comment_id, "fine")
    await documents.index_issues(conn, world.workspace_id, [issue.issue_id])
    happened = await _events_after(conn, latest)
    if not happened.events:
        return
    assert happened.earlier is not None
    replaced = {issue.issue_id: happened.earlier}
    told = {
        query
        for query in QUERIES
        if await earlier.matched(conn, world.ada, parse(query), [issue.issue_id], replaced)
    }
    assert told == before


async def test_what_was_closed_long_ago_was_so_before_it_was_opened(
    conn: asyncpg.Connection, world: World
) -> None:
    """Whenever the closing was written down, as that of an import is later."""
    issue = await file(conn, world.ada, "Login fails")
    await issues.close(conn, world.ada, issue.issue_id)
    await conn.execute("UPDATE issues SET closed_at = closed_at - interval '30 days'")
    before = await found(conn, world, issue.issue_id)
    latest = await conn.fetchval("SELECT max(event_id) FROM events")
    await issues.reopen(conn, world.ada, issue.issue_id)
    happened = (await _events_after(conn, latest)).earlier
    assert happened is not None
    replaced = {issue.issue_id: happened}
    for query in ("closed:<7d", "closed:>7d"):
        told = await earlier.matched(conn, world.ada, parse(query), [issue.issue_id], replaced)
        assert (query in before) is bool(told), query


async def _a_month_passes(conn: asyncpg.Connection) -> None:
    month = "interval '30 days'"
    await conn.execute(f"UPDATE events SET at = at - {month}")
    await conn.execute(
        f"UPDATE issues SET created_at = created_at - {month}, updated_at = updated_at - {month},"
        f" closed_at = closed_at - {month}"
    )


async def _events_after(conn: asyncpg.Connection, latest: int) -> Touched:
    rows = await conn.fetch(
        "SELECT event_id, change_id, issue_id, actor_id, kind, version, before, after FROM events"
        " WHERE event_id > $1 ORDER BY event_id",
        latest,
    )
    return Touched(events=[Event(**row) for row in rows])


@pytest.mark.parametrize("query", ["fails", '"login fails"', "-nonsense", "fails slow"])
async def test_what_was_deleted_was_found_by_its_words_before(
    conn: asyncpg.Connection, world: World, query: str
) -> None:
    issue = await file(conn, world.ada, "Login fails")
    await comments.add(conn, world.bob, issue.issue_id, "It is very slow")
    await documents.index_issues(conn, world.workspace_id, [issue.issue_id])
    latest = await conn.fetchval("SELECT max(event_id) FROM events")
    await deleting.delete(conn, world.ada, [issue.issue_id])
    await documents.index_issues(conn, world.workspace_id, [issue.issue_id])
    touched = replace(await _events_after(conn, latest), gone=True)
    assert touched.earlier is not None
    were = {issue.issue_id: touched.earlier}
    asked = parse(query)
    assert await earlier.matched(conn, world.ada, asked, list(were), were) == {issue.issue_id}
    assert await earlier.matched(conn, world.ada, parse("nonsense"), list(were), were) == set()


async def test_one_a_channel_and_query(conn: asyncpg.Connection, world: World) -> None:
    first = await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query="label:bug"))
    again = await subscriptions.create(
        conn,
        world.bob,
        SubscriptionDraft(channel_id=HERE, query=" label:bug ", place=FollowUps.CHANNEL),
    )
    assert again.subscription_id == first.subscription_id
    assert (again.place, again.owner_id) == (FollowUps.CHANNEL, me(world.bob))
    other = await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query="label:ui"))
    with pytest.raises(Conflict):
        await subscriptions.edit(
            conn, world.ada, other.subscription_id, SubscriptionDraft(channel_id=HERE, query="label:bug")
        )


async def test_too_many_in_a_channel_are_refused(conn: asyncpg.Connection, world: World) -> None:
    for number in range(CHANNEL_MAX):
        await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query=f"word{number}"))
    with pytest.raises(Invalid) as refused:
        await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query="more"))
    (error,) = refused.value.errors
    assert (error.field, error.code, error.limit) == ("query", "subscriptions_too_many", CHANNEL_MAX)


async def test_one_that_is_there_is_changed_also_where_there_are_as_many_as_can_be(
    conn: asyncpg.Connection, world: World
) -> None:
    draft = SubscriptionDraft(channel_id=HERE, query="first")
    first = await subscriptions.create(conn, world.ada, draft)
    await conn.execute(
        """
        INSERT INTO subscriptions (workspace_id, channel_id, owner_id, query, events, place)
        SELECT workspace_id, 'C' || number, owner_id, query, events, place
        FROM subscriptions, generate_series(2, $1) number""",
        WORKSPACE_MAX,
    )
    again = await subscriptions.create(conn, world.ada, replace(draft, place=FollowUps.CHANNEL))
    assert (again.subscription_id, again.place) == (first.subscription_id, FollowUps.CHANNEL)
    with pytest.raises(Invalid) as refused:
        await subscriptions.create(conn, world.ada, replace(draft, query="more"))
    (error,) = refused.value.errors
    assert (error.code, error.limit) == ("subscriptions_all_taken", WORKSPACE_MAX)


async def test_what_cannot_be_is_refused(conn: asyncpg.Connection, world: World) -> None:
    draft = SubscriptionDraft(channel_id=HERE, query="status:open")
    with pytest.raises(Forbidden):
        await subscriptions.create(conn, world.guest, draft)
    with pytest.raises(QueryError):
        await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query="label:nosuch"))
    nothing = SubscriptionDraft(channel_id=HERE, query="", news=frozenset[News]())
    with pytest.raises(Invalid):
        await subscriptions.create(conn, world.ada, nothing)
    made = await subscriptions.create(conn, world.ada, draft)
    await subscriptions.remove(conn, world.ada, made.subscription_id)
    with pytest.raises(NotFound):
        await subscriptions.turn(conn, world.ada, made.subscription_id, on=True)


async def test_announced_once(conn: asyncpg.Connection, world: World) -> None:
    issue = await file(conn, world.ada)
    made = await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=HERE, query=""))
    pair = [made.subscription_id], [issue.issue_id]
    assert await subscriptions.announce(conn, world.workspace_id, *pair) == {
        (made.subscription_id, issue.issue_id)
    }
    assert await subscriptions.announce(conn, world.workspace_id, *pair) == set()
