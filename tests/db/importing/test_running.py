"""An import that is cancelled, interrupted or run twice leaves all of itself behind, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db import housekeeping, imports
from db.importing.loading import Step
from db.importing.problems import Flaw, TableFlaw
from db.importing.running import Interrupted, Run
from db.imports import State
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import many, source_of


async def test_cancelling_while_it_runs_leaves_nothing(desk: Desk) -> None:
    reached, rest = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield many(20_000).encode()
        reached.set()
        await rest.wait()
        yield b""

    claimed = await desk.claimed(source_of(many(3)))
    running = asyncio.create_task(desk.run(claimed, slow).to_the_end())
    await reached.wait()
    async with desk.database.transaction() as conn:
        await imports.cancel(conn, desk.actor, claimed)
    ended = await running
    assert ended.state is State.CANCELLED
    for table in ("issues", "events", "labels", "imported_issues", "changes"):
        assert await desk.count(table) == 0


async def test_a_cancel_that_comes_after_the_writing_still_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(many(50))
    claimed = await desk.claimed(source)

    async def cancel_at_the_end(run: Run, step: Step) -> None:
        async with desk.database.transaction() as conn:
            await imports.cancel(conn, desk.actor, claimed)

    monkeypatch.setattr(Run, "_tell", cancel_at_the_end)
    ended = await desk.run(claimed, source).to_the_end()
    assert ended.state is State.CANCELLED
    assert await desk.count("issues") == 0
    assert await desk.count("labels") == 0


async def test_a_process_that_is_to_stop_lets_go_and_another_begins_anew(desk: Desk) -> None:
    source = source_of(many(500))
    claimed = await desk.claimed(source)

    async def endless() -> AsyncIterator[bytes]:
        yield many(500).encode()
        await asyncio.Event().wait()

    with pytest.raises(Interrupted):
        await desk.run(claimed, endless, stopping=lambda: True).to_the_end()
    assert await desk.count("issues") == 0
    async with desk.database.transaction() as conn:
        again = await imports.claim(conn, claimed)
    assert again is not None
    assert again.attempts == 2
    assert (await desk.run(again, source).to_the_end()).state is State.DONE
    assert await desk.count("issues") == 500


async def test_a_lost_connection_leaves_nothing_and_may_be_tried_again(desk: Desk) -> None:
    reached = asyncio.Event()

    async def interrupted() -> AsyncIterator[bytes]:
        yield many(5_000).encode()
        # The reader is a process of its own: it takes its time until there is something to copy.
        async with asyncio.timeout(60):
            while not await desk.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'COPY%' AND state <> 'idle'"
            ):
                await asyncio.sleep(0.01)
        reached.set()
        yield many(5_000, first=6_000).encode()

    claimed = await desk.claimed(source_of(many(3)))
    with pytest.raises(Exception) as caught:
        await desk.run(claimed, interrupted).to_the_end()
    assert not isinstance(caught.value, TableFlaw)
    assert reached.is_set()
    assert await desk.count("issues") == 0
    async with desk.database.transaction() as conn:
        again = await imports.claim(conn, claimed)
    assert again is not None
    assert (await desk.run(again, source_of(many(5_000))).to_the_end()).state is State.DONE
    assert await desk.count("issues") == 5_000


async def test_a_full_disk_is_said_and_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(run: Run, step: Step) -> None:
        raise asyncpg.DiskFullError("could not extend file")

    monkeypatch.setattr(Run, "_tell", full)
    source = source_of(many(50))
    ended = await desk.run(await desk.claimed(source), source).to_the_end()
    assert (ended.state, ended.outcome) == (State.FAILED, {"flaw": "no-room"})
    assert await desk.count("issues") == 0


async def test_a_download_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield many(2_000).encode()
        raise TableFlaw(Flaw.CUT_OFF, received=10, size=20)

    ended = await desk.run(await desk.claimed(source_of(many(3))), broken).to_the_end()
    assert (ended.state, (ended.outcome or {})["flaw"]) == (State.FAILED, "cut-off")
    assert await desk.count("issues") == 0


async def test_the_same_import_run_twice_at_once_is_done_once(desk: Desk) -> None:
    source = source_of(many(2_000))
    claimed = await desk.claimed(source)
    ended = await asyncio.gather(*(desk.run(claimed, source).to_the_end() for _ in range(2)))
    assert [each.state for each in ended] == [State.DONE, State.DONE]
    assert await desk.count("issues") == 2_000


async def test_nobody_sees_half_an_import(desk: Desk) -> None:
    seen: set[int] = set()
    source = source_of(many(60_000))

    async def look(progress: object) -> None:
        seen.add(await desk.count("issues"))

    run = desk.run(await desk.claimed(source), source, show=look)
    await run.to_the_end()
    seen.add(await desk.count("issues"))
    assert seen <= {0, 60_000}
    assert 60_000 in seen


_KNOWN = "SELECT reltuples FROM pg_class WHERE relname = ANY ('{issues,imported_issues,events,issue_labels}')"


async def test_what_follows_a_large_import_is_planned_for_what_it_brought(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.load(many(10))
    assert all(row[0] <= 0 for row in await desk.rows(_KNOWN))
    monkeypatch.setattr(housekeeping, "_MANY", 50)
    await desk.load(many(100, first=11))
    assert sorted(row[0] for row in await desk.rows(_KNOWN)) == [110, 110, 110, 220]


async def test_an_import_is_done_whatever_becomes_of_the_look_at_what_it_brought(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")

    monkeypatch.setattr(housekeeping, "analyze_grown", refused)
    assert (await desk.load(many(5))).outcome == {
        "created": 5, "existing": 0, "updated": 0, "repeated": 0, "failed": 0, "comments": 0, "new_labels": 2,
        "new_people": 0, "unlinked": 0, "circular": 0,
    }  # fmt: skip
