"""Scheduled reports: made in a form, posted when due, listed, paused, and stopped when Slack refuses them."""

from __future__ import annotations

import functools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.playground import LocalSlack
from db import saved_queries
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.query import parse
from db.states import Role
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Json, Lodge, said

FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(FRIDAY)


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Lodge]:
    async with lodge_at(slack, db_url, clock) as made:
        yield made


def is_report(message: Json) -> bool:
    return not message.get("is_ephemeral") and "Scheduled by" in said(message)


async def schedule(lodge: Lodge, **values: object) -> Json:
    """Ada fills the form; gives what she is answered."""
    ada = lodge.person("ada")
    await ada.slash("general", "/issue schedule")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    if every := values.pop("every", None):
        await ada.choose("schedule_every", every, view_id=form["id"])
        await ada.expect_modal(lambda view: set(values) <= {b.get("block_id") for b in view["blocks"]})
    seen = [m["ts"] for m in ada.ephemerals("general")]
    outcome = await ada.submit(form["id"], {"timezone": "Europe/Berlin", **values})
    assert not outcome.errors, outcome.errors
    return await ada.expect_message("general", lambda m: m.get("is_ephemeral") and m["ts"] not in seen)


async def the_list(lodge: Lodge) -> Json:
    return await lodge.ask("ada", "schedule list")


async def choose(lodge: Lodge, verb: str, listed: Json | None = None) -> Json:
    """Takes it from the menu of the only schedule in the list; gives the list's message."""
    ada, message = lodge.person("ada"), listed or await the_list(lodge)
    menu = next(b["accessory"] for b in message["blocks"] if b.get("accessory"))
    value = next(o["value"] for o in menu["options"] if o["value"].startswith(verb))
    await ada.choose("schedule_menu", value, channel="general", ts=message["ts"])
    return message


async def redrawn(lodge: Lodge, message: Json, text: str) -> None:
    ada = lodge.person("ada")
    await lodge.slack.until(
        lambda: any(m["ts"] == message["ts"] and text in said(m) for m in ada.ephemerals("general"))
    )


def _has_block(block: str, view: Json) -> bool:
    return block in [each.get("block_id") for each in view["blocks"]]


async def test_a_report_is_scheduled_in_a_form_and_posted_when_due(lodge: Lodge, clock: Clock) -> None:
    answer = said(await schedule(lodge, report="digest", at="10:30"))
    assert "Monday to Friday at 10:30 (Europe/Berlin)" in answer
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    posted = await lodge.person("grace").expect_message("general", is_report, timeout=60)
    assert "What happened" in said(posted)
    assert "comes late" not in said(posted)


async def test_how_often_decides_what_the_form_asks_for(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue schedule")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    await ada.fill(form["id"], {"query": "label:bug"})
    for every, block in (("weekly", "weekdays"), ("monthly", "day"), ("cron", "cron")):
        await ada.choose("schedule_every", every, view_id=form["id"])
        shown = await ada.expect_modal(functools.partial(_has_block, block))
        query = next(b for b in shown["blocks"] if b.get("block_id") == "query")
        assert query["element"]["initial_value"] == "label:bug"


@pytest.mark.parametrize(
    ("every", "values", "said_when"),
    [
        ("weekly", {"weekdays": ["mon", "thu"], "at": "09:00"}, "every Monday, Thursday at 09:00"),
        ("monthly", {"day": "last", "at": "17:00"}, "on the last day of every month at 17:00"),
        ("cron", {"cron": "0 9 * * 1"}, "by the cron line"),
    ],
)
async def test_every_kind_of_recurrence(lodge: Lodge, every: str, values: Json, said_when: str) -> None:
    assert said_when in said(await schedule(lodge, every=every, **values))


async def test_what_cannot_be_is_said_at_its_field(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue schedule")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    for values, block in (
        ({"timezone": "Mars"}, "timezone"),
        ({"query": "lable:bug"}, "query"),
        ({"query": "label:nosuch"}, "query"),
    ):
        outcome = await ada.submit(form["id"], {"timezone": "UTC", **values})
        assert list(outcome.errors or ()) == [block], values


async def test_a_saved_query_stands_for_what_it_says(lodge: Lodge) -> None:
    owner = Actor(workspace_id=WorkspaceId(lodge.slack.team_id), person_id=None, role=Role.ADMIN)
    await lodge.ask("ada", "new One +bug")
    async with lodge.process.services.database.connection() as conn:
        await saved_queries.save(conn, owner, "Bugs", parse("label:bug"), shared=True)
    await schedule(lodge, report="flow", query="saved:bugs no:assignee")
    assert "label:bug no:assignee" in said(await the_list(lodge))


async def test_a_personal_digest_comes_as_a_direct_message(lodge: Lodge, clock: Clock) -> None:
    await schedule(lodge, direct=["direct"], at="10:30")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    ada = lodge.person("ada")
    assert await ada.expect_message(ada.dm(), is_report, timeout=60)


async def test_ones_own_digest_is_one_line_changed_and_ended_by_another(lodge: Lodge, clock: Clock) -> None:
    ada = lodge.person("ada")
    assert "You get no digest" in said(await lodge.ask("ada", "digest off"))
    answer = said(await lodge.ask("ada", "digest 10:30"))
    assert "Monday to Friday at 10:30" in answer
    assert "assignee:me" in answer
    again = said(await lodge.ask("ada", "digest 11.15 priority:high"))
    assert "at 11:15" in again
    assert "priority:high" in again
    assert said(await the_list(lodge)).count("What happened") == 1
    clock.now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    posted = await ada.expect_message(ada.dm(), is_report, timeout=60)
    assert "only `priority:high`" in said(posted)
    await ada.slash("general", "/issue digest")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    query = next(b for b in form["blocks"] if b.get("block_id") == "query")
    assert query["element"]["initial_value"] == "priority:high"
    assert "You get no digest" in said(await lodge.ask("ada", "digest off"))
    assert "What happened" not in said(await the_list(lodge))


async def test_a_digest_is_ended_also_by_one_who_may_begin_none_any_more(lodge: Lodge) -> None:
    await lodge.ask("ada", "digest 10:30")
    directory, workspace_id = lodge.process.services.directory, WorkspaceId(lodge.slack.team_id)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE people SET role = 'guest'")
        directory.forget_person(workspace_id, SlackUserId(lodge.person("ada").user.id))
        assert "You may not do that" in said(await lodge.ask("ada", "digest 11:00"))
        assert "You get no digest" in said(await lodge.ask("ada", "digest off"))
        assert await conn.fetchval("SELECT count(*) FROM schedules") == 0


async def test_the_list_runs_pauses_resumes_and_deletes(lodge: Lodge) -> None:
    await schedule(lodge)
    await choose(lodge, "run")
    assert await lodge.person("grace").expect_message("general", is_report, timeout=60)
    await redrawn(lodge, await choose(lodge, "pause"), "*Paused*")
    await redrawn(lodge, await choose(lodge, "resume"), "Next:")
    await redrawn(lodge, await choose(lodge, "delete"), "Nothing is scheduled")


async def restore(lodge: Lodge, says: str) -> None:
    """Ada deletes the only schedule and takes that back, which says so in its place."""
    ada = lodge.person("ada")
    before = said(await the_list(lodge))
    await redrawn(lodge, await choose(lodge, "delete"), "Nothing is scheduled")
    gone = await ada.expect_message("general", lambda m: "is not posted any more" in said(m))
    await ada.click("schedule_restore", channel="general", ts=gone["ts"])
    await redrawn(lodge, gone, says)
    assert said(await the_list(lodge)) == before


async def test_what_was_deleted_comes_back_as_it_was(lodge: Lodge) -> None:
    await schedule(lodge, every="weekly", weekdays=["mon", "thu"], at="09:30", query="no:assignee")
    await restore(lodge, "every Monday, Thursday at 09:30")


async def test_what_was_paused_and_deleted_comes_back_paused(lodge: Lodge) -> None:
    await schedule(lodge)
    await redrawn(lodge, await choose(lodge, "pause"), "*Paused*")
    await restore(lodge, "is there again, and paused")


async def test_a_menu_from_before_has_nothing_run_that_has_become_somebody_elses(lodge: Lodge) -> None:
    await schedule(lodge)
    listed = await the_list(lodge)
    await lodge.ask("grace", "list")
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE people SET role = 'member'")
        await conn.execute(
            "UPDATE schedules SET owner_id = (SELECT person_id FROM people WHERE slack_user_id = $1)",
            lodge.person("grace").user.id,
        )
        lodge.process.services.directory.forget_workspace(WorkspaceId(lodge.slack.team_id))
        lodge.process.services.directory.forget_person(
            WorkspaceId(lodge.slack.team_id), SlackUserId(lodge.person("ada").user.id)
        )
        await choose(lodge, "run", listed)
        await lodge.person("ada").expect_message("general", lambda m: "its owner, or an admin" in said(m))
        assert await conn.fetchval("SELECT count(*) FROM report_runs") == 0


async def test_a_report_about_me_says_to_everybody_who_that_is(lodge: Lodge, clock: Clock) -> None:
    await schedule(lodge, report="flow", query="assignee:me", at="10:30")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    posted = await lodge.person("grace").expect_message("general", is_report, timeout=60)
    assert 'assignee:"Ada Marlow"' in said(posted)
    assert "assignee:me" not in json.dumps(posted)
    assert "assignee:me" in said(await the_list(lodge))


async def test_a_digest_of_ones_own_stays_about_me(lodge: Lodge, clock: Clock) -> None:
    await schedule(lodge, query="assignee:me", direct=["direct"], at="10:30")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    ada = lodge.person("ada")
    assert "assignee:me" in said(await ada.expect_message(ada.dm(), is_report, timeout=60))


async def test_a_schedule_is_edited_in_its_form(lodge: Lodge) -> None:
    await schedule(lodge, report="flow")
    await choose(lodge, "edit")
    ada = lodge.person("ada")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    await ada.submit(form["id"], {"report": "aging"})
    await lodge.settled()
    assert "Age of open issues" in said(await the_list(lodge))


async def test_a_late_report_says_so(lodge: Lodge, clock: Clock) -> None:
    await schedule(lodge, at="10:30")
    clock.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    posted = await lodge.person("grace").expect_message("general", is_report, timeout=60)
    assert "comes late" in said(posted)


async def test_a_refusal_pauses_the_schedule_and_tells_its_owner(lodge: Lodge, clock: Clock) -> None:
    ada = lodge.person("ada")
    product = lodge.slack.channel("product").id
    await schedule(lodge, at="10:30", channel=product)
    await ada.archive("product")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    told = await ada.expect_message(ada.dm(), lambda m: "is archived" in said(m))
    assert "paused" in said(told)
    assert "*Stopped*: the channel is archived" in said(await the_list(lodge))
    await redrawn(lodge, await choose(lodge, "resume"), "Next:")
    clock.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    await ada.expect_message(ada.dm(), lambda m: "is archived" in said(m) and m["ts"] != told["ts"])
    await ada.unarchive("product")
    await ada.invite("product", lodge.slack.config.bot_user_id)
    on = await ada.expect_message(ada.dm(), lambda m: "I can post in" in said(m))
    assert "is posted again, next" in said(on)
    assert "Next:" in said(await the_list(lodge))
    clock.now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    await ada.expect_message("product", is_report)


async def test_a_schedule_that_a_person_paused_stays_so_when_the_bot_is_invited_again(
    lodge: Lodge, clock: Clock
) -> None:
    ada, product = lodge.person("ada"), lodge.slack.channel("product").id
    await schedule(lodge, at="10:30", channel=product)
    await redrawn(lodge, await choose(lodge, "pause"), "*Paused*")
    await schedule(lodge, report="flow", at="10:30", channel=product)
    await ada.archive("product")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    told = await ada.expect_message(ada.dm(), lambda m: "is archived" in said(m))
    assert "goes on by itself" in said(told)
    await ada.unarchive("product")
    await ada.invite("product", lodge.slack.config.bot_user_id)
    await ada.expect_message(ada.dm(), lambda m: "is posted again" in said(m))
    listed = said(await the_list(lodge))
    assert listed.count("*Paused*") == 1
    assert listed.count("Next:") == 1


async def test_a_report_that_is_looked_at_is_scheduled_as_it_is(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Pump +bug")
    shown = await lodge.ask("ada", "report flow label:bug this year")
    ada = lodge.person("ada")
    await ada.click("report_schedule", channel="general", ts=shown["ts"])
    form = await ada.expect_modal()
    values = form["state"]["values"]
    assert values["report"]["report"]["selected_option"]["value"] == "flow"
    assert values["query"]["query"]["value"] == "label:bug"
    chosen = values["period"]["period"]["selected_option"]
    assert (chosen["value"], chosen["text"]["text"]) == ("this year", "This year")
    assert (await ada.submit(form["id"])).outcome == "closed"
    await ada.expect_message(
        "general", lambda each: "Created and closed" in said(each) and "Next:" in said(each)
    )


async def test_a_query_that_cannot_be_read_any_more_is_explained_in_the_owners_language(
    lodge: Lodge, clock: Clock
) -> None:
    linus, ada = lodge.person("linus"), lodge.person("ada")
    await lodge.ask("linus", "new Kran klemmt +kran")
    await linus.slash("general", "/issue schedule")
    form = await linus.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    values = {"timezone": "Europe/Berlin", "at": "10:30", "query": "label:kran"}
    assert not (await linus.submit(form["id"], values)).errors
    await lodge.settled()
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE labels SET name = 'winch'")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    told = await linus.expect_message(linus.dm(), lambda m: "angehalten" in said(m))
    assert "Es gibt kein Label „kran“" in said(told)
    assert "unknown" not in said(told)
    listed = said(await lodge.ask("ada", "schedule list"))
    assert "*Stopped*: its query cannot be read any more" in listed
    assert not [m for m in ada.messages("general") if is_report(m)]


async def test_who_has_a_paused_schedule_run_is_told_when_it_is_refused(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await schedule(lodge, channel=lodge.slack.channel("product").id)
    await redrawn(lodge, await choose(lodge, "pause"), "*Paused*")
    await ada.archive("product")
    await choose(lodge, "run")
    await ada.expect_message(ada.dm(), lambda m: "is archived" in said(m))
    assert "*Paused*" in said(await the_list(lodge))


async def test_an_hour_that_is_none_is_not_taken_for_a_query(lodge: Lodge) -> None:
    for text in ("25:00", "08:75", "8am"):
        assert f"“{text}” is not a time of day" in said(await lodge.ask("ada", f"digest {text} label:bug"))


async def test_the_list_says_who_gets_it_of_what_in_words(lodge: Lodge) -> None:
    await schedule(lodge, report="digest", at="10:30", period="last week")
    listed = said(await the_list(lodge))
    assert "Last week, all issues" in listed
    assert "by <@" in listed
