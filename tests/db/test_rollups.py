from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from db.access import Actor
from db.ids import PersonId
from db.pool import Database
from db.query import parse
from db.reports import few
from db.reports.choosing import choose
from db.reports.kept import Kept
from db.reports.numbers import Span
from db.reports.scanned import Scanned
from db.reports.sifted import Sifted
from db.reports.sifting import sieve
from db.reports.source import Source
from db.rollups import behind, check_and_repair, differences, fold, fold_backlog, rebuild
from db.states import Role
from tests.db.histories import START, History, workspace

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
FIRST = START.date() - timedelta(days=500)


def spans_of(history: History) -> list[Span]:
    """A day, a week, a month, everything, and some at random; the last history may be in any of them."""
    last = history.now.date() + timedelta(days=2)
    whole = (last - FIRST).days
    spans = [Span(start=FIRST, end=last), Span(start=last - timedelta(days=7), end=last)]
    for _ in range(6):
        start = FIRST + timedelta(days=history.random.randrange(whole))
        spans.append(
            Span(start=start, end=start + timedelta(days=history.random.choice((1, 7, 30, 91, 365))))
        )
    return spans


QUERIES = (
    "priority:urgent,high",
    "-priority:none",
    "no:priority",
    "label:label-0",
    "label:label-0,label-1 -label:label-2",
    "no:label",
    "has:label status:in-progress",
    "assignee:{person}",
    "reporter:{person}",
    "reporter:{person},none",
    "-reporter:{person} status:open",
    "-assignee:{person},none priority:low,medium",
    "no:assignee status:open",
    "label:label-3 assignee:{person}",
    "label:label-0 -label:label-1 created:>2025-02-10",
    "label:label-0 label:label-1 priority:low,medium,none",
    "label:label-0,label-1,label-2 created:2025 -status:in-progress",
    "label:label-2,label-0 created:<60d",
    "label:label-1 closed:>2025-02",
    "label:label-1 status:closed",
    "-label:label-0",
    "-label:label-0,label-2 -assignee:{person}",
    "-label:label-0 -label:label-1",
    "label:label-0,label-1",
    "label:label-1 -label:label-0 status:open",
    "label:label-0 label:label-2 assignee:{person}",
    "label:label-0,label-1 -label:label-1,label-0",
    "-label:label-0,label-1 no:assignee",
    "status:closed",
    "created:>2025-02-10",
    "-created:2025-02",
    "created:<30d",
    "closed:2025-01-20..2025-03-31",
    "-closed:>=2025-02",
    "status:completed",
    "updated:<10y label:label-1",
    "due:overdue",
    "due:<2025-03-01,none",
    "due:2025-02..2025-04 updated:<10y -label:label-2",
    "-due:overdue due:<10y",
)


async def everything(source: Source, spans: list[Span]) -> dict[str, Any]:
    return {
        "open": await source.open_by_person(),
        "standing": [await source.standing(()), await source.standing(spans)],
        "work": await source.work(spans),
        "closed": [await source.closed_by_person(span) for span in spans],
        "traffic": await source.traffic(spans),
        "latency": [await source.latencies([span, *spans], top=3) for span in spans],
    }


async def both(history: History, zone: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same questions asked of the kept numbers and of a scan."""
    conn, spans = history.conn, spans_of(history)
    actor = Actor(workspace_id=history.workspace_id, person_id=None, role=Role.ADMIN)
    scanned = Scanned(conn, actor, ZoneInfo(zone), (await choose(conn, actor, None)).many)
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return await everything(Kept(conn, history.workspace_id), spans), await everything(scanned, spans)


@pytest.mark.parametrize("seed", range(10))
async def test_any_history_gives_the_same_numbers_kept_and_scanned(
    conn: asyncpg.Connection, seed: int
) -> None:
    zone = ZONES[seed % len(ZONES)]
    history = History(conn, await workspace(conn, zone=zone), seed)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    for _ in range(4):
        for _ in range(30):
            await history.step()
            if history.random.random() < 0.3:
                async with conn.transaction():
                    await fold(
                        conn, history.workspace_id, await history.take_pending(history.random.randint(1, 5))
                    )
        kept, scanned = await both(history, zone)
        assert kept == scanned
        assert await differences(conn, history.workspace_id) == []
    assert kept["open"]
    assert any(latencies.by_priority for latencies in kept["latency"])


@pytest.mark.parametrize("seed", range(4))
async def test_any_history_gives_the_same_numbers_sifted_and_scanned(
    conn: asyncpg.Connection, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 2:
        # Some closes are few then, and some are not.
        monkeypatch.setattr(few, "MOST", 8)
        monkeypatch.setattr("db.reports.sifted._MOST_REPORTED", 1)
    zone = ZoneInfo(ZONES[(seed + 1) % len(ZONES)])
    history = History(conn, await workspace(conn, zone=zone.key), 100 + seed)
    await history.populate()
    await conn.execute("UPDATE people SET timezone = 'America/New_York'")
    await rebuild(conn, history.workspace_id)
    person = await conn.fetchval("SELECT name FROM people LIMIT 1")
    actor = Actor(workspace_id=history.workspace_id, person_id=PersonId(history.people[0]), role=Role.ADMIN)
    for pending in (False, True):
        for _ in range(50):
            await history.step()
        if not pending:
            await fold(conn, history.workspace_id, await history.take_pending(1000))
        await conn.execute("UPDATE issues SET due_on = created_at::date + 45 WHERE number % 3 > 0")
        spans = spans_of(history)[:4]
        for text in QUERIES:
            query = parse(text.format(person=f'"{person}"'))
            async with conn.transaction(isolation="repeatable_read", readonly=True):
                chosen = await choose(conn, actor, query)
                sifting = await sieve(conn, chosen.resolved, zone)
                assert sifting is not None
                sifted = await everything(Sifted(conn, actor, sifting, pending=pending), spans)
                scanned = await everything(Scanned(conn, actor, zone, chosen.many), spans)
            assert sifted == scanned, text


async def test_a_guest_is_counted_from_what_they_filed_or_were_given(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 8)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    for _ in range(60):
        await history.step()
    await fold(conn, history.workspace_id, await history.take_pending(40))
    guest = Actor(workspace_id=history.workspace_id, person_id=PersonId(history.people[1]), role=Role.GUEST)
    spans, zone = spans_of(history), ZoneInfo("Europe/Berlin")
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        chosen = await choose(conn, guest, None)
        sifting = await sieve(conn, chosen.resolved, zone)
        assert sifting is not None
        sifted = await everything(Sifted(conn, guest, sifting, pending=True), spans)
        assert sifted == await everything(Scanned(conn, guest, zone, chosen.many), spans)
    assert sum(n.total for n in sifted["open"].values()) > 0


async def test_a_large_change_is_folded_in_steps_and_exact_after_each(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 21)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    for _ in range(10):
        await history.step()
    await history.change([history._new(history._long_ago()) for _ in range(30)])
    async with conn.transaction():
        await fold(conn, history.workspace_id, await history.take_pending(1000), at_once=25)
    assert await conn.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'rollups_backlog'") == b"T0"
    assert await behind(conn) == (history.workspace_id,)
    steps = 0
    more = True
    while more:
        kept, scanned = await both(history, "Europe/Berlin")
        assert kept == scanned
        assert await differences(conn, history.workspace_id) == []
        # Somebody works on an issue that is half counted in.
        await history.step()
        async with conn.transaction():
            more = await fold_backlog(conn, history.workspace_id, at_once=7)
        steps += more
    assert steps == 5
    assert await behind(conn) == ()
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    assert await differences(conn, history.workspace_id) == []


async def test_numbers_are_exact_while_everything_is_pending(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 77)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    for _ in range(60):
        await history.step()
    assert await conn.fetchval("SELECT count(*) FROM rollup_days") == 0
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned


async def test_a_reader_between_two_folds_never_sees_half_of_one(database: Database) -> None:
    """A reader whose snapshot is older than the fold sees all of it as pending, a newer one all of it as kept."""
    async with database.connection() as writer, database.connection() as reader:
        history = History(writer, await workspace(writer), 9)
        await history.populate()
        await rebuild(writer, history.workspace_id)
        for _ in range(40):
            await history.step()
        kept = Kept(reader, history.workspace_id)
        spans = spans_of(history)
        async with reader.transaction(isolation="repeatable_read", readonly=True):
            before = await kept.traffic(spans)
            async with writer.transaction():
                await fold(writer, history.workspace_id, await history.take_pending(1000))
            assert await kept.traffic(spans) == before
        assert await kept.traffic(spans) == before


async def test_the_check_finds_an_issue_that_is_counted_as_it_was_once(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 6)
    await history.populate()
    for _ in range(30):
        await history.step()
    await history.take_pending(1000)
    await rebuild(conn, history.workspace_id)
    await conn.execute(
        "UPDATE rollup_issues SET reporter_id = uuid_v7()"
        " WHERE ctid IN (SELECT ctid FROM rollup_issues WHERE NOT is_open LIMIT 1)"
    )
    assert [d.what for d in await check_and_repair(conn, history.workspace_id)] == ["issues"]
    assert await check_and_repair(conn, history.workspace_id) == []


async def test_the_check_finds_a_wrong_number_and_repairs_it(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 3)
    await history.populate()
    for _ in range(50):
        await history.step()
    await rebuild(conn, history.workspace_id)
    await conn.execute("UPDATE rollup_days SET created = created + 1 WHERE grain = 256")
    await conn.execute("DELETE FROM rollup_closes WHERE ctid IN (SELECT ctid FROM rollup_closes LIMIT 1)")
    found = await check_and_repair(conn, history.workspace_id)
    assert {difference.what for difference in found} == {"days", "closes"}
    assert await check_and_repair(conn, history.workspace_id) == []


@pytest.mark.parametrize(
    ("what", "zeroed"),
    [
        ("open", "UPDATE rollup_open SET waiting = 0, in_progress = 0"),
        ("days", "UPDATE rollup_days SET created = 0, closed = 0, still_open = 0"),
        ("people", "UPDATE rollup_people SET taken = 0, closed = 0"),
        ("latency", "UPDATE rollup_latency SET closed = 0, total = 0, histogram = array_fill(0, ARRAY[208])"),
        ("people", "DELETE FROM rollup_people"),
        ("labelled", "DELETE FROM rollup_labelled"),
        ("labelled", "UPDATE rollup_labelled SET assignee_id = uuid_v7()"),
    ],
)
async def test_the_check_finds_what_is_kept_as_nothing(
    conn: asyncpg.Connection, what: str, zeroed: str
) -> None:
    history = History(conn, await workspace(conn), 3)
    await history.populate()
    for _ in range(50):
        await history.step()
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    await rebuild(conn, history.workspace_id)
    await conn.execute(zeroed)
    assert {difference.what for difference in await check_and_repair(conn, history.workspace_id)} == {what}
    assert await check_and_repair(conn, history.workspace_id) == []


async def test_another_time_zone_has_other_days_after_the_nightly_check(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn, zone="UTC"), 4)
    await history.populate()
    for _ in range(50):
        await history.step()
    await rebuild(conn, history.workspace_id)
    await conn.execute("UPDATE workspaces SET timezone = 'Pacific/Auckland'")
    assert await check_and_repair(conn, history.workspace_id) == []
    kept, scanned = await both(history, "Pacific/Auckland")
    assert kept == scanned


async def test_the_first_changes_of_a_workspace_ask_for_a_book(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 1)
    await history.populate()
    await history.step()
    await fold(conn, history.workspace_id, await history.take_pending(10))
    assert await conn.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'rollups'") == b"T0"
