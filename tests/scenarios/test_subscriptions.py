"""Channels follow queries: what comes to match, what happens to it, and what becomes of one Slack refuses."""

from __future__ import annotations

from tests.scenarios.conftest import Json, Lodge, said


def posts(lodge: Lodge, channel: str = "general") -> list[str]:
    """What everybody in the channel can read, outside of threads."""
    return [said(m) for m in lodge.person("grace").messages(channel) if not m.get("is_ephemeral")]


async def posted(lodge: Lodge, text: str, channel: str = "general") -> Json:
    grace = lodge.person("grace")
    return await grace.expect_message(
        channel, lambda m: not m.get("is_ephemeral") and text in said(m), timeout=60
    )


async def subscribe(lodge: Lodge, values: Json, channel: str = "general") -> Json:
    """Ada fills the form; gives the errors, if any."""
    ada = lodge.person("ada")
    seen = [view["id"] for view in ada.modals()]
    await ada.slash(channel, "/issue subscribe")
    form = await ada.expect_modal(
        lambda view: view["callback_id"] == "subscription_form" and view["id"] not in seen
    )
    outcome = await ada.submit(form["id"], values)
    return dict(outcome.errors or {})


async def redo(lodge: Lodge, verb: str) -> None:
    """Ada chooses from the menu of the only subscription in the list."""
    ada, listed = lodge.person("ada"), await lodge.ask("ada", "subscriptions")
    menu = next(b["accessory"] for b in listed["blocks"] if "options" in b.get("accessory", {}))
    value = next(o["value"] for o in menu["options"] if o["value"].startswith(verb))
    await ada.choose("subscription_menu", value, channel="general", ts=listed["ts"])
    await lodge.settled()


async def test_an_issue_that_matches_is_announced_and_one_that_does_not_is_not(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Known +bug")
    assert "follows" in said(await lodge.ask("ada", "subscribe label:bug"))
    await lodge.ask("grace", "new Crash +bug", "product")
    await lodge.ask("grace", "new Wish +feature", "product")
    await posted(lodge, "Crash")
    await lodge.announced()
    assert not any("Wish" in text or "Known" in text for text in posts(lodge))


async def test_a_label_added_later_announces_once(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Crash", "product")
    await lodge.ask("ada", "new Other +bug", "product")
    await lodge.ask("ada", "subscribe label:bug -status:closed")
    await lodge.ask("ada", "label LDG-1 +bug", "product")
    await posted(lodge, "Crash")
    await lodge.ask("ada", "label LDG-1 -bug", "product")
    await lodge.ask("ada", "label LDG-1 +bug", "product")
    # Matched all along: another label is nothing new.
    await lodge.ask("ada", "label LDG-2 +ui", "product")
    await lodge.announced()
    assert sum("Crash" in text for text in posts(lodge)) == 1
    assert not any("Other" in text for text in posts(lodge))


async def test_words_that_come_to_match_announce(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Slow page", "product")
    await lodge.ask("ada", "new Payment fails", "product")
    await lodge.ask("ada", "subscribe payment")
    await lodge.ask("ada", "comment LDG-1 it is the payment service", "product")
    await posted(lodge, "Slow page")
    await lodge.ask("ada", "comment LDG-2 again", "product")
    await lodge.announced()
    assert not any("Payment fails" in text for text in posts(lodge))


async def test_and_or_not(lodge: Lodge) -> None:
    for label in ("bug", "crash", "ui"):
        await lodge.ask("ada", f"new Known +{label}", "product")
    await lodge.ask("ada", "subscribe label:bug,crash -label:ui priority:high,urgent")
    await lodge.ask("ada", "new First +crash !high", "product")
    await lodge.ask("ada", "new Second +bug +ui !high", "product")
    await lodge.ask("ada", "new Third +bug", "product")
    await posted(lodge, "First")
    await lodge.announced()
    assert not any("Second" in text or "Third" in text for text in posts(lodge))


async def test_a_change_of_state_brings_the_card_of_an_older_issue(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Old +bug", "product")
    await lodge.announced()
    await lodge.ask("ada", "subscribe label:bug -status:closed")
    await lodge.ask("ada", "close LDG-1", "product")
    card = await posted(lodge, "Old")
    assert "Completed" in said(card)


async def test_in_the_channel_status_and_comments_are_said_line_by_line(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Old +bug", "product")
    await lodge.announced()
    news = {"query": "label:bug", "news": ["status", "comments"], "place": "channel"}
    assert await subscribe(lodge, news) == {}
    await lodge.ask("ada", "comment LDG-1 found & fixed", "product")
    await posted(lodge, "found &amp; fixed")
    await lodge.ask("grace", "close LDG-1", "product")
    await posted(lodge, "Completed")
    await lodge.ask("ada", "new Fresh +bug", "product")
    await lodge.announced()
    assert not any("Fresh" in text for text in posts(lodge))


async def test_a_bulk_change_is_one_summary(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Known +bug", "product")
    keys = []
    for number in range(2, 15):
        await lodge.ask("ada", f"new Number {number}", "product")
        keys.append(f"LDG-{number}")
    await lodge.ask("ada", "subscribe label:bug")
    await lodge.announced()
    before = len(posts(lodge))
    await lodge.ask("ada", f"bulk label +bug {' '.join(keys)}", "product")
    summary = said(await posted(lodge, "13 issues match"))
    assert "… and 3 more" in summary
    await lodge.announced()
    assert len(posts(lodge)) == before + 1


async def test_what_cannot_be_is_said_at_its_field(lodge: Lodge) -> None:
    assert list(await subscribe(lodge, {"query": "lable:bug"})) == ["query"]
    assert list(await subscribe(lodge, {"query": "label:nosuch"})) == ["query"]


async def test_a_channel_that_follows_as_much_as_it_can_says_so(lodge: Lodge) -> None:
    await subscribe(lodge, {"query": "first"})
    async with lodge.process.services.database.connection() as conn:
        await conn.execute(
            """
            INSERT INTO subscriptions (workspace_id, channel_id, owner_id, query, events, place)
            SELECT workspace_id, channel_id, owner_id, 'word' || number, events, place
            FROM subscriptions, generate_series(2, 20) number"""
        )
    assert "at most 20 queries" in said(await lodge.ask("ada", "subscribe more"))
    errors = await subscribe(lodge, {"query": "more"})
    assert "at most 20 queries" in errors["query"]


async def test_a_guest_cannot_subscribe(lodge: Lodge) -> None:
    assert "follows" not in said(await lodge.ask("guest", "subscribe status:open"))


async def test_the_list_edits_pauses_resumes_and_ends(lodge: Lodge) -> None:
    await lodge.ask("ada", "subscribe priority:high")
    await redo(lodge, "pause")
    await lodge.ask("ada", "new Unheard !high", "product")
    await lodge.announced()
    assert not any("Unheard" in text for text in posts(lodge))
    ada, listed = lodge.person("ada"), await lodge.ask("ada", "subscriptions")
    assert "Paused" in said(listed)
    await ada.click("subscription_resume", channel="general", ts=listed["ts"])
    await lodge.settled()
    await lodge.ask("ada", "new Heard !high", "product")
    await posted(lodge, "Heard")
    await redo(lodge, "edit")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "subscription_form")
    await ada.submit(form["id"], {"query": "priority:low"})
    await lodge.settled()
    assert "priority:low" in said(await lodge.ask("ada", "subscriptions"))
    assert "no more" in said(await lodge.ask("ada", "unsubscribe"))
    assert "Nothing yet" in said(await lodge.ask("ada", "subscriptions"))


async def test_a_channel_follows_one_issue(lodge: Lodge) -> None:
    for title in ("Pump", "Boiler"):
        await lodge.ask("ada", f"new {title}", "product")
    assert "follows" in said(await lodge.ask("ada", "subscribe key:LDG-1"))
    for key in ("LDG-2", "LDG-1"):
        await lodge.ask("grace", f"close {key}", "product")
    await posted(lodge, "Pump")
    await lodge.announced()
    assert not any("Boiler" in text for text in posts(lodge))


async def test_who_ends_following_everything_reads_that_it_was_everything(lodge: Lodge) -> None:
    assert await subscribe(lodge, {}) == {}
    await lodge.settled()
    assert "follows all issues no more" in said(await lodge.ask("ada", "unsubscribe"))


async def test_a_refusal_pauses_it_and_tells_the_owner_who_can_resume_it(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:high", "product")
    await ada.archive("product")
    await lodge.ask("ada", "new Unheard !high")
    told = await ada.expect_message(ada.dm(), lambda m: "I paused" in said(m))
    assert "Unarchive it and invite me again" in said(told)
    assert not any("Unheard" in text for text in posts(lodge, "product"))

    async def resume() -> None:
        await ada.click("subscription_resume", channel=ada.dm(), ts=told["ts"])
        await lodge.settled()

    await resume()
    await ada.expect_message(ada.dm(), lambda m: "then it goes on by itself" in said(m))
    await ada.unarchive("product")
    # Slack takes apps out of a channel that is archived, and does not bring them back.
    await resume()
    assert "Paused" in said(await lodge.ask("ada", "subscriptions", "product"))
    await ada.invite("product", lodge.slack.config.bot_user_id)
    await resume()
    await lodge.ask("ada", "new Heard !high")
    await posted(lodge, "Heard", "product")


async def test_a_single_message_that_is_refused_is_told_to_the_owner_once_and_pauses_nothing(
    lodge: Lodge,
) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:high", "product")
    await lodge.ask("ada", "subscribe priority:low", "product")
    product = {"channel": lodge.slack.channel("product").id}
    lodge.slack.faults.add(method="chat.postMessage", error="invalid_blocks", when=product, times=3)
    await lodge.ask("grace", "new Unheard !high")
    await lodge.announced()
    await lodge.ask("grace", "new Unheard too !high")
    await lodge.announced()
    # Of another subscription.
    await lodge.ask("grace", "bulk priority low LDG-1 LDG-2")
    await lodge.announced()
    await lodge.ask("grace", "new Heard !high")
    await posted(lodge, "Heard", "product")
    await lodge.announced()
    told = [said(m) for m in ada.messages(ada.dm()) if "could not post" in said(m)]
    assert len(told) == 2, told
    assert "LDG-1" in told[0]
    assert "`invalid_blocks`" in told[0]
    assert "/issue show LDG-1" in told[0]
    assert "goes on" in told[0]
    assert "Paused" not in said(await lodge.ask("ada", "subscriptions", "product"))


async def test_a_card_in_a_channel_that_is_archived_pauses_what_the_channel_follows(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "subscribe priority:high", "product")
    await lodge.ask("ada", "new Siren !high")
    card = await posted(lodge, "Siren", "product")
    await lodge.announced()
    await ada.archive("product")
    await ada.slash("general", "/issue edit LDG-1")
    form = await ada.expect_modal()
    await ada.submit(form["id"], {"title": {"issue_title": "Louder siren"}})
    # Nothing is posted because of a title: that the card cannot be changed any more says it all.
    told = await ada.expect_message(ada.dm(), lambda m: "I paused" in said(m))
    assert "archived" in said(told)
    assert "Louder" not in said(next(m for m in ada.messages("product") if m["ts"] == card["ts"]))


async def test_a_query_whose_label_is_gone_is_paused_and_told(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new Known +bug", "product")
    await lodge.ask("ada", "subscribe label:bug")
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE labels SET name = 'defect'")
    await lodge.ask("ada", "new Crash +defect", "product")
    told = await ada.expect_message(ada.dm(), lambda m: "I paused" in said(m), timeout=60)
    assert "Change the query" in said(told)
