"""What Slack delivers again long after, when somebody has decided otherwise meanwhile: it stays as it was decided."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.playground.activity import PATIENCE
from bot.playground.deliveries import Delivery
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again
from tests.scenarios.test_settings import drawn, opened, pick


async def late(lodge: Lodge, delivery: Delivery) -> None:
    """To a replica that knows nothing of it any more."""
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("DELETE FROM deliveries")
    await again(lodge, delivery)
    await lodge.settled()


def last(lodge: Lodge, kind: str) -> Delivery:
    return next(each for each in reversed(lodge.slack.deliveries) if each.kind == kind)


async def sent(lodge: Lodge, command: str, callback: str, values: Json) -> Delivery:
    """Ada fills a form; gives its delivery."""
    form = await opened(lodge, "ada", command, callback)
    outcome = await lodge.person("ada").submit(form["id"], values)
    assert outcome.outcome in ("closed", "cleared"), outcome
    await lodge.settled()
    return last(lodge, "view_submission")


async def kept(lodge: Lodge, query: str) -> Any:
    async with lodge.process.services.database.connection() as conn:
        return await conn.fetchval(query)


async def became(lodge: Lodge, query: str, wanted: object) -> None:
    """A press is acknowledged before it is carried out."""
    async with asyncio.timeout(PATIENCE):
        while await kept(lodge, query) != wanted:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("command", "callback", "values", "others", "query"),
    [
        (
            "settings",
            "settings_form",
            {"name": "Harbour", "key_prefix": "HBR"},
            {"name": "Pier", "key_prefix": "PIER"},
            "SELECT name || key_prefix || settings::text FROM workspaces",
        ),
        (
            "settings policy",
            "policy_form",
            {"bulk_large": "admin"},
            {"bulk_large": "member"},
            "SELECT settings::text FROM workspaces",
        ),
        (
            "channel",
            "channel_settings_form",
            {"switches": ["condensed"]},
            {"switches": ["broadcast"]},
            "SELECT settings::text FROM channel_settings",
        ),
        (
            "notify",
            "notify_form",
            {"kinds": ["status"]},
            {"kinds": ["comments"]},
            "SELECT (settings -> 'notices')::text FROM people WHERE settings ? 'notices'",
        ),
        (
            "subscribe",
            "subscription_form",
            {"query": "priority:high"},
            {"query": "priority:low"},
            "SELECT string_agg(query || events::text, ',' ORDER BY query) FROM subscriptions",
        ),
    ],
)
async def test_a_form_that_comes_late_does_not_undo_what_was_decided_since(
    lodge: Lodge, command: str, callback: str, values: Json, others: Json, query: str
) -> None:
    first = await sent(lodge, command, callback, values)
    was = await kept(lodge, query)
    await sent(lodge, command, callback, others)
    if command == "subscribe":
        await lodge.ask("ada", "unsubscribe priority:high")
    now = await kept(lodge, query)
    assert now != was
    await late(lodge, first)
    assert await kept(lodge, query) == now


async def test_a_subscription_that_was_changed_and_paused_stays_so(lodge: Lodge) -> None:
    await lodge.ask("ada", "subscribe priority:high")
    ada = lodge.person("ada")

    async def menu(verb: str) -> Delivery:
        listed = await lodge.ask("ada", "subscriptions")
        found = next(b["accessory"] for b in listed["blocks"] if "options" in b.get("accessory", {}))
        value = next(o["value"] for o in found["options"] if o["value"].startswith(verb))
        await ada.choose("subscription_menu", value, channel="general", ts=listed["ts"])
        await lodge.settled()
        return last(lodge, "block_actions")

    async def edit(query: str) -> Delivery:
        await menu("edit")
        form = await ada.expect_modal(lambda view: view["callback_id"] == "subscription_form")
        await ada.submit(form["id"], {"query": query})
        await lodge.settled()
        return last(lodge, "view_submission")

    query = "SELECT query || coalesce(paused_why, '') FROM subscriptions"
    first = await edit("priority:low")
    await edit("priority:urgent")
    now = await kept(lodge, query)
    await late(lodge, first)
    assert await kept(lodge, query) == now
    paused = await menu("pause")
    await became(lodge, "SELECT paused_why IS NOT NULL FROM subscriptions", True)
    listed = await lodge.ask("ada", "subscriptions")
    await ada.click("subscription_resume", channel="general", ts=listed["ts"])
    await became(lodge, "SELECT paused_why IS NOT NULL FROM subscriptions", False)
    now = await kept(lodge, query)
    await late(lodge, paused)
    assert await kept(lodge, query) == now


async def test_a_label_that_was_renamed_twice_keeps_its_last_name(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug")

    async def rename(was: str, name: str) -> Delivery:
        form = await opened(lodge, "ada", "settings labels", "labels_form")
        await pick(lodge, "ada", form, "labels_pick", was)
        form = await drawn(lodge, "ada", "on one issue")
        assert (await lodge.person("ada").submit(form["id"], {"label_name": name})).outcome == "closed"
        await lodge.settled()
        return last(lodge, "view_submission")

    first = await rename("bug", "defect")
    await rename("defect", "fault")
    await late(lodge, first)
    assert await kept(lodge, "SELECT string_agg(name, ',') FROM labels") == "fault"


async def test_an_admin_who_was_removed_stays_removed(lodge: Lodge) -> None:
    form = await opened(lodge, "ada", "settings admins", "admins_form")
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await ada.click("admins_add", view_id=form["id"], value=grace.id)
    form = await drawn(lodge, "ada", "is an admin now")
    named = last(lodge, "block_actions")
    await ada.click("settings_undo", view_id=form["id"])
    await drawn(lodge, "ada", "is a member now")
    await late(lodge, named)
    assert await kept(lodge, "SELECT role FROM people WHERE slack_user_id = 'U0GRACE'") == "member"


async def test_news_of_somebody_that_comes_late_does_not_bring_back_who_they_were(lodge: Lodge) -> None:
    def changed(kind: str, name: str, **more: object) -> Delivery:
        profile = {"real_name": name, "email": "newcomer@harbour.example"}
        user = {"id": "U0NEW", "team_id": lodge.slack.team_id, "name": "new", "profile": profile, **more}
        return lodge.slack.emit({"type": kind, "user": user})

    query = "SELECT name || role || active FROM people WHERE slack_user_id = 'U0NEW'"
    joined = changed("team_join", "New Comer")
    await lodge.settled()
    renamed = changed("user_change", "New Name", is_admin=True)
    await lodge.settled()
    for earlier, now in ((joined, "New Nameadmintrue"), (renamed, "New Nameadmintrue")):
        await late(lodge, earlier)
        assert await kept(lodge, query) == now
    changed("user_change", "New Name", deleted=True)
    await lodge.settled()
    gone = await kept(lodge, query)
    assert gone.endswith("false")
    for earlier in (joined, renamed):
        await late(lodge, earlier)
        assert await kept(lodge, query) == gone
    changed("user_change", "Back Again")
    await lodge.settled()
    assert await kept(lodge, query) == "Back Againmembertrue"
    assert "Mine" in said(await lodge.ask("ada", "new Mine"))
