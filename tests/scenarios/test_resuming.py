"""What Slack's refusal paused goes on when the bot is back, and its owner hears of it once."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.playground.activity import PATIENCE
from db.ids import SlackUserId, WorkspaceId
from handlers.resuming import Resuming
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again
from tests.scenarios.test_subscriptions import posted, posts

JOBS = "SELECT count(*) FROM pgqueuer_log WHERE entrypoint = 'go on' AND status = 'queued'"
UNDER_WAY = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'go on'"
PAUSED = "SELECT array_agg(query ORDER BY query) FROM subscriptions WHERE paused_why IS NOT NULL"


async def ask_database(lodge: Lodge, query: str) -> Any:
    async with lodge.process.services.database.connection() as conn:
        return await conn.fetchval(query)


async def looked(lodge: Lodge, jobs: int) -> None:
    """Until so many channels were looked at, and all that came of it is sent. Each hour there is one more."""
    await lodge.settled()
    async with asyncio.timeout(PATIENCE):
        while await ask_database(lodge, JOBS) < jobs or await ask_database(lodge, UNDER_WAY):
            await asyncio.sleep(0.05)
    await lodge.announced()


def told(lodge: Lodge, text: str, name: str = "ada") -> list[Json]:
    person = lodge.person(name)
    return [message for message in person.messages(person.dm()) if text in said(message)]


async def stopped(lodge: Lodge, query: str = "priority:high") -> Json:
    """Ada's subscription in #product, where the bot is no more."""
    ada = lodge.person("ada")
    await lodge.ask("ada", f"subscribe {query}", "product")
    await ada.archive("product")
    await lodge.ask("ada", "new Unheard !high")
    return await ada.expect_message(ada.dm(), lambda m: "I paused" in said(m))


async def test_a_subscription_goes_on_when_the_bot_is_invited_again(lodge: Lodge) -> None:
    ada, bot = lodge.person("ada"), lodge.slack.config.bot_user_id
    assert "goes on by itself as soon as I can post there again" in said(await stopped(lodge))
    await lodge.ask("ada", "new Low !low")
    await ada.unarchive("product")
    # Slack takes apps out of a channel that is archived, and does not bring them back.
    await looked(lodge, 1)
    assert await ask_database(lodge, PAUSED) == ["priority:high"]
    await ada.invite("product", bot)
    message = await ada.expect_message(ada.dm(), lambda m: "I can post in" in said(m))
    assert "The subscription to `priority:high` goes on" in said(message)
    assert "One issue that it finds is new or has changed since" in said(message)
    assert "/issue list priority:high updated:&gt;=" in said(message)
    await looked(lodge, 2)
    await lodge.ask("ada", "new Heard !high")
    await posted(lodge, "Heard", "product")
    assert not any("Unheard" in text for text in posts(lodge, "product"))
    joined = [each for each in lodge.slack.deliveries if "member_joined_channel" in str(each.payload)]
    await again(lodge, joined[-1])
    await lodge.announced()
    assert len(told(lodge, "I can post in")) == 1


async def test_what_a_person_paused_stays_paused(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:urgent", "product")
    listed = await lodge.ask("ada", "subscriptions", "product")
    menu = next(b["accessory"] for b in listed["blocks"] if "options" in b.get("accessory", {}))
    value = next(o["value"] for o in menu["options"] if o["value"].startswith("pause"))
    await ada.choose("subscription_menu", value, channel="product", ts=listed["ts"])
    await lodge.settled()
    await stopped(lodge)
    await ada.unarchive("product")
    await ada.invite("product", lodge.slack.config.bot_user_id)
    await ada.expect_message(ada.dm(), lambda m: "goes on. What happened" in said(m))
    assert await ask_database(lodge, PAUSED) == ["priority:urgent"]
    assert not told(lodge, "`priority:urgent`")


async def test_two_owners_are_told_of_their_own_in_one_message_each(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await lodge.ask("grace", "subscribe priority:high,low", "product")
    await lodge.ask("ada", "subscribe priority:high,urgent", "product")
    await stopped(lodge)
    await grace.expect_message(grace.dm(), lambda m: "I paused" in said(m))
    await ada.unarchive("product")
    await ada.invite("product", lodge.slack.config.bot_user_id)
    (hers,) = [await grace.expect_message(grace.dm(), lambda m: "I can post in" in said(m))]
    (own,) = [await ada.expect_message(ada.dm(), lambda m: "I can post in" in said(m))]
    assert said(hers).count("•") == 1
    assert said(own).count("•") == 2
    assert "high,low" in said(hers)
    assert "high,low" not in said(own)


async def test_an_owner_reads_it_in_their_language(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await stopped(lodge)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE people SET locale = 'de-DE'")
    await ada.unarchive("product")
    await ada.invite("product", lodge.slack.config.bot_user_id)
    message = await ada.expect_message(ada.dm(), lambda m: "wieder posten" in said(m))
    assert "Das Abo `priority:high` läuft weiter" in said(message)
    assert "eines seiner Issues" in said(message)


async def test_it_goes_on_when_the_channel_is_brought_back_with_the_bot_in_it(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await refused_once(lodge, "is_archived")
    # As a private channel is.
    lodge.slack.emit({"type": "group_unarchive", "actor_id": ada.user.id, "channel": "C0PRODUCT"})
    await ada.expect_message(ada.dm(), lambda m: "I can post in" in said(m))
    await lodge.ask("ada", "new Heard !high")
    await posted(lodge, "Heard", "product")


async def test_where_no_event_came_it_is_noticed_all_the_same_but_not_again_and_again(lodge: Lodge) -> None:
    ada, resuming = lodge.person("ada"), Resuming(lodge.process.services)
    await refused_once(lodge, "channel_not_found")
    await resuming.look_around()
    lodge.process.services.bell.ring()
    await ada.expect_message(ada.dm(), lambda m: "I can post in" in said(m))
    await looked(lodge, 1)
    # Slack says that the bot is in the channel, and goes on refusing.
    lodge.slack.faults.add(
        method="chat.postMessage", error="channel_not_found", when={"channel": "C0PRODUCT"}
    )
    await lodge.ask("ada", "new Unheard too !high")
    await lodge.slack.until(lambda: len(told(lodge, "I paused")) == 2)
    await lodge.announced()
    jobs = await ask_database(lodge, JOBS)
    await resuming.look_around()
    assert await ask_database(lodge, JOBS) == jobs


async def test_a_refusal_that_being_there_does_not_end_waits_for_its_owner(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    paused = await refused_once(lodge, "restricted_action")
    assert "until it is resumed" in said(paused)
    lodge.slack.emit({"type": "channel_unarchive", "user": ada.user.id, "channel": "C0PRODUCT"})
    await looked(lodge, 1)
    assert await ask_database(lodge, PAUSED) == ["priority:high"]
    assert not told(lodge, "I can post in")


async def refused_once(lodge: Lodge, error: str) -> Json:
    """Ada's subscription in #product is paused by a refusal, though the bot is there."""
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:high", "product")
    lodge.slack.faults.add(method="chat.postMessage", error=error, when={"channel": "C0PRODUCT"})
    await lodge.ask("ada", "new Unheard !high")
    return await ada.expect_message(ada.dm(), lambda m: "I paused" in said(m))


async def test_an_owner_who_left_is_not_written_to(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await stopped(lodge)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE people SET active = false WHERE slack_user_id = $1", ada.user.id)
    lodge.process.services.directory.forget_person(WorkspaceId(lodge.slack.team_id), SlackUserId(ada.user.id))
    grace = lodge.person("grace")
    await grace.unarchive("product")
    await grace.invite("product", lodge.slack.config.bot_user_id)
    async with asyncio.timeout(PATIENCE):
        while await ask_database(lodge, PAUSED):
            await asyncio.sleep(0.05)
    await lodge.announced()
    assert not told(lodge, "I can post in")


async def test_a_channel_without_threads_is_still_followed(lodge: Lodge) -> None:
    """What is refused there is the reply alone."""
    await lodge.ask("ada", "subscribe priority:high", "product")
    await lodge.ask("ada", "new First !high")
    await posted(lodge, "First", "product")
    await lodge.announced()
    lodge.slack.faults.add(
        method="chat.postMessage",
        error="restricted_action_non_threadable_channel",
        when={"channel": "C0PRODUCT"},
    )
    await lodge.ask("ada", "close LDG-1")
    await lodge.announced()
    await lodge.ask("ada", "new Second !high")
    await posted(lodge, "Second", "product")
    assert not told(lodge, "I paused")
