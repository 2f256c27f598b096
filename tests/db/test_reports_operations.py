"""The operations people use, in any order: kept and scanned numbers agree after each of them."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from db import announcements, bulk, changes, issues, labels, reports, workspaces
from db.access import Actor
from db.bulk import BulkPatch
from db.errors import LodgeError
from db.issues import IssueDraft, IssuePatch
from db.query import parse
from db.reports.choosing import choose
from db.reports.desk import desk
from db.reports.kept import Kept
from db.reports.naming import Naming
from db.reports.numbers import Span
from db.reports.scanned import Scanned
from db.rollups import differences, fold, rebuild
from db.states import CloseReason, Priority, Status
from tests.db.test_rollups import everything
from tests.db.worlds import World, file, make_world, me

LABELS = ("bug", "ui", "ops")


async def act(conn: asyncpg.Connection, world: World, chance: random.Random) -> None:
    """Something somebody may do; what is refused changes nothing."""
    actor = chance.choice((world.ada, world.bob))
    known = [r["issue_id"] for r in await conn.fetch("SELECT issue_id FROM issues ORDER BY number")]
    what = chance.choice(("create", "create", "edit", "edit", "edit", "bulk", "labels", "undo"))
    issue = chance.choice(known) if known else None
    someone = chance.choice((None, me(world.ada), me(world.bob)))
    async with conn.transaction():
        match what:
            case "edit" if issue:
                patch = chance.choice(
                    (
                        IssuePatch(status=Status.CLOSED, close_reason=CloseReason.COMPLETED),
                        IssuePatch(status=Status.IN_PROGRESS),
                        IssuePatch(status=Status.OPEN),
                        IssuePatch(assignee_id=someone),
                        IssuePatch(priority=chance.choice(list(Priority)), assignee_id=someone),
                    )
                )
                await issues.edit(conn, actor, issue, patch)
            case "bulk" if known:
                many = BulkPatch(status=Status.CLOSED, reason=CloseReason.COMPLETED, add_labels=("ops",))
                await bulk.change(conn, actor, chance.sample(known, min(4, len(known))), many)
            case "labels" if issue:
                await labels.add_remove(conn, actor, issue, [chance.choice(LABELS)], [])
            case "undo":
                await changes.undo(conn, actor)
            case _:
                draft = IssueDraft(
                    title="Something",
                    priority=chance.choice(list(Priority)),
                    assignee_id=someone,
                    labels=tuple(chance.sample(LABELS, chance.randint(0, 2))),
                )
                await issues.create(conn, actor, draft)


async def announce(conn: asyncpg.Connection, world: World, most: int) -> None:
    async with conn.transaction():
        batch = await announcements.take(conn, world.workspace_id, most)
        if batch is not None:
            await fold(conn, world.workspace_id, [change.change_id for change in batch.changes])


async def assert_agreed(conn: asyncpg.Connection, actor: Actor) -> None:
    today = datetime.now(UTC).date()
    spans = [Span(start=today - timedelta(days=back), end=today + timedelta(days=2)) for back in (0, 1, 30)]
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        scanned = Scanned(conn, actor, ZoneInfo("UTC"), (await choose(conn, actor, None)).many)
        assert await everything(Kept(conn, actor.workspace_id), spans) == await everything(scanned, spans)


@pytest.mark.parametrize("seed", range(4))
async def test_kept_and_scanned_numbers_agree_after_every_operation(
    conn: asyncpg.Connection, seed: int
) -> None:
    world, chance = await make_world(conn), random.Random(seed)
    await rebuild(conn, world.workspace_id)
    for step in range(60):
        try:
            await act(conn, world, chance)
        except LodgeError:
            continue
        if chance.random() < 0.4:
            await announce(conn, world, chance.randint(1, 6))
        if step % 5 == 0:
            await assert_agreed(conn, world.admin)
    await assert_agreed(conn, world.admin)
    assert await differences(conn, world.workspace_id) == []


async def test_an_issue_that_is_restored_is_not_taken_anew(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    await file(conn, world.ada, assignee_id=me(world.bob))
    period = reports.parse_period("7d", datetime.now(UTC).date())
    for taken in (1, 0, 1, 0, 1):
        for query in (None, parse("priority:none")):
            report = await reports.assignees(conn, world.admin, period, query)
            assert report.work.taken == taken
        await assert_agreed(conn, world.admin)
        await announce(conn, world, 100)
        undone = await changes.undo(conn, world.ada)
        assert undone.count == 1
    assert await differences(conn, world.workspace_id) == []


async def test_merged_and_renamed_labels_are_right_at_once(conn: asyncpg.Connection) -> None:
    """While the merge is pending, while the numbers are being made anew, and after."""
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    for name in ("bug", "defect"):
        issue = await file(conn, world.ada, labels=(name,))
        await issues.close(conn, world.ada, issue.issue_id)
    await file(conn, world.ada, labels=("defect",))
    await announce(conn, world, 100)
    ids = {label.name: label.label_id for label in await labels.all(conn, world.admin)}
    await conn.execute("DELETE FROM pgqueuer")
    today = datetime.now(UTC).date()
    period = reports.parse_period("7d", today)

    async def shown() -> tuple[str, int, int]:
        (row,) = (await reports.latency(conn, world.admin, period)).by_label
        found = await reports.aging(conn, world.admin, today, parse(f'label:"{row.name}"'))
        return row.name, row.latency.closed, found.open_now

    await labels.merge_labels(conn, world.admin, ids["defect"], ids["bug"])
    assert await shown() == ("bug", 2, 1)
    await announce(conn, world, 100)
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'rollups'") == 1
    assert await shown() == ("bug", 2, 1)
    await rebuild(conn, world.workspace_id)
    assert await shown() == ("bug", 2, 1)
    await labels.rename(conn, world.admin, ids["bug"], "Fault")
    assert await shown() == ("Fault", 2, 1)
    assert await differences(conn, world.workspace_id) == []


async def test_reports_stay_exact_while_a_large_import_waits(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    for _ in range(6):
        await file(conn, world.ada)
    today = datetime.now(UTC).date()
    period = reports.parse_period("7d", today)
    for most, source in ((10, "Kept"), (3, "Scanned")):
        monkeypatch.setattr("db.reports.desk.MOST_PENDING", most)
        async with desk(conn, world.admin, None) as at:
            assert type(at.source).__name__ == source
        assert (await reports.flow(conn, world.admin, period)).total.created == 6


async def test_another_time_zone_asks_for_new_days(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await conn.execute("DELETE FROM pgqueuer")
    for zone, asked in (("UTC", 0), ("Asia/Tokyo", 1)):
        await workspaces.update_settings(conn, world.admin, timezone=zone)
        assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'rollups'") == asked


async def test_a_query_with_words_gives_the_numbers_of_a_scan(conn: asyncpg.Connection) -> None:
    world, chance = await make_world(conn), random.Random(12)
    await rebuild(conn, world.workspace_id)
    for _ in range(30):
        try:
            await act(conn, world, chance)
        except LodgeError:
            continue
    await announce(conn, world, 20)
    today = datetime.now(UTC).date()
    spans = [Span(start=today - timedelta(days=back), end=today + timedelta(days=2)) for back in (0, 1, 30)]
    for text in (
        "something",
        "-something",
        "something -label:bug",
        "nothing",
        "source:api",
        "no:comment due:none",
    ):
        async with desk(conn, world.admin, parse(text)) as at:
            assert type(at.source).__name__ == "Sifted"
            scanned = Scanned(conn, world.admin, at.zone, (await choose(conn, world.admin, parse(text))).many)
            assert await everything(at.source, spans) == await everything(scanned, spans), text


async def test_every_report_is_the_same_from_rollups_and_from_a_query_that_chooses_all(
    conn: asyncpg.Connection,
) -> None:
    world, chance = await make_world(conn), random.Random(11)
    await rebuild(conn, world.workspace_id)
    for _ in range(40):
        try:
            await act(conn, world, chance)
        except LodgeError:
            continue
    today = datetime.now(UTC).date()
    period, every = reports.parse_period("30d", today), parse("priority:urgent,high,medium,low,none")
    for make in (reports.assignees, reports.latency, reports.flow):
        assert await make(conn, world.admin, period) == await make(conn, world.admin, period, every)
    assert await reports.aging(conn, world.admin, today) == await reports.aging(
        conn, world.admin, today, every
    )
    kept, sifted = [await reports.digest(conn, world.admin, period, today, query) for query in (None, every)]
    # Of issues closed by one change any may be named.
    assert [each.closed_at for each in kept.finished] == [each.closed_at for each in sifted.finished]
    assert replace(kept, finished=()) == replace(sifted, finished=())


async def test_what_is_overdue_is_so_today_whatever_the_period(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    today = datetime.now(UTC).date()
    for late in (0, 1, 20):
        await file(conn, world.ada, f"{late} days late", due_on=today - timedelta(days=late))
    for text in ("today", "yesterday", "last month"):
        report = await reports.digest(conn, world.ada, reports.parse_period(text, today), today)
        assert [issue.title for issue in report.overdue] == ["20 days late", "1 days late"], text


async def test_what_is_dated_ahead_is_young(conn: asyncpg.Connection) -> None:
    """By the file it came with, or by a clock that is fast."""
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    today = datetime.now(UTC).date()
    for days in (1, 40, 3000, -400):
        filed = await file(conn, world.ada)
        await conn.execute(
            "UPDATE issues SET created_at = created_at + $2::integer * interval '1 day' WHERE issue_id = $1",
            filed.issue_id,
            days,
        )
    for counted in (False, True):
        if counted:
            await conn.execute("DELETE FROM pending_changes")
            await rebuild(conn, world.workspace_id)
        for query in (None, parse("priority:none"), parse("no:assignee no:label")):
            report = await reports.aging(conn, world.admin, today, query)
            assert [group.count for group in report.groups] == [3, 0, 0, 0, 1]


@pytest.mark.parametrize(("most_of_a_day", "few"), [(0, 0), (300, 0), (300, 1000), (0, 3)])
async def test_the_issues_a_digest_names_are_those_of_all_that_a_query_chooses(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, most_of_a_day: int, few: int
) -> None:
    monkeypatch.setattr("db.reports.sifted._MOST_OF_A_DAY", most_of_a_day)
    monkeypatch.setattr("db.reports.naming.FEW", few)
    world, chance = await make_world(conn), random.Random(15)
    await rebuild(conn, world.workspace_id)
    for step in range(120):
        if step == 80:
            await conn.execute(
                "UPDATE issues SET created_at = created_at - number % 7 * interval '1 day',"
                " closed_at = closed_at - number % 5 * interval '1 day'"
            )
            await conn.execute("DELETE FROM pending_changes")
            await rebuild(conn, world.workspace_id)
        with suppress(LodgeError):
            await act(conn, world, chance)
    today = datetime.now(UTC).date()
    await conn.execute(
        "UPDATE issues SET due_on = $1::date + number::integer % 9 - 5 WHERE number % 3 > 0", today
    )
    named = 0
    for text in (
        "assignee:me",
        "-label:bug",
        "priority:urgent,high,medium",
        "something",
        "label:ops no:assignee",
    ):
        query = parse(text)
        for days in (1, 3, 30):
            span = Span(start=today - timedelta(days=days), end=today + timedelta(days=1))
            async with desk(conn, world.ada, query) as at:
                assert type(at.source).__name__ == "Sifted"
                naming = at.naming((await at.source.standing(())).open)
                walked = Naming(conn, world.ada, at.chosen, at.zone, sifted=None, open_now=0)
                assert await naming.newest(span) == await walked.newest(span)
                assert await naming.oldest() == await walked.oldest()
                assert await naming.stalest() == await walked.stalest()
                assert await naming.pressing() == await walked.pressing()
                assert await naming.overdue(today) == await walked.overdue(today)
                found, expected = await naming.finished(span), await walked.finished(span)
                assert [each.closed_at for each in found] == [each.closed_at for each in expected]
            named += len(found)
    assert named > 20
    assert await conn.fetchval("SELECT count(*) FROM pending_changes") > 10


async def test_a_guest_is_shown_their_own_issues_only(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    await file(conn, world.ada)
    await file(conn, world.guest)
    period = reports.parse_period("7d", datetime.now(UTC).date())
    assert (await reports.flow(conn, world.guest, period)).total.created == 1
    assert (await reports.flow(conn, world.ada, period)).total.created == 2


@pytest.mark.parametrize(
    "text",
    [
        "created:>2026-03-01",
        "created:2026-03",
        "created:2026-02,2026-05",
        "created:<2026-04-01",
        "-created:>2026-04-01",
        "-created:2026-03 created:>2026-01-20",
        "created:>2026-03-01 created:>2026-02-01 -label:bug",
    ],
)
async def test_the_issues_untouched_for_longest_are_those_of_all_that_a_query_chooses(
    conn: asyncpg.Connection, text: str
) -> None:
    """Wherever creation lies: what was created long ago may have been touched yesterday, and the other way round."""
    world, chance = await make_world(conn), random.Random(5)
    for number in range(60):
        filed = await issues.create(
            conn, world.ada, IssueDraft(title=f"{number}", labels=("bug",) if number % 3 == 0 else ())
        )
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(180))
        await conn.execute(
            "UPDATE issues SET created_at = $2, updated_at = $3 WHERE issue_id = $1",
            filed.issue.issue_id,
            created,
            created + timedelta(days=chance.randrange(60)),
        )
    await rebuild(conn, world.workspace_id)
    today = datetime(2026, 9, 1, tzinfo=UTC).date()
    query = parse(text)
    chosen = (await choose(conn, world.admin, query)).many(3)
    expected = await conn.fetch(
        f"SELECT i.issue_id FROM issues i WHERE {chosen.sql} ORDER BY i.updated_at, i.issue_id LIMIT 5",
        world.workspace_id,
        None,
        *chosen.params,
    )
    report = await reports.aging(conn, world.admin, today, query)
    assert len(expected) == 5
    assert [issue.issue_id for issue in report.stalest] == [row["issue_id"] for row in expected]
