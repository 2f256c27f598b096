"""Imports that run at the same moment: each row becomes one issue, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import random

import pytest

from db.errors import Conflict
from db.importing import undoing
from db.importing.mapping import Existing
from db.imports import State
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of

HEADER = ["key", "title", "status", "priority", "labels", "assignee", "comment"]


def row(number: int, version: int = 0) -> list[str]:
    return [
        f"P-{number}",
        f"Issue {number} v{version}",
        "done" if version else "open",
        "high" if version else "low",
        f"bug,l{number % 7},v{version}",
        f"Person {number % 5}",
        f"Said of {number}",
    ]


def shuffled(numbers: range, seed: int, version: int = 0) -> str:
    rows = [row(number, version) for number in numbers]
    random.Random(seed).shuffle(rows)
    return as_csv([HEADER, *rows])


async def test_four_files_with_rows_in_common_at_once_make_one_issue_a_row(desk: Desk) -> None:
    sources = [source_of(shuffled(range(n * 300, n * 300 + 900), seed=n)) for n in range(4)]
    runs = [desk.run(await desk.claimed(source), source) for source in sources]
    async with asyncio.timeout(60):
        ended = await asyncio.gather(*(run.to_the_end() for run in runs))
    assert {each.state for each in ended} == {State.DONE}
    outcomes = [each.outcome or {} for each in ended]
    assert sum(outcome["created"] for outcome in outcomes) == 1_800
    assert [outcome["created"] + outcome["existing"] for outcome in outcomes] == [900] * 4
    assert await desk.rows("SELECT count(*), count(DISTINCT external_ref), count(DISTINCT number) FROM issues") == [
        (1_800, 1_800, 1_800)]  # fmt: skip
    assert await desk.count("comments") == 1_800
    assert await desk.count("labels") == 9
    assert await desk.rows("SELECT count(*) FROM people WHERE name LIKE 'Person %'") == [(5,)]
    again = await desk.load(shuffled(range(1_800), seed=9))
    assert ((again.outcome or {})["created"], again.change_id) == (0, None)


async def test_two_updates_of_the_same_issues_at_once_leave_each_issue_whole(desk: Desk) -> None:
    await desk.load(shuffled(range(400), seed=0))
    sources = [source_of(shuffled(range(400), seed=n, version=n)) for n in (1, 2)]
    runs = [desk.run(await desk.claimed(source, existing=Existing.UPDATE), source) for source in sources]
    async with asyncio.timeout(60):
        ended = await asyncio.gather(*(run.to_the_end() for run in runs))
    assert {each.state for each in ended} == {State.DONE}
    mixed = """
        SELECT count(*) FROM issues i
        WHERE NOT EXISTS (SELECT FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
                          WHERE il.issue_id = i.issue_id AND l.name = 'v' || right(i.title, 1))
           OR (SELECT count(*) FROM issue_labels il WHERE il.issue_id = i.issue_id) <> 3
           OR version <> (SELECT max(version) FROM events e WHERE e.issue_id = i.issue_id)
           OR status <> 'closed'"""
    assert await desk.rows(mixed) == [(0,)]
    assert await desk.count("issues") == 400


async def test_an_undo_and_the_same_file_again_at_once_leave_all_or_nothing(desk: Desk) -> None:
    data = shuffled(range(300), seed=0)
    ended = await desk.load(data)
    source = source_of(data)
    again = desk.run(await desk.claimed(source), source)

    async def undo() -> None:
        async with desk.database.transaction() as conn:
            await undoing.undo(conn, desk.actor, ended)

    async with asyncio.timeout(60):
        await asyncio.gather(undo(), again.to_the_end())
    [(left, keys)] = await desk.rows(
        "SELECT count(*), count(DISTINCT external_ref) FROM issues WHERE deleted_at IS NULL"
    )
    assert left == keys
    assert left in (0, 300)
    # Whatever came first, the file can be brought in once more, once.
    await desk.load(data)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(300,)]


async def test_two_undos_at_once_take_it_back_once(desk: Desk) -> None:
    ended = await desk.load(shuffled(range(200), seed=0))

    async def undo() -> int:
        async with desk.database.transaction() as conn:
            return (await undoing.undo(conn, desk.actor, ended)).removed

    results = await asyncio.gather(undo(), undo(), return_exceptions=True)
    assert sorted(str(type(result).__name__) for result in results) == ["Conflict", "int"]
    assert any(isinstance(result, Conflict) for result in results)
    assert await desk.rows("SELECT count(*) FROM events WHERE kind = 'deleted'") == [(200,)]


@pytest.mark.parametrize("seed", range(3))
async def test_cancelling_one_of_two_leaves_the_other_whole(desk: Desk, seed: int) -> None:
    data = shuffled(range(500), seed)
    sources = [source_of(data), source_of(data)]
    claimed = [await desk.claimed(source) for source in sources]
    first, second = (desk.run(each, source) for each, source in zip(claimed, sources, strict=True))
    dropped = asyncio.create_task(first.to_the_end())
    kept = asyncio.create_task(second.to_the_end())
    await asyncio.sleep(random.Random(seed).random() * 0.4)
    dropped.cancel()
    await asyncio.gather(dropped, return_exceptions=True)
    assert (await kept).state is State.DONE
    assert await desk.rows("SELECT count(*), count(DISTINCT external_ref) FROM issues") == [(500, 500)]
