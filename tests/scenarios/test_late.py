"""What takes longer than Slack waits is acknowledged in time, done once, and told of; a form loses nothing over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from bot.playground import LocalSlack, Person
from bot.process import Options, running
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.lines import Line, line_to
from tests.scenarios.test_loading import slow
from tests.settings import settings_for

WORKING = "Working on it"
TEXT = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "It leaks, see ", "style": {"bold": True}},
                {"type": "link", "url": "https://pumps.example/7", "text": "the log"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
    ],
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in time that asks the database."""
    monkeypatch.setattr("handlers.late.PATIENCE", 0.0)
    monkeypatch.setattr("handlers.late.SETTLED", 0.0)


async def create_form(lodge: Lodge, name: str = "ada") -> Json:
    person = lodge.person(name)
    await person.slash("general", "/issue")
    return await person.expect_modal(lambda each: each["callback_id"] == "issue_create")


async def form_of(lodge: Lodge, command: str, callback: str) -> Json:
    ada = lodge.person("ada")
    await ada.slash("general", f"/issue {command}")
    return await ada.expect_modal(lambda each: each["callback_id"] == callback)


async def sent(person: Person, form: Json, values: Json) -> Json:
    """The form is answered in time, by a view that says so in its place."""
    outcome = await person.submit(form["id"], values)
    assert outcome.outcome == "updated", outcome
    view = person.modals()[-1]
    assert view["id"] == form["id"]
    assert WORKING in said(view)
    assert view["submit"] is None
    return view


async def became(person: Person, form: Json, text: str) -> Json:
    return await person.expect_modal(lambda each: each["id"] == form["id"] and text in said(each))


async def titles(lodge: Lodge) -> list[str]:
    async with lodge.process.services.database.connection() as conn:
        rows = await conn.fetch("SELECT title FROM issues ORDER BY number")
    return [row["title"] for row in rows]


async def test_a_form_that_takes_long_says_so_and_then_what_came_of_it(lodge: Lodge) -> None:
    ada, form = lodge.person("ada"), await create_form(lodge)
    async with slow(lodge, "issues"):
        view = await sent(ada, form, {"title": "Pump leaks", "description": TEXT})
        assert "Pump leaks" in said(view)
        assert "It leaks" in said(view)
    view = await became(ada, form, "LDG-1")
    assert view["title"]["text"] == "Done"
    assert "Pump leaks" in said(view)
    told = await ada.expect_message(
        "general", lambda each: each.get("is_ephemeral") and "LDG-1" in said(each)
    )
    assert "undo_change" in str(told["blocks"])
    assert await titles(lodge) == ["Pump leaks"]
    assert not ada.notices()
    assert len(ada.modals()) == 1


async def test_a_form_sent_twice_meanwhile_does_it_once(lodge: Lodge) -> None:
    ada, form = lodge.person("ada"), await create_form(lodge)
    lodge.slack.faults.add(delivery="view_submission", duplicate=2, at_once=True)
    async with slow(lodge, "issues"):
        await sent(ada, form, {"title": "Once"})
    await became(ada, form, "LDG-1")
    await lodge.settled()
    assert await titles(lodge) == ["Once"]
    assert len([each for each in ada.ephemerals("general") if "Once" in said(each)]) == 1


async def test_what_is_wrong_with_a_field_is_said_at_it_and_everything_entered_is_there(lodge: Lodge) -> None:
    for title in ("One", "Two", "Three"):
        await lodge.ask("ada", f"new {title}")
    await lodge.indexed()
    ada = lodge.person("ada")
    card = await lodge.ask("ada", "show LDG-1")
    menu = next(each for each in card["blocks"][-1]["elements"] if each["type"] == "overflow")
    value = next(each["value"] for each in menu["options"] if each["text"]["text"] == "Close as …")
    await ada.click("issue_more", channel="general", ts=card["ts"], value=value)
    form = await ada.expect_modal(lambda each: each["callback_id"] == "issue_close_form")
    offered = (await ada.suggest("issue_choices", "LDG-2", view_id=form["id"]))["options"][0]
    await lodge.ask("grace", "close LDG-2 duplicate of LDG-3")
    values = {"close_reason": "duplicate", "duplicate_of": offered["value"], "comment": TEXT}
    async with slow(lodge, "issues"):
        await sent(ada, form, values)
    view = await became(ada, form, "is a duplicate itself")
    assert view["callback_id"] == "issue_close_form"
    at = [block["block_id"] for block in view["blocks"]]
    assert "is a duplicate itself" in said(view["blocks"][at.index("duplicate_of") + 1])
    held = view["state"]["values"]
    assert held["close_reason"]["close_reason"]["selected_option"]["value"] == "duplicate"
    assert held["duplicate_of"]["issue_choices"]["selected_option"] == offered
    assert held["comment"]["comment"]["rich_text_value"] == TEXT
    await ada.submit(form["id"], {"close_reason": "completed", "duplicate_of": None})
    view = await became(ada, form, "Completed")
    assert "It leaks" in said(await lodge.ask("ada", "show LDG-1"))


async def test_a_form_that_somebody_else_was_quicker_with_shows_both_sides(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada, form = lodge.person("ada"), await form_of(lodge, "edit LDG-1", "issue_edit_form")
    grace = lodge.person("grace")
    await grace.slash("general", "/issue edit LDG-1")
    theirs = await grace.expect_modal(lambda each: each["callback_id"] == "issue_edit_form")
    await grace.submit(theirs["id"], {"title": "Theirs"})
    await became(grace, theirs, "is changed")
    async with slow(lodge, "issues"):
        await sent(ada, form, {"title": "Mine"})
    view = await became(ada, form, "while you were writing")
    assert view["state"]["values"]["title"]["issue_title"]["value"] == "Mine"
    await ada.submit(form["id"])
    await became(ada, form, "is changed")
    assert await titles(lodge) == ["Mine"]


async def test_whoever_closes_it_meanwhile_is_told_what_came_of_it(lodge: Lodge) -> None:
    ada, form = lodge.person("ada"), await create_form(lodge)
    async with slow(lodge, "issues"):
        await sent(ada, form, {"title": "Pump leaks"})
        await ada.close(form["id"])
    await ada.expect_message("general", lambda each: each.get("is_ephemeral") and "LDG-1" in said(each))
    await lodge.settled()
    assert not ada.modals()
    assert not ada.notices()


@pytest.mark.parametrize("length", [1, 400])
async def test_whoever_closed_what_failed_is_given_back_what_they_wrote(lodge: Lodge, length: int) -> None:
    await lodge.ask("ada", "new One")
    ada, form = lodge.person("ada"), await form_of(lodge, "comment LDG-1", "issue_comment_form")
    async with slow(lodge, "issues") as conn:
        await sent(ada, form, {"comment": "It leaks. " * length})
        await ada.close(form["id"])
        await conn.execute("UPDATE issues SET deleted_at = now()")
    await ada.expect_message(
        "general", lambda each: each.get("is_ephemeral") and "not there any more" in said(each)
    )
    await lodge.settled()
    if length == 1:
        assert any("It leaks." in said(each) for each in ada.ephemerals("general"))
    else:
        files = [content.decode() for content in lodge.slack.service.state.contents.values()]
        assert any("It leaks. " * (length - 1) in content for content in files)
    assert not ada.modals()


@pytest.fixture
async def line(db_url: str) -> AsyncIterator[Line]:
    async with line_to(db_url) as line:
        yield line


@asynccontextmanager
async def locked(dsn: str, table: str) -> AsyncIterator[None]:
    conn = await asyncpg.connect(dsn)
    async with conn.transaction():
        await conn.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    await conn.close()


async def test_a_form_whose_database_went_away_comes_back_and_is_done_once(
    slack: LocalSlack, line: Line, db_url: str
) -> None:
    async with running(settings_for(slack, line.dsn), Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        lodge = Lodge(slack=slack, process=process)
        ada, form = lodge.person("ada"), await create_form(lodge)
        async with locked(db_url, "issues"):
            await sent(ada, form, {"title": "Pump leaks", "description": TEXT})
            async with line.away():
                view = await became(ada, form, "cannot be reached")
        assert view["state"]["values"]["description"]["description"]["rich_text_value"] == TEXT
        await ada.submit(form["id"])
        await became(ada, form, "LDG-1")
        assert await titles(lodge) == ["Pump leaks"]
        await lodge.settled()


async def test_a_form_that_the_process_stopped_over_comes_back_and_is_done_once(
    slack: LocalSlack, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.process.DRAIN", 0.5)
    async with running(settings_for(slack, db_url), Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        ada, form = slack.person("ada"), await create_form(Lodge(slack=slack, process=process))
        holding = locked(db_url, "issues")
        await holding.__aenter__()
        await sent(ada, form, {"title": "Pump leaks"})
    view = await became(ada, form, "I was stopped")
    assert view["state"]["values"]["title"]["issue_title"]["value"] == "Pump leaks"
    await holding.__aexit__(None, None, None)
    async with running(settings_for(slack, db_url), Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        lodge = Lodge(slack=slack, process=process)
        await ada.submit(form["id"])
        await became(ada, form, "LDG-1")
        await lodge.settled()
        assert await titles(lodge) == ["Pump leaks"]


async def test_a_form_that_closes_all_does_so_when_it_is_done(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada, form = lodge.person("ada"), await form_of(lodge, "channel", "channel_settings_form")
    async with slow(lodge, "channel_settings"):
        await sent(ada, form, {})
    view = await ada.expect_modal(lambda each: each["title"]["text"] == "Done")
    assert view["clear_on_close"] is True


async def test_a_command_that_takes_long_says_so_and_is_answered_later(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lodge.ask("ada", "list")
    monkeypatch.setattr("handlers.commands.PATIENCE", 0.0)
    ada = lodge.person("ada")
    async with slow(lodge, "issues"):
        assert await ada.slash("general", "/issue new Pump leaks")
        await ada.expect_message("general", lambda each: WORKING in said(each))
    await ada.expect_message("general", lambda each: each.get("is_ephemeral") and "LDG-1" in said(each))
    assert not ada.notices()
    assert await titles(lodge) == ["Pump leaks"]


async def test_a_press_is_acknowledged_before_it_is_carried_out(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    card = await lodge.ask("ada", "show LDG-1")
    ada = lodge.person("ada")
    async with slow(lodge, "issues"):
        assert await ada.click("issue_start", channel="general", ts=card["ts"])
    await ada.expect_message("general", lambda each: "In progress" in said(each))
    assert not ada.notices()


async def test_choices_that_take_long_are_none(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    await lodge.ask("ada", "new One +bug")
    ada, form = lodge.person("ada"), await create_form(lodge)
    assert (await ada.suggest("label_choices", "b", view_id=form["id"]))["options"]
    monkeypatch.setattr("handlers.acting.CHOICES_WITHIN", 0.0)
    async with slow(lodge, "labels"):
        assert await ada.suggest("label_choices", "bu", view_id=form["id"]) == {"options": []}
        assert lodge.slack.deliveries[-1].acked


async def test_a_form_of_somebody_not_known_in_time_stays_as_it_is(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, form = lodge.person("ada"), await create_form(lodge)
    monkeypatch.setattr("handlers.requesting.PATIENCE", 0.0)
    directory: Any = lodge.process.services.directory
    directory.forget_workspace(lodge.slack.team_id)
    async with slow(lodge, "workspaces"):
        outcome = await ada.submit(form["id"], {"title": "Pump leaks"})
        assert outcome.outcome == "errors", outcome
        assert "try again in a few seconds" in str(outcome.errors)
        assert await ada.slash("general", "/issue list")
        await ada.expect_message("general", lambda each: "try again in a few seconds" in said(each))
    monkeypatch.setattr("handlers.requesting.PATIENCE", 45.0)
    await asyncio.sleep(0)
    await ada.submit(form["id"])
    await became(ada, form, "LDG-1")
    assert await titles(lodge) == ["Pump leaks"]


async def test_what_was_written_is_given_back_where_slack_does_not_take_the_form_again(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada, form = lodge.person("ada"), await form_of(lodge, "comment LDG-1", "issue_comment_form")
    lodge.slack.faults.add(method="views.update", error="invalid_arguments")
    async with slow(lodge, "issues") as conn:
        await sent(ada, form, {"comment": "It leaks."})
        await conn.execute("UPDATE issues SET deleted_at = now()")
    await became(ada, form, "not there any more")
    told = await ada.expect_message("general", lambda each: "was not done" in said(each))
    assert "It leaks." in said(told)


async def test_what_is_shown_once_is_shown_however_late(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    form = await form_of(lodge, "token new ci", "token_form")
    lodge.slack.faults.add(delivery="view_submission", duplicate=2, at_once=True)
    async with slow(lodge, "tokens"):
        await sent(ada, form, {})
    await became(ada, form, "ldg_")
    await lodge.settled()
    assert "ldg_" in said(ada.modals()[-1])


async def test_whoever_closed_what_was_to_be_shown_is_told(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    form = await form_of(lodge, "token new ci", "token_form")
    async with slow(lodge, "tokens"):
        await sent(ada, form, {})
        await ada.close(form["id"])
    told = await lodge.slack.until(lambda: lodge.slack.calls_of("chat.postMessage"))
    assert told[-1].args["channel"] == ada.id
    assert "left to show you" in str(told[-1].args)
    assert "ldg_" not in str(told[-1].args)
    assert not ada.modals()
