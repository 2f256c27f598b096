"""`lodge people erase`: shows what would be forgotten, and forgets it when asked for."""

from __future__ import annotations

import asyncpg
import pytest

from bot.__main__ import main
from bot.erasing import NotOne, erase_person
from bot.maintenance import UnknownWorkspace
from bot.settings import Settings
from db import people, standing, watchers
from tests.db.worlds import file, make_world, me


async def erase(db_url: str, user: str, *, sure: bool = False, workspace: str = "T1") -> list[str]:
    said: list[str] = []
    settings = Settings(database_url=db_url)
    assert await erase_person(settings, workspace=workspace, user=user, sure=sure, say=said.append) == 0
    return said


async def test_it_is_shown_first_done_when_asked_for_and_then_nothing_is_left(
    conn: asyncpg.Connection, db_url: str
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await watchers.watch(conn, world.bob, issue.issue_id)
    shown = await erase(db_url, "UBOB")
    assert shown[:2] == ["bob, bob@example.com, UBOB", "  would be forgotten:"]
    assert "    1 issue they watch or muted" in shown
    assert any("Deactivate them in Slack first" in line for line in shown)
    assert shown[-1].startswith("Nothing has been changed. Add --yes")
    assert (await people.get(conn, world.ada, me(world.bob))).name == "bob"
    done = await erase(db_url, "UBOB", sure=True)
    assert done[1:-1] == [line.replace("would be forgotten", "forgotten") for line in shown[1:-1]]
    now = await people.get(conn, world.ada, me(world.bob))
    assert now.name.startswith("Former member ")
    assert await erase(db_url, str(me(world.bob)), sure=True) == [
        f"{now.name} was erased before: nothing is left to forget."
    ]


async def test_it_is_said_who_would_be_met_again(conn: asyncpg.Connection, db_url: str) -> None:
    """Whoever Slack says is gone is not; whom an admin deactivated here alone is, for that is forgotten."""
    world = await make_world(conn)
    await standing.deactivate(conn, world.admin, me(world.bob))
    shown = " ".join(await erase(db_url, "UBOB"))
    assert "Deactivated in Lodge, which is forgotten with the rest" in shown
    assert "met again when they next use Lodge" in shown
    await conn.execute("UPDATE people SET settings = '{}' WHERE person_id = $1", me(world.bob))
    assert "met again" not in " ".join(await erase(db_url, "UBOB"))


async def test_whoever_is_not_one_person_is_not_erased(conn: asyncpg.Connection, db_url: str) -> None:
    world = await make_world(conn)
    second = await people.create(conn, world.admin, "Bob")
    with pytest.raises(NotOne, match="several people go by 'bob'") as several:
        await erase(db_url, "bob", sure=True)
    assert f"{second.person_id}  Bob" in str(several.value)
    with pytest.raises(NotOne, match="nobody in T1 has the Slack id"):
        await erase(db_url, "UNOBODY", sure=True)
    with pytest.raises(UnknownWorkspace, match="no workspace T404"):
        await erase(db_url, "UBOB", sure=True, workspace="T404")


def test_the_command_line_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["people", "erase", "T1"])
    assert "the following arguments are required: user" in capsys.readouterr().err
