"""How the bot behaves in one channel: aloud or in the thread, on one line, with which emoji."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import posted


async def choose(lodge: Lodge, values: Json, command: str = "channel", name: str = "ada") -> Json:
    person = lodge.person(name)
    await person.slash("general", f"/issue {command}")
    form = await person.expect_modal(lambda view: view["callback_id"] == "channel_settings_form")
    outcome = await person.submit(form["id"], values)
    await lodge.settled()
    return dict(outcome.errors or {})


async def test_changes_of_state_are_said_in_the_thread_unless_the_channel_wants_them_aloud(
    lodge: Lodge,
) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    await lodge.ask("ada", "status LDG-1 in progress", "product")
    quiet = await grace.expect_message("general", lambda m: "progress" in said(m), thread_ts=card["ts"])
    assert quiet.get("subtype") != "thread_broadcast"
    assert await choose(lodge, {"switches": ["broadcast"]}) == {}
    await lodge.ask("ada", "close LDG-1", "product")
    aloud = await grace.expect_message(
        "general", lambda m: "Completed" in said(m) and m["ts"] != card["ts"], thread_ts=card["ts"]
    )
    assert aloud.get("subtype") == "thread_broadcast"


async def test_a_silent_channel_sees_its_cards_change_and_hears_only_what_it_wants_aloud(
    lodge: Lodge,
) -> None:
    assert await choose(lodge, {"switches": ["silent"]}) == {}
    card, grace = await posted(lodge), lodge.person("grace")

    async def thread_once_it_shows(text: str) -> str:
        await grace.expect_message("general", lambda m: m["ts"] == card["ts"] and text in said(m))
        await lodge.announced()
        return "\n".join(said(each) for each in grace.thread("general", card["ts"])[1:])

    await lodge.ask("ada", "status LDG-1 in progress", "product")
    assert await thread_once_it_shows("In progress") == ""
    await lodge.ask("ada", "comment LDG-1 it leaks", "product")
    await grace.expect_message("general", lambda m: "it leaks" in said(m), thread_ts=card["ts"])
    assert await choose(lodge, {"switches": ["silent", "broadcast"]}) == {}
    await lodge.ask("ada", "assign LDG-1 @grace", "product")
    assert "assigned" not in await thread_once_it_shows(grace.id)
    await lodge.ask("ada", "close LDG-1", "product")
    assert "Completed" in await thread_once_it_shows("Completed")


async def test_condensed_cards_have_one_line_and_follow(lodge: Lodge) -> None:
    await choose(lodge, {"switches": ["condensed"]})
    card, ada = await posted(lodge, "Tap"), lodge.person("ada")
    assert [block["type"] for block in card["blocks"]] == ["section"]
    await lodge.ask("grace", "close LDG-1", "product")
    after = await ada.expect_message("general", lambda m: m["ts"] == card["ts"] and "Completed" in said(m))
    assert len(after["blocks"]) == 1


async def test_a_channel_has_an_emoji_of_its_own(lodge: Lodge) -> None:
    assert list(await choose(lodge, {"emoji": "no such thing"})) == ["emoji"]
    assert await choose(lodge, {"emoji": ":eyes:"}) == {}
    ada = lodge.person("ada")
    ts = await ada.send("general", "The printer is on fire")
    await ada.react("general", ts, "ticket")
    await lodge.settled()
    assert "No issue" in said(await lodge.ask("ada", "list"))
    await ada.react("general", ts, "eyes")
    await ada.expect_message("general", lambda m: "LDG-1" in said(m), thread_ts=ts)


@pytest.mark.parametrize(
    ("emoji", "shown"),
    [("eyes", "U0GRACE"), ("white_check_mark", "Completed"), ("rotating_light", "Urgent")],
)
async def test_reactions_to_cards_act_where_the_channel_wants_it(
    lodge: Lodge, emoji: str, shown: str
) -> None:
    card, grace = await posted(lodge, "Tap"), lodge.person("grace")
    assert await choose(lodge, {"switches": ["reactions"]}) == {}
    await grace.react("general", card["ts"], emoji)
    told = await grace.expect_message("general", lambda m: m.get("is_ephemeral") and shown in said(m))
    await grace.expect_message("general", lambda m: m["ts"] == card["ts"] and shown in said(m))
    await grace.click("undo_change", channel="general", ts=told["ts"])
    await lodge.settled()
    assert shown not in said(await lodge.ask("ada", "LDG-1"))


async def test_reactions_to_cards_say_nothing_elsewhere(lodge: Lodge) -> None:
    card, grace = await posted(lodge, "Tap"), lodge.person("grace")
    for emoji in ("eyes", "white_check_mark", "rotating_light"):
        await grace.react("general", card["ts"], emoji)
    await lodge.settled()
    shown = said(await lodge.ask("ada", "LDG-1"))
    assert "Open" in shown
    assert grace.id not in shown
    assert "Urgent" not in shown


async def test_reactions_to_other_messages_and_of_others_do_not_act(lodge: Lodge) -> None:
    card, guest = await posted(lodge, "Tap"), lodge.person("guest")
    assert await choose(lodge, {"switches": ["reactions"]}) == {}
    await guest.react("general", card["ts"], "white_check_mark")
    await guest.expect_message("general", lambda m: m.get("is_ephemeral") and "needs a member" in said(m))
    ts = await guest.send("general", "Done")
    for message, emoji in ((ts, "white_check_mark"), (card["ts"], "tada")):
        await lodge.person("grace").react("general", message, emoji)
    await lodge.settled()
    shown = said(await lodge.ask("ada", "LDG-1"))
    assert "Open" in shown


async def test_settings_lead_to_the_channel(lodge: Lodge) -> None:
    """An admin by a button on the workspace's form, everybody else at once."""
    assert await choose(lodge, {"switches": ["condensed"]}, "settings", "grace") == {}
    ada = lodge.person("ada")
    await ada.slash("general", "/issue settings")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "settings_form")
    await ada.click("channel_settings_open", view_id=form["id"])
    pushed = await ada.expect_modal(lambda view: view["callback_id"] == "channel_settings_form")
    chosen = pushed["state"]["values"]["switches"]["switches"]["selected_options"]
    assert [each["value"] for each in chosen] == ["condensed"]
