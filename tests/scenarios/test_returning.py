"""Where the bot could not change what it had said, that is made up for as soon as it can."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again
from tests.scenarios.test_conversations import posted


async def tells(lodge: Lodge, ts: str, text: str) -> Json:
    """The message in the channel, once it says this."""
    ada = lodge.person("ada")
    return await ada.expect_message("product", lambda m: m["ts"] == ts and text in said(m), timeout=60)


async def rename(lodge: Lodge, title: str) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue edit LDG-1")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "issue_edit_form")
    assert not (await ada.submit(form["id"], {"title": {"issue_title": title}})).errors
    await lodge.announced()


async def count(lodge: Lodge, query: str) -> int:
    async with lodge.process.services.database.connection() as conn:
        return int(await conn.fetchval(query))


WISHES = "SELECT count(*) FROM outbox WHERE kind = 'refresh'"
JOBS = "SELECT count(*) FROM pgqueuer_log WHERE entrypoint = 'catch up' AND status = 'queued'"


async def test_cards_tell_the_present_when_their_channel_is_unarchived(lodge: Lodge) -> None:
    ada, card = lodge.person("ada"), await posted(lodge, "Pump", "product")
    await ada.archive("product")
    await rename(lodge, "Pump of old")
    assert "of old" not in said(next(m for m in ada.messages("product") if m["ts"] == card["ts"]))
    await ada.unarchive("product")
    await tells(lodge, card["ts"], "Pump of old")
    await lodge.announced()
    wishes = await count(lodge, WISHES)
    told = next(each for each in lodge.slack.deliveries if "channel_unarchive" in str(each.payload))
    await again(lodge, told)
    await lodge.announced()
    assert await count(lodge, WISHES) == wishes


async def test_what_was_said_under_a_card_follows_too(lodge: Lodge) -> None:
    ada, card = lodge.person("ada"), await posted(lodge, "Pump", "product")
    await lodge.ask("ada", "comment LDG-1 it leaks")
    line = await ada.expect_message("product", lambda m: "it leaks" in said(m), thread_ts=card["ts"])
    await lodge.announced()
    await ada.archive("product")
    await lodge.ask("ada", "undo")
    await lodge.announced()
    await ada.unarchive("product")
    await ada.expect_message(
        "product",
        lambda m: m["ts"] == line["ts"] and "it leaks" not in said(m),
        thread_ts=card["ts"],
        timeout=60,
    )


@pytest.mark.parametrize("title", ["Pump of old", ""])
async def test_cards_tell_the_present_when_the_bot_is_invited_again(lodge: Lodge, title: str) -> None:
    """Changed meanwhile, or taken back."""
    card = await posted(lodge, "Pump", "product")
    ada, bot = lodge.person("ada"), lodge.slack.config.bot_user_id
    await ada.kick("product", bot)
    # Whatever is tried first, and however often.
    away = lodge.slack.faults.add(method="chat.update", error="not_in_channel", times=None)
    if title:
        await rename(lodge, title)
    else:
        await lodge.ask("ada", "undo")
        await lodge.announced()
    lodge.slack.faults.remove(away.id)
    await ada.invite("product", bot)
    await tells(lodge, card["ts"], title or "taken back")


async def test_that_somebody_else_joins_a_channel_means_nothing(lodge: Lodge) -> None:
    await posted(lodge, "Pump", "product")
    jobs, looked_up = await count(lodge, JOBS), len(lodge.slack.calls_of("users.info"))
    for user in ("U0GRACE", "U0NOBODY"):
        lodge.slack.emit({"type": "member_joined_channel", "user": user, "channel": "C0PRODUCT"})
    await lodge.settled()
    assert await count(lodge, JOBS) == jobs
    assert len(lodge.slack.calls_of("users.info")) == looked_up
