"""A form opens in time, however slow what it shows: first a view that says so, which then becomes the form."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import asyncpg
import pytest

from bot.playground import Person
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.webhooks import make

# More than a trigger lives.
LATE = 10.0


@asynccontextmanager
async def slow(lodge: Lodge, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody else reads the table meanwhile."""
    async with lodge.process.services.database.connection() as conn, conn.transaction():
        await conn.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        # No form that asks for it is made in time.
        with patch("handlers.loading.PATIENCE", 0.05):
            yield conn


async def loading(lodge: Lodge, ada: Person) -> Json:
    """It is there while its trigger is good; from then on the trigger is not."""
    view = await ada.expect_modal(lambda each: each["callback_id"] == "loading")
    assert "looking it up" in said(view)
    lodge.slack.service.clock.advance(LATE)
    return view


async def test_a_form_that_a_command_opens_waits_for_what_it_shows(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new One +bug")
    await lodge.announced()
    for command, table, form in (
        ("edit LDG-1", "issues", "issue_edit_form"),
        ("comment LDG-1", "issues", "issue_comment_form"),
        ("bulk", "issues", "issue_bulk_form"),
        ("settings", "workspaces", "settings_form"),
        ("settings labels", "labels", "labels_form"),
        ("settings admins", "people", "admins_form"),
        ("settings policy", "workspaces", "policy_form"),
        ("channel", "channel_settings", "channel_settings_form"),
        ("notify", "mutes", "notify_form"),
        ("digest", "schedules", "schedule_form"),
    ):
        async with slow(lodge, table):
            await ada.slash("general", f"/issue {command}")
            opened = await loading(lodge, ada)
        view = await ada.expect_modal(functools.partial(_is, form))
        assert view["id"] == opened["id"], command
        assert len(ada.modals()) == 1, command
        await lodge.settled()
        assert not any("Working on it" in said(each) for each in ada.ephemerals("general")), command
        await ada.close(view["id"])


def _is(form: str, view: Json) -> bool:
    return bool(view["callback_id"] == form)


@pytest.mark.parametrize(
    ("choice", "form"), [("issue_edit", "issue_edit"), ("issue_comment", "issue_comment"), ("Close as …", "")]
)
async def test_a_form_that_a_card_opens_waits_for_what_it_shows(lodge: Lodge, choice: str, form: str) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new One")
    card = await lodge.ask("ada", "show LDG-1")
    await lodge.announced()
    menu = next(each for each in card["blocks"][-1]["elements"] if each["type"] == "overflow")
    value = next((each["value"] for each in menu["options"] if each["text"]["text"] == choice), None)
    async with slow(lodge, "issues"):
        action = "issue_more" if value else choice
        await ada.click(action, channel="general", ts=card["ts"], value=value)
        await loading(lodge, ada)
    view = await ada.expect_modal(lambda each: each["callback_id"] != "loading")
    assert form in view["callback_id"]


async def test_a_form_that_a_menu_opens_waits_for_what_it_shows(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:high")
    listed = await lodge.ask("ada", "subscriptions")
    menu = next(b["accessory"] for b in listed["blocks"] if "options" in b.get("accessory", {}))
    value = next(o["value"] for o in menu["options"] if o["value"].startswith("edit"))
    async with slow(lodge, "subscriptions"):
        await ada.choose("subscription_menu", value, channel="general", ts=listed["ts"])
        await loading(lodge, ada)
    await ada.expect_modal(lambda each: each["callback_id"] == "subscription_form")


async def test_a_form_that_a_message_opens_waits_for_what_it_shows(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "list")
    ts = await ada.send("general", "Checkout is broken")
    await lodge.settled()
    async with slow(lodge, "issues"):
        await ada.message_shortcut("general", ts, "issue_from_message")
        await loading(lodge, ada)
    form = await ada.expect_modal(lambda each: each["callback_id"] == "issue_create")
    assert form["state"]["values"]["title"]["issue_title"]["value"] == "Checkout is broken"


async def test_a_form_for_a_new_secret_waits_for_what_it_shows(lodge: Lodge) -> None:
    await make(lodge, "generic", "hmac")
    ada, shown = lodge.person("ada"), await lodge.ask("ada", "webhook")
    async with slow(lodge, "webhooks"):
        await ada.click("webhook_rotate", channel="general", ts=shown["ts"])
        await loading(lodge, ada)
    await ada.expect_modal(lambda each: each["callback_id"] == "webhook_secret_form")


@pytest.mark.parametrize(
    ("command", "text"),
    [("edit LDG-99", "There is no issue LDG-99"), ("bulk status:closed", "No issue matches")],
)
async def test_where_no_form_comes_of_it_what_was_opened_says_why(
    lodge: Lodge, command: str, text: str
) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new One")
    await lodge.announced()
    async with slow(lodge, "issues"):
        await ada.slash("general", f"/issue {command}")
        opened = await loading(lodge, ada)
    view = await ada.expect_modal(lambda each: each["id"] == opened["id"] and "looking" not in said(each))
    assert text in said(view)


async def test_whoever_closes_what_loads_is_left_alone(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new One")
    await lodge.announced()
    async with slow(lodge, "issues"):
        await ada.slash("general", "/issue edit LDG-1")
        opened = await loading(lodge, ada)
        await ada.close(opened["id"])
    update = await lodge.slack.until(lambda: lodge.slack.calls_of("views.update"))
    assert update[-1].answer == {"ok": False, "error": "not_found"}
    await lodge.settled()
    assert not ada.modals()
    assert not ada.notices()
