"""What is typed is not lost, and nobody is interrupted over what they did not ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from bot.playground import LocalSlack, Person
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.lines import Line, line_to
from tests.scenarios.test_loading import slow

LONG = "It leaks where the pipe meets the valve, whenever the pressure is above four bar."


@pytest.fixture
async def line(db_url: str) -> AsyncIterator[Line]:
    async with line_to(db_url) as line:
        yield line


@pytest.fixture
async def far_lodge(slack: LocalSlack, line: Line) -> AsyncIterator[Lodge]:
    """Its database is at the other end of `line`. What came to nothing is done when it comes again."""
    async with lodge_at(slack, line.dsn, Clock(datetime.now(UTC)), again=False) as lodge:
        await lodge.ask("ada", "new One")
        yield lodge


async def create_form(ada: Person) -> Json:
    await ada.slash("general", "/issue")
    return await ada.expect_modal(lambda each: each["callback_id"] == "issue_create")


async def type_title(ada: Person, form: Json, title: str) -> None:
    assert await ada.choose("issue_title", title, view_id=form["id"])


async def test_whoever_closes_the_form_while_duplicates_are_looked_for_hears_nothing(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Pump leaks")
    await lodge.indexed()
    ada = lodge.person("ada")
    form = await create_form(ada)
    async with slow(lodge, "issues"):
        await type_title(ada, form, "Pump leaks again")
        await ada.close(form["id"])
    await lodge.settled()
    assert lodge.slack.calls_of("views.update")[-1].answer == {"ok": False, "error": "not_found"}
    assert not ada.modals()


async def test_duplicates_of_a_title_that_was_typed_on_do_not_disturb(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Pump leaks")
    await lodge.ask("ada", "new Valve sticks")
    await lodge.indexed()
    ada = lodge.person("ada")
    form = await create_form(ada)
    async with slow(lodge, "issues"):
        await type_title(ada, form, "Pump leaks")
        await type_title(ada, form, "Valve sticks")
    await lodge.settled()
    errors = [(call.answer or {}).get("error") for call in lodge.slack.calls_of("views.update")]
    assert sorted(errors, key=str) == [None, "hash_conflict"]
    assert [view["callback_id"] for view in ada.modals()] == ["issue_create"]
    assert ada.modals()[0]["state"]["values"]["title"]["issue_title"]["value"] == "Valve sticks"


async def test_without_a_database_a_title_is_typed_undisturbed(far_lodge: Lodge, line: Line) -> None:
    ada = far_lodge.person("ada")
    form = await create_form(ada)
    async with line.away():
        await type_title(ada, form, "Pump leaks again")
        await far_lodge.settled()
        assert [view["callback_id"] for view in ada.modals()] == ["issue_create"]


async def test_whoever_closes_a_form_that_is_redrawn_hears_nothing(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue settings admins")
    form = await ada.expect_modal(lambda each: each["callback_id"] == "admins_form")
    async with slow(lodge, "people"):
        await ada.click("admins_add", view_id=form["id"], value=lodge.person("grace").id)
        await ada.close(form["id"])
    await lodge.settled()
    assert lodge.slack.calls_of("views.update")[-1].answer == {"ok": False, "error": "not_found"}
    assert not ada.modals()


@pytest.mark.parametrize(
    "command", [f"comment LDG-99 {LONG}", f"new {LONG} @nosuchbody", f"new {LONG} due:someday"]
)
async def test_a_long_command_that_came_to_nothing_is_handed_back(lodge: Lodge, command: str) -> None:
    answer = await lodge.ask("ada", command)
    assert answer["blocks"][-1]["type"] == "rich_text"
    assert f"/issue {command}" in said(answer["blocks"][-1])


async def test_a_long_command_is_handed_back_when_the_database_is_away(far_lodge: Lodge, line: Line) -> None:
    async with line.away():
        answer = await far_lodge.ask("ada", f"comment LDG-1 {LONG}")
    assert "cannot be reached" in said(answer)
    assert f"/issue comment LDG-1 {LONG}" in said(answer)


async def given_up(conn: asyncpg.Connection) -> None:
    """Whoever waits for the lock is told that it takes too long, which is nobody's fault and expected by none."""
    async with asyncio.timeout(60):
        while not await conn.fetchval(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)


async def test_a_long_command_is_handed_back_when_it_fails_late(
    far_lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await far_lodge.announced()
    monkeypatch.setattr("handlers.commands.PATIENCE", 0.0)
    ada = far_lodge.person("ada")
    async with slow(far_lodge, "issues") as conn:
        await ada.slash("general", f"/issue comment LDG-1 {LONG}")
        await ada.expect_message("general", lambda each: "Working on it" in said(each))
        await given_up(conn)
        told = await ada.expect_message("general", lambda each: "Something went wrong" in said(each))
    assert f"/issue comment LDG-1 {LONG}" in said(told)


async def test_a_form_that_fails_late_and_unexpectedly_comes_back(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lodge.ask("ada", "new One")
    await lodge.announced()
    monkeypatch.setattr("handlers.late.PATIENCE", 0.0)
    ada = lodge.person("ada")
    form = await create_form(ada)
    async with slow(lodge, "issues") as conn:
        await ada.submit(form["id"], {"title": LONG})
        await given_up(conn)
        view = await ada.expect_modal(lambda each: "Something went wrong" in said(each))
    assert view["state"]["values"]["title"]["issue_title"]["value"] == LONG
    await ada.submit(form["id"])
    await ada.expect_modal(lambda each: "LDG-" in said(each))
    await lodge.settled()
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issues WHERE title = $1", LONG) == 1


async def test_a_short_command_is_not_repeated(lodge: Lodge) -> None:
    assert "hello" not in said(await lodge.ask("ada", "comment LDG-99 hello"))
