"""Imports that run at the same moment: each row becomes one issue, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest

from db.errors import Conflict
from db.importing import undoing
from db.importing.mapping import Existing
from db.importing.naming import Names, unmake
from db.imports import Import, State
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


async def test_a_name_new_to_four_imports_at_once_makes_one_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(shuffled(range(10), seed=0))
    names = [_names(desk, await desk.claimed(source)) for _ in range(4)]
    written = [f"Person {number}" for number in range(50)]
    turn, all_have_looked = Names._turn, asyncio.Barrier(4)

    async def together(self: Names, conn: asyncpg.Connection) -> None:
        await all_have_looked.wait()
        await turn(self, conn)

    monkeypatch.setattr(Names, "_turn", together)
    found = await asyncio.gather(*(each.people(written, {}) for each in names))
    assert found == [found[0]] * 4
    assert len(set(found[0])) == 50
    assert sorted(each.new_people for each in names) == [0, 0, 0, 50]


async def test_what_another_import_holds_is_not_taken_away_with_the_import_that_made_it(desk: Desk) -> None:
    source = source_of(shuffled(range(10), seed=0))
    names = _names(desk, await desk.claimed(source))
    held, free = await names.people(["Person 1", "Person 2"], {})
    async with desk.database.transaction() as other:
        await other.fetch("SELECT FROM people WHERE person_id = $1 FOR KEY SHARE", held)
        async with asyncio.timeout(30), desk.database.transaction() as conn:
            await unmake(conn, names.workspace_id, names.import_id)
    assert await desk.rows("SELECT person_id FROM people WHERE name LIKE 'Person %'") == [(held,)]
    assert free != held


async def test_an_import_whose_new_people_were_taken_away_under_it_finds_them_again(desk: Desk) -> None:
    source = source_of(shuffled(range(10), seed=0))
    first, second = [await desk.claimed(source) for _ in range(2)]
    await _names(desk, first).people([f"Person {number}" for number in range(5)], {})
    run = desk.run(second, source)

    async def found_then_lost(self: Names, names: list[str]) -> list[UUID]:
        monkey.undo()
        async with desk.database.transaction() as conn:
            await unmake(conn, first.workspace_id, first.import_id)
        return await self.labels(names)

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(Names, "labels", found_then_lost)
        ended = await run.to_the_end()
    assert ended.state is State.DONE
    assert await desk.rows("SELECT count(*) FROM people WHERE name LIKE 'Person %'") == [(5,)]


def _names(desk: Desk, wanted: Import) -> Names:
    assert wanted.mapping is not None
    return Names(
        database=desk.database,
        workspace_id=wanted.workspace_id,
        import_id=wanted.import_id,
        mapping=wanted.mapping,
    )


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
