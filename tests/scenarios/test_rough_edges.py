"""What goes wrong between people, Slack and the bot: each is survived, and whoever asked is told what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.playground import LocalSlack
from bot.playground.deliveries import Delivery
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.lines import Line, line_to
from tests.scenarios.redelivery import again
from tests.scenarios.test_conversations import comments_of, posted
from tests.scenarios.test_threads import quiet

AWAY = "cannot be reached just now. Nothing was changed"


@pytest.fixture
async def line(db_url: str) -> AsyncIterator[Line]:
    async with line_to(db_url) as line:
        yield line


@pytest.fixture
async def far_lodge(slack: LocalSlack, line: Line) -> AsyncIterator[Lodge]:
    """Its database is at the other end of `line`. What was refused then is done when it comes again."""
    async with lodge_at(slack, line.dsn, Clock(datetime.now(UTC)), again=False) as lodge:
        await lodge.ask("ada", "new One")
        yield lodge


async def told_alone(lodge: Lodge, name: str, text: str, channel: str = "general") -> Json:
    return await lodge.person(name).expect_message(
        channel, lambda each: each.get("is_ephemeral") and text in said(each)
    )


async def titles(lodge: Lodge) -> str:
    return said(await lodge.ask("ada", "list"))


# -- many and several


async def test_search_turns_its_pages(lodge: Lodge) -> None:
    for number in range(18):
        await lodge.ask("ada", f"new Boiler leaks {number}")
    await quiet(lodge)
    await lodge.indexed()
    first = await lodge.ask("ada", "search boiler")
    assert "search_previous" not in str(first)

    async def shown(*texts: str, without: str = "nothing of this") -> Json:
        return await lodge.person("ada").expect_message(
            "general",
            lambda each: (
                each["ts"] == first["ts"]
                and all(text in said(each) for text in texts)
                and without not in said(each)
            ),
        )

    async def turn(way: str) -> None:
        await lodge.person("ada").click(f"search_{way}", channel="general", ts=first["ts"])

    await turn("next")
    second = await shown("page 2")
    await turn("next")
    third = await shown("page 3")
    assert "search_next" not in str(third)
    pages = [_keys(each) for each in (first, second, third)]
    assert [len(each) for each in pages] == [8, 8, 2]
    assert len(set().union(*pages)) == 18
    await turn("previous")
    assert _keys(await shown("page 2")) == pages[1]
    # A row that is acted on keeps where the search goes on, but not the way there.
    row = next(each for each in second["blocks"] if "accessory" in each)
    start = next(each["value"] for each in row["accessory"]["options"] if each["value"].startswith("start:"))
    await lodge.person("ada").click(
        "issue_more", channel="general", ts=first["ts"], block_id=row["block_id"], value=start
    )
    await shown("page 2", "In progress")
    await turn("next")
    assert _keys(await shown("page 3")) == pages[2]
    await turn("previous")
    assert _keys(await shown("page 2", "In progress")) == pages[1]
    await turn("previous")
    assert _keys(await shown(without="page 2")) == pages[0]


def _keys(message: Json) -> set[str]:
    return {word for word in said(message).replace("*", " ").split() if word.startswith("LDG-")}


async def test_a_name_that_several_people_have_is_asked_back(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    async with lodge.process.services.database.connection() as conn:
        for name in ("Alex Stone", "Alex Reed"):
            await conn.execute(
                "INSERT INTO people (workspace_id, name) VALUES ($1, $2)", lodge.slack.team_id, name
            )
    answer = said(await lodge.ask("ada", "assign LDG-1 @alex"))
    assert "Alex Stone" in answer
    assert "Alex Reed" in answer
    assert "nobody" in said(await lodge.ask("ada", "LDG-1"))
    assert "Alex Stone" in said(await lodge.ask("ada", "assign LDG-1 @Alex Stone"))


async def test_the_second_clash_in_a_row_shows_both_sides_again(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    grace = lodge.person("grace")
    await grace.slash("general", "/issue edit LDG-1")
    form = await grace.expect_modal()
    for command in ("close LDG-1", "reopen LDG-1"):
        await lodge.ask("ada", command)
        outcome = await grace.submit(form["id"], {"title": {"issue_title": "Mine"}})
        assert outcome.outcome == "updated", outcome
        form = await grace.expect_modal(lambda view: "while you were writing" in said(view))
        assert lodge.person("ada").id in said(form)
        assert form["state"]["values"]["title"]["issue_title"]["value"] == "Mine"
    outcome = await grace.submit(form["id"])
    assert outcome.outcome == "closed", outcome
    assert "Mine" in said(await lodge.ask("ada", "LDG-1"))


async def test_whoever_has_no_issue_yet_is_offered_to_begin(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    for listed, said_ in (("list", "No issue is open"), ("mine", "assigned to you")):
        shown = await lodge.ask("ada", listed)
        assert said_ in said(shown)
        await ada.click("issue_new_titled", channel="general", ts=shown["ts"])
        form = await ada.expect_modal(lambda view: view["callback_id"] == "issue_create")
        await ada.close(form["id"])


# -- the database is away


async def test_a_command_while_the_database_is_away_says_that_nothing_was_changed(
    far_lodge: Lodge, line: Line
) -> None:
    async with line.away():
        for text in (
            "new Two",
            "LDG-1",
            "list",
            "close LDG-1",
            "comment LDG-1 hello",
            "search one",
            "history LDG-1",
        ):
            assert AWAY in said(await far_lodge.ask("ada", text)), text
    shown = await titles(far_lodge)
    assert "One issue." in shown
    assert "Open" in shown


async def test_a_press_while_the_database_is_away_says_that_nothing_was_changed(
    far_lodge: Lodge, line: Line
) -> None:
    card = await far_lodge.ask("ada", "LDG-1")
    async with line.away():
        await far_lodge.person("ada").click("issue_close", channel="general", ts=card["ts"])
        await told_alone(far_lodge, "ada", AWAY)
    assert "One issue." in await titles(far_lodge)


async def test_a_form_sent_while_the_database_is_away_stays_open_with_what_was_typed(
    far_lodge: Lodge, line: Line
) -> None:
    ada = far_lodge.person("ada")
    await ada.slash("general", "/issue")
    form = await ada.expect_modal()
    async with line.away():
        outcome = await ada.submit(form["id"], {"title": {"issue_title": "Typed"}})
        assert AWAY in str(outcome.errors)
    assert (await ada.submit(form["id"], {"title": {"issue_title": "Typed"}})).outcome == "closed"
    assert "Typed" in await titles(far_lodge)


async def test_a_shortcut_while_the_database_is_away_says_so(far_lodge: Lodge, line: Line) -> None:
    ada = far_lodge.person("ada")
    ts = await ada.send("general", "Broken")
    await far_lodge.settled()
    async with line.away():
        await ada.message_shortcut("general", ts, "issue_from_message")
        await told_alone(far_lodge, "ada", AWAY)


async def test_what_is_typed_ahead_while_the_database_is_away_finds_nothing(
    far_lodge: Lodge, line: Line
) -> None:
    ada = far_lodge.person("ada")
    await ada.slash("general", "/issue edit LDG-1")
    form = await ada.expect_modal()
    async with line.away():
        found = await ada.suggest("label_choices", "bug", view_id=form["id"])
    assert found == {"options": []}


async def test_what_is_said_while_the_database_is_away_is_taken_in_when_slack_tells_it_again(
    far_lodge: Lodge, line: Line
) -> None:
    card = await posted(far_lodge, "Two")
    await quiet(far_lodge)
    grace = far_lodge.person("grace")
    async with line.away():
        await grace.send("general", "said in the dark", card["ts"])
        await far_lodge.slack.until(lambda: bool(_told(far_lodge).answers))
        assert not _told(far_lodge).acked
    await again(far_lodge, _told(far_lodge))
    assert (await comments_of(far_lodge, "LDG-2")).count("said in the dark") == 1


async def test_a_step_of_a_workflow_is_failed_when_the_database_stays_away(
    far_lodge: Lodge, line: Line
) -> None:
    slack = far_lodge.slack
    async with line.away():
        record = slack.run_function("create_issue", {"title": "Never"})
        await slack.until(lambda: record["state"] != "running")
        await slack.settled()
    assert record["state"] == "failed"
    assert "run the workflow again" in record["error"]
    told = next(each for each in slack.deliveries if record["id"] in str(each.payload))
    assert [answer.acked for answer in told.answers] == [False] * 4
    assert "Never" not in await titles(far_lodge)


async def test_a_step_of_a_workflow_is_done_when_the_database_comes_back_in_time(
    far_lodge: Lodge, line: Line
) -> None:
    slack = far_lodge.slack
    slack.config.retry_scale = 0.02
    async with line.away():
        record = slack.run_function("create_issue", {"title": "Late"})
        await slack.until(lambda: any(record["id"] in str(d.payload) and d.answers for d in slack.deliveries))
    await slack.until(lambda: record["state"] != "running")
    assert record["state"] == "succeeded", record
    assert (await titles(far_lodge)).count("Late") == 1


def _told(lodge: Lodge) -> Delivery:
    (delivery,) = [
        each
        for each in lodge.slack.deliveries
        if each.kind == "event" and each.payload["event"].get("text") == "said in the dark"
    ]
    return delivery


# -- what Slack gave is spent


async def test_a_spent_response_url_gives_way_to_a_message_only_the_person_sees(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    form = await ada.expect_modal()
    lodge.slack.advance(31 * 60)
    assert (await ada.submit(form["id"], {"title": {"issue_title": "Slowly typed"}})).outcome == "closed"
    await told_alone(lodge, "ada", "Slowly typed")
    assert any(call.args.get("user") == ada.id for call in lodge.slack.calls_of("chat.postEphemeral"))


async def test_a_trigger_that_came_too_late_is_explained(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="views.open", error="expired_trigger_id")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    await ada.expect_message("general", lambda each: each.get("is_ephemeral") and "again" in said(each))
    assert not ada.modals()


# -- channels and people go away


async def test_a_card_for_a_channel_that_was_archived_is_told_to_who_wanted_it(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "new One", "product")
    await ada.archive("product")
    await ada.click("issue_post_here", channel="product", ts=shown["ts"])
    await ada.expect_message(ada.dm(), lambda each: "the channel is archived" in said(each))


def channel(lodge: Lodge, name: str = "product") -> str:
    return str(lodge.slack.channel(name).id)


async def test_where_the_bot_was_removed_the_rest_goes_on(lodge: Lodge) -> None:
    here = await posted(lodge)
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "LDG-1", "product")
    await ada.click("issue_assign_me", channel="product", ts=shown["ts"])
    await ada.kick("general", lodge.slack.config.bot_user_id)
    await lodge.ask("ada", "close LDG-1", "product")
    await quiet(lodge)
    assert "Completed" in said(await lodge.ask("ada", "LDG-1", "product"))
    assert here["ts"]
    async with lodge.process.services.database.connection() as conn:
        states = await conn.fetch("SELECT DISTINCT state FROM outbox")
    assert {row["state"] for row in states} <= {"sent", "failed", "dropped"}


async def test_who_is_deactivated_midway_is_refused_and_shown_as_gone(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await lodge.ask("grace", "new Left behind @grace")
    card = await lodge.ask("grace", "LDG-1")
    user = {"id": grace.id, "team_id": lodge.slack.team_id, "name": "grace", "deleted": True}
    lodge.slack.emit({"type": "user_change", "user": user})
    await lodge.settled()
    await grace.click("issue_close", channel="general", ts=card["ts"])
    await told_alone(lodge, "grace", "deactivated")
    shown = said(await lodge.ask("ada", "LDG-1"))
    assert "Left behind" in shown
    assert "(left)" in shown
    assert "Open" in shown


async def test_a_guest_makes_issues_and_sees_only_those(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Secret")
    assert "Mine" in said(await lodge.ask("guest", "new Mine"))
    listed = said(await lodge.ask("guest", "list"))
    assert "Mine" in listed
    assert "Secret" not in listed
    # Whether there is such an issue or not.
    for key in ("LDG-1", "LDG-99"):
        assert "You may not do that" in said(await lodge.ask("guest", f"close {key}"))
    assert "Open" in said(await lodge.ask("ada", "LDG-1"))


# -- who is nobody


@pytest.mark.parametrize("more", [{"bot_id": "B0OTHER"}, {"subtype": "bot_message", "bot_id": "B0OTHER"}])
async def test_what_other_bots_say_is_left_alone(lodge: Lodge, more: Json) -> None:
    card = await posted(lodge)
    event = {
        "type": "message",
        "channel": channel(lodge, "general"),
        "channel_type": "channel",
        "user": lodge.person("grace").id,
        "text": "beep LDG-1",
        "ts": "1790000000.000100",
        "thread_ts": card["ts"],
    }
    lodge.slack.emit(event | more)
    await lodge.settled()
    assert "beep" not in await comments_of(lodge)


async def test_what_the_bot_itself_says_is_no_comment(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.ask("grace", "comment LDG-1 once", "product")
    await lodge.person("ada").expect_message(
        "general", lambda each: "once" in said(each), thread_ts=card["ts"]
    )
    await quiet(lodge)
    assert (await comments_of(lodge)).count("once") == 1


async def test_a_stranger_of_another_organisation_is_a_guest(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Internal")
    card = await posted(lodge, "Shared")
    lodge.slack.faults.add(method="users.info", error="user_not_visible", when={"user": "U0STRANGER"})
    event = {
        "type": "message",
        "channel": channel(lodge, "general"),
        "channel_type": "channel",
        "user": "U0STRANGER",
        "team": "T0ELSEWHERE",
        "text": "hello from outside",
        "ts": "1790000000.000200",
        "thread_ts": card["ts"],
    }
    lodge.slack.emit(event)
    await lodge.settled()
    async with lodge.process.services.database.connection() as conn:
        role = await conn.fetchval("SELECT role FROM people WHERE slack_user_id = 'U0STRANGER'")
    assert role == "guest"
    assert "hello from outside" not in said(await lodge.ask("ada", "LDG-2"))


async def test_a_message_deleted_or_edited_after_it_became_an_issue_leaves_the_issue(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "The lift is stuck")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await grace.edit_message("general", ts, "The lift works")
    await grace.delete_message("general", ts)
    await lodge.settled()
    assert "lift is stuck" in said(await lodge.ask("ada", "LDG-1"))


async def test_no_word_is_reserved_for_forms(lodge: Lodge) -> None:
    assert "The payload is broken" in said(await lodge.ask("ada", "new The payload is broken"))
