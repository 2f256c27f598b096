"""`lodge rollups`: the kept numbers of reports checked and made anew from the command line."""

from __future__ import annotations

from functools import partial

import asyncpg
import pytest

from bot.__main__ import main
from bot.maintenance import check_rollups, rebuild_rollups
from bot.settings import read_settings
from db import rollups
from db.errors import NotFound
from tests.db.worlds import file, make_world


async def test_check_says_what_was_wrong_makes_it_right_and_fails_once(
    conn: asyncpg.Connection, db_url: str
) -> None:
    settings = read_settings({"DATABASE_URL": db_url}, slack=False)
    world = await make_world(conn)
    await file(conn, world.ada)
    await conn.execute("DELETE FROM pending_changes")
    await rollups.rebuild(conn, world.workspace_id)
    await conn.execute("UPDATE rollup_days SET created = 5 WHERE grain = 1")
    said: list[str] = []
    assert await check_rollups(settings, [world.workspace_id], said.append) == 1
    assert said[0] == f"{world.workspace_id}: comparing, 1 issues ..."
    assert "kept {5,0,1}, counted {1,0,1}" in said[1]
    assert said[-1].endswith("made anew")
    assert await conn.fetchval("SELECT repairs FROM rollup_books") == 1
    said.clear()
    assert await check_rollups(settings, None, said.append) == 0
    assert said[1:] == [f"{world.workspace_id}: as a full count has it"]


async def test_rebuild_makes_the_books_of_all_or_of_one(conn: asyncpg.Connection, db_url: str) -> None:
    settings = read_settings({"DATABASE_URL": db_url}, slack=False)
    world = await make_world(conn)
    await conn.execute("SELECT create_workspace('T9', 'Nine')")
    await rebuild_rollups(settings, ["T9"], lambda _: None)
    assert await conn.fetchval("SELECT array_agg(workspace_id) FROM rollup_books") == ["T9"]
    said: list[str] = []
    await rebuild_rollups(settings, None, said.append)
    assert [line.rpartition(" in ")[0] or line for line in said if line.startswith("T9")] == [
        "T9: counting 0 issues ...",
        "T9: made anew",
    ]
    assert f"{world.workspace_id}: counting 0 issues ..." in said
    with pytest.raises(NotFound):
        await check_rollups(settings, ["T404"], said.append)


async def test_a_rebuild_says_how_far_it_is(
    conn: asyncpg.Connection, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings({"DATABASE_URL": db_url}, slack=False)
    world = await make_world(conn)
    for _ in range(5):
        await file(conn, world.ada)
    monkeypatch.setattr(rollups, "rebuild", partial(rollups.rebuild, at_once=2))
    said: list[str] = []
    await rebuild_rollups(settings, None, said.append)
    counted = [line.partition(": ")[2] for line in said[:-1]]
    assert counted == ["counting 5 issues ...", "33 % counted", "66 % counted"]
    assert await rollups.differences(conn, world.workspace_id) == []


def test_the_command_line_names_both(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["rollups", "--help"])
    assert stopped.value.code == 0
    assert "check" in (text := capsys.readouterr().out)
    assert "rebuild" in text
