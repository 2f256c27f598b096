"""Threads are comments, messages become issues, and nothing happens twice."""

from __future__ import annotations

from functools import partial

from tests.scenarios.conftest import Json, Lodge, said


async def posted(lodge: Lodge, title: str = "One", channel: str = "general") -> Json:
    """The card of a new issue, in the channel."""
    answer = await lodge.ask("ada", f"new {title}", channel)
    ada = lodge.person("ada")
    await ada.click("issue_post_here", channel=channel, ts=answer["ts"])
    card = await ada.expect_message(
        channel, lambda each: not each.get("is_ephemeral") and title in said(each)
    )
    await lodge.announced()
    return card


async def comments_of(lodge: Lodge, key: str = "LDG-1") -> str:
    return said(await lodge.ask("ada", key))


async def test_a_reply_under_a_card_becomes_a_comment_once(lodge: Lodge) -> None:
    card = await posted(lodge)
    grace = lodge.person("grace")
    ts = await grace.send("general", "I *think* it is DNS & <friends>", card["ts"])
    await lodge.settled()
    assert "it is DNS &amp; &lt;friends&gt;" in await comments_of(lodge)
    await grace.edit_message("general", ts, "It was DNS")
    await lodge.settled()
    shown = await comments_of(lodge)
    assert "It was DNS" in shown
    assert "friends" not in shown
    await grace.delete_message("general", ts)
    await lodge.settled()
    assert "It was DNS" not in await comments_of(lodge)


async def test_a_file_in_a_thread_is_kept_as_a_link(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.person("grace").upload("general", "trace.txt", b"boom", card["ts"], "see here")
    await lodge.settled()
    shown = await comments_of(lodge)
    assert "see here" in shown
    assert "trace.txt" in shown


async def test_a_comment_made_elsewhere_is_said_in_the_thread_once(lodge: Lodge) -> None:
    card = await posted(lodge)
    grace = lodge.person("grace")
    await grace.send("general", "from the thread", card["ts"])
    await lodge.settled()
    await lodge.ask("grace", "comment LDG-1 from the command", "product")
    await grace.expect_message("general", lambda each: "from the command" in said(each), thread_ts=card["ts"])
    await lodge.settled()
    thread = [said(each) for each in grace.thread("general", card["ts"])[1:]]
    assert sum("from the thread" in text for text in thread) == 1
    comments = await comments_of(lodge)
    assert comments.count("from the command") == 1


async def test_a_card_follows_what_is_done_elsewhere(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.ask("grace", "close LDG-1", "product")
    ada = lodge.person("ada")
    await ada.expect_message("general", lambda each: each["ts"] == card["ts"] and "Completed" in said(each))


async def test_buttons_of_a_posted_card_act(lodge: Lodge) -> None:
    card = await posted(lodge)
    grace = lodge.person("grace")
    await grace.click("issue_assign_me", channel="general", ts=card["ts"])
    await grace.expect_message("general", lambda each: each.get("is_ephemeral") and "assigned" in said(each))
    await grace.expect_message("general", lambda each: each["ts"] == card["ts"] and grace.id in said(each))


async def test_a_message_becomes_an_issue_by_its_menu_once(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "Checkout is broken\nIt says *500*")
    await ada.message_shortcut("general", ts, "issue_from_message")
    view = await ada.expect_modal()
    assert view["state"]["values"]["title"]["issue_title"]["value"] == "Checkout is broken"
    outcome = await ada.submit(view["id"])
    assert outcome.outcome == "closed", outcome
    await ada.expect_message(
        "general", lambda each: "Checkout" in said(each) and "LDG-1" in said(each), thread_ts=ts
    )
    await lodge.settled()
    await ada.message_shortcut("general", ts, "issue_from_message")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each) and "already" in str(each))
    assert not ada.modals()


async def test_a_reaction_files_the_message_and_replies_are_comments(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "The printer is on fire")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await grace.react("general", ts, "ticket")
    await lodge.settled()
    assert "LDG-2" not in said(await lodge.ask("ada", "list"))
    await grace.send("general", "fire is out", ts)
    await lodge.settled()
    assert "fire is out" in await comments_of(lodge)


async def test_a_card_is_its_issue_and_becomes_no_other(lodge: Lodge) -> None:
    card, ada = await posted(lodge, "Pump"), lodge.person("ada")
    await ada.react("general", card["ts"], "ticket")
    await ada.expect_message("general", lambda m: "This message is LDG-1 already" in str(m))
    await ada.message_shortcut("general", card["ts"], "issue_from_message")
    await lodge.settled()
    assert not ada.modals()
    assert "LDG-2" not in said(await lodge.ask("ada", "list"))


async def test_another_reaction_does_nothing(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    ts = await ada.send("general", "Nice")
    await ada.react("general", ts, "tada")
    await lodge.settled()
    assert "No issue" in said(await lodge.ask("ada", "list"))


async def test_a_mention_files_or_shows(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    bot = lodge.slack.config.bot_user_id
    ts = await grace.send("general", f"<@{bot}> the lift is stuck")
    await grace.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await grace.send("general", f"<@{bot}> LDG-1")
    await grace.expect_message(
        "general", lambda each: each.get("is_ephemeral") and "lift is stuck" in said(each)
    )
    await grace.send("general", f"<@{bot}> LDG-99, LDG-1")
    await grace.expect_message("general", lambda each: "no issue LDG-99" in said(each))
    await lodge.settled()
    assert sum("lift is stuck" in said(each) for each in grace.ephemerals("general")) == 2
    await grace.send("general", f"<@{bot}>")
    helped = await grace.expect_message(
        "general", lambda each: each.get("is_ephemeral") and "after my name" in said(each)
    )
    # In a thread that nobody has begun Slack would show it to nobody.
    assert not any(each.get("thread_ts") for each in (helped, *grace.ephemerals("general")))


async def test_orders_are_carried_out_in_threads_which_take_no_commands(lodge: Lodge) -> None:
    card, grace = await posted(lodge, "Pump"), lodge.person("grace")
    bot = lodge.slack.config.bot_user_id
    for order, answer in (
        ("close", "LDG-1 is now: "),
        ("undo", "Undone"),
        ("assign me", f"LDG-1 is assigned to <@{grace.id}>"),
        ("LDG-99 close", "no issue LDG-99"),
        ("close LDG-1 whenever", "“whenever” is no reason"),
        ("close as whenever", "cannot read what follows: “as whenever”"),
        ("assign", "something has to follow"),
    ):
        await grace.send("general", f"<@{bot}> {order}", card["ts"])
        await grace.expect_message("general", partial(_tells, answer, card["ts"]))
    await lodge.announced()
    assert "commented" not in said(await lodge.ask("ada", "history LDG-1"))
    assert "LDG-2" not in said(await lodge.ask("ada", "list"))
    # Where no issue is meant, it is one.
    ts = await grace.send("general", f"<@{bot}> close")
    await grace.expect_message("general", lambda each: "LDG-2" in said(each), thread_ts=ts)


async def test_half_an_order_in_a_thread_can_be_made_an_issue_all_the_same(lodge: Lodge) -> None:
    card, grace = await posted(lodge, "Pump"), lodge.person("grace")
    bot = lodge.slack.config.bot_user_id
    await grace.send("general", f"<@{bot}> Start button does nothing, says <@{grace.id}>", card["ts"])
    asked = await grace.expect_message("general", partial(_tells, "“Start”", card["ts"]))
    assert asked["is_ephemeral"]
    await grace.click("issue_new_titled", channel="general", ts=asked["ts"])
    form = await grace.expect_modal(lambda view: view["callback_id"] == "issue_create")
    titled = form["state"]["values"]["title"]["issue_title"]["value"]
    assert titled.startswith("Start button does nothing, says @Grace")
    assert "LDG-2" not in said(await lodge.ask("ada", "list"))
    # Where no issue is meant, it is one.
    ts = await grace.send("general", f"<@{bot}> start button does nothing")
    await grace.expect_message("general", lambda each: "LDG-2" in said(each), thread_ts=ts)


async def test_an_order_in_a_thread_about_several_issues_is_asked_which_it_means(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    bot = lodge.slack.config.bot_user_id
    root = await grace.send("general", "Both pumps again")
    for key, title in (("LDG-1", "Left pump"), ("LDG-2", "Right pump")):
        await grace.send("general", f"<@{bot}> {title}", root)
        await grace.expect_message("general", partial(_tells, key, root), thread_ts=root)
        await lodge.announced()
    await grace.send("general", f"<@{bot}> close", root)
    await grace.expect_message("general", partial(_tells, "LDG-1 close", root))
    assert "LDG-3" not in said(await lodge.ask("ada", "list"))
    assert said(await lodge.ask("ada", "list")).count("Open") > 1


def _tells(answer: str, thread_ts: str, message: Json) -> bool:
    return message.get("thread_ts") == thread_ts and answer in said(message)


async def test_a_direct_message_can_be_an_order(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await lodge.ask("ada", "new Pump")
    await grace.send(grace.dm(), "close LDG-1")
    await grace.expect_message(grace.dm(), lambda each: "LDG-1 is now: " in said(each))


async def test_a_message_is_added_to_an_issue_there_is(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await lodge.ask("ada", "new Pump")
    await lodge.ask("ada", "new Fan")
    ts = await grace.send("general", "The *fan* hums, like LDG-1 did")
    await ada.message_shortcut("general", ts, "comment_from_message")
    form = await ada.expect_modal()
    chosen = form["state"]["values"]["issue_id"]["issue_choices"]["selected_option"]
    assert chosen["text"]["text"] == "LDG-1 Pump"
    offered = await ada.suggest("issue_choices", "LDG-2", view_id=form["id"])
    outcome = await ada.submit(form["id"], {"issue_id": offered["options"][0]})
    assert outcome.outcome == "closed", outcome
    await ada.expect_message("general", lambda each: "Your comment is on LDG-2" in said(each))
    shown = await comments_of(lodge, "LDG-2")
    assert "The fan hums, like LDG-1 did" in shown
    assert "Original message" in shown
    assert "hums" not in await comments_of(lodge, "LDG-1")


async def test_a_direct_message_is_offered_to_become_an_issue(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await grace.send(grace.dm(), "The coffee machine leaks")
    offer = await grace.expect_message(
        grace.dm(), lambda each: "file" in said(each) and "coffee" in said(each)
    )
    await grace.click("issue_from_told", channel=grace.dm(), ts=offer["ts"])
    view = await grace.expect_modal()
    outcome = await grace.submit(view["id"])
    assert outcome.outcome == "closed"
    await grace.expect_message(grace.dm(), lambda each: "LDG-1" in said(each))
    await grace.send(grace.dm(), "LDG-1")
    await grace.expect_message(grace.dm(), lambda each: "Filed by" in said(each))


async def test_a_form_from_a_message_begins_with_what_was_chosen_last_in_that_channel(lodge: Lodge) -> None:
    await lodge.ask("ada", "new First +printer +pier @grace !high", channel="support")
    await lodge.ask("ada", "new Elsewhere +other @linus", channel="general")
    ada = lodge.person("ada")
    ts = await ada.send("support", "Printer jams again")
    await ada.message_shortcut("support", ts, "issue_from_message")
    form = await ada.expect_modal()
    inputs = {each["block_id"]: each["element"] for each in form["blocks"] if each["type"] == "input"}
    assert inputs["assignee_id"]["initial_user"] == lodge.person("grace").user.id
    assert [each["value"] for each in inputs["labels"]["initial_options"]] == ["pier", "printer"]
    assert inputs["title"]["initial_value"] == "Printer jams again"
    assert "initial_value" not in inputs["description"]
    grace = lodge.person("grace")
    await grace.message_shortcut("support", ts, "issue_from_message")
    form = await grace.expect_modal()
    inputs = {each["block_id"]: each["element"] for each in form["blocks"] if each["type"] == "input"}
    assert "initial_user" not in inputs["assignee_id"]
