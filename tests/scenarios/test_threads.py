"""A thread under a card and the issue's comments are one conversation, wherever something is said."""

from __future__ import annotations

from functools import partial

from db import comments, issues
from db.access import Actor
from db.comments import Comment
from db.ids import WorkspaceId
from db.states import Role, Source
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import comments_of, posted


def program(lodge: Lodge) -> Actor:
    """Somebody outside of Slack, who may do anything."""
    return Actor(
        workspace_id=WorkspaceId(lodge.slack.team_id), person_id=None, role=Role.ADMIN, source=Source.API
    )


def names(text: str, message: Json) -> bool:
    return text in said(message)


async def the_comment(lodge: Lodge, key: str = "LDG-1") -> Comment:
    async with lodge.process.services.database.connection() as conn:
        issue = await issues.by_ref(conn, program(lodge), key)
        (comment,) = await comments.page(conn, program(lodge), issue.issue_id)
    return comment


async def edit_elsewhere(lodge: Lodge, comment: Comment, body: str) -> None:
    async with lodge.process.services.database.transaction() as conn:
        await comments.edit(conn, program(lodge), comment.comment_id, body)
    lodge.process.services.bell.ring()


async def delete_elsewhere(lodge: Lodge, comment: Comment) -> None:
    async with lodge.process.services.database.transaction() as conn:
        await comments.delete(conn, program(lodge), comment.comment_id)
    lodge.process.services.bell.ring()


async def in_thread(lodge: Lodge, card: Json, text: str, channel: str = "general") -> Json:
    return await lodge.person("ada").expect_message(
        channel, lambda each: text in said(each), thread_ts=card["ts"]
    )


def thread(lodge: Lodge, card: Json, channel: str = "general") -> list[str]:
    return [said(each) for each in lodge.person("ada").thread(channel, card["ts"])[1:]]


async def quiet(lodge: Lodge) -> None:
    """Until nothing is left to be worked out or sent."""
    async with lodge.process.services.database.connection() as conn:
        for _ in range(1200):
            left = await conn.fetchval(
                "SELECT (SELECT count(*) FROM pending_changes)"
                " + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
                " + (SELECT count(*) FROM pgqueuer WHERE entrypoint = 'announce')"
            )
            if left == 0:
                await lodge.settled()
                return
            await conn.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("never quiet")


async def test_an_edit_made_elsewhere_changes_the_line_that_shows_the_comment(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.ask("grace", "comment LDG-1 first wording", "product")
    line = await in_thread(lodge, card, "first wording")
    await edit_elsewhere(lodge, await the_comment(lodge), "second wording")
    changed = await in_thread(lodge, card, "second wording")
    assert changed["ts"] == line["ts"]
    assert "edited" in said(changed)
    await quiet(lodge)
    assert len(thread(lodge, card)) == 1


async def test_a_deletion_shows_and_its_undo_brings_the_words_back(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.ask("grace", "comment LDG-1 rash words", "product")
    line = await in_thread(lodge, card, "rash words")
    await lodge.ask("grace", "undo", "product")
    gone = await in_thread(lodge, card, "was deleted")
    assert gone["ts"] == line["ts"]
    assert "rash words" not in str(gone)
    await lodge.ask("grace", "undo", "product")
    assert (await in_thread(lodge, card, "rash words"))["ts"] == line["ts"]


async def test_what_its_author_edits_or_deletes_in_slack_is_followed_in_other_threads_only(
    lodge: Lodge,
) -> None:
    here, grace = await posted(lodge), lodge.person("grace")
    there = await also_in_product(lodge)
    ts = await grace.send("general", "it is DNS", here["ts"])
    line = await in_thread(lodge, there, "it is DNS", "product")
    await grace.edit_message("general", ts, "it was DNS")
    assert (await in_thread(lodge, there, "it was DNS", "product"))["ts"] == line["ts"]
    await grace.delete_message("general", ts)
    assert (await in_thread(lodge, there, "was deleted", "product"))["ts"] == line["ts"]
    await quiet(lodge)
    assert len(thread(lodge, there, "product")) == 1
    assert thread(lodge, here) == []


async def also_in_product(lodge: Lodge, key: str = "LDG-1") -> Json:
    """The same issue's card in another channel."""
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", key, "product")
    await ada.choose("issue_more", f"post:{await issue_id(lodge, key)}", channel="product", ts=shown["ts"])
    return await ada.expect_message(
        "product", lambda each: not each.get("is_ephemeral") and key in said(each)
    )


async def issue_id(lodge: Lodge, key: str) -> str:
    async with lodge.process.services.database.connection() as conn:
        return str((await issues.by_ref(conn, program(lodge), key)).issue_id)


async def test_a_persons_own_message_that_was_changed_elsewhere_is_answered_with_the_new_words(
    lodge: Lodge,
) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    ts = await grace.send("general", "my words", card["ts"])
    await quiet(lodge)
    await edit_elsewhere(lodge, await the_comment(lodge), "better words")
    correction = await in_thread(lodge, card, "better words")
    assert correction["ts"] != ts
    await edit_elsewhere(lodge, await the_comment(lodge), "best words")
    assert (await in_thread(lodge, card, "best words"))["ts"] == correction["ts"]
    await delete_elsewhere(lodge, await the_comment(lodge))
    assert (await in_thread(lodge, card, "was deleted"))["ts"] == correction["ts"]
    await quiet(lodge)
    assert len(thread(lodge, card)) == 2


async def test_an_edit_that_changes_no_word_takes_nothing_back(lodge: Lodge) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    ts = await grace.send("general", "see https://example.com", card["ts"])
    await quiet(lodge)
    await edit_elsewhere(lodge, await the_comment(lodge), "see the manual")
    await in_thread(lodge, card, "the manual")
    await grace.edit_message("general", ts, "see https://example.com")
    await quiet(lodge)
    assert (await the_comment(lodge)).body == "see the manual"


async def test_a_comment_arrives_once_in_every_other_thread(lodge: Lodge) -> None:
    here = await posted(lodge)
    there = await also_in_product(lodge)
    grace = lodge.person("grace")
    await grace.send("general", "only once, please", here["ts"])
    await in_thread(lodge, there, "only once, please", "product")
    await lodge.person("ada").send("product", "and an answer", there["ts"])
    await in_thread(lodge, here, "and an answer")
    await quiet(lodge)
    assert sum("only once" in text for text in thread(lodge, there, "product")) == 1
    assert sum("only once" in text for text in thread(lodge, here)) == 1
    assert sum("an answer" in text for text in thread(lodge, here)) == 1
    assert sum("an answer" in text for text in thread(lodge, there, "product")) == 1
    assert (await comments_of(lodge)).count("only once, please") == 1


async def test_files_of_a_reply_are_links_in_other_threads(lodge: Lodge) -> None:
    here = await posted(lodge)
    there = await also_in_product(lodge)
    await lodge.person("grace").upload("general", "trace.txt", b"boom", here["ts"], "look at this")
    line = await in_thread(lodge, there, "look at this", "product")
    assert "trace.txt" in said(line)
    assert "'type': 'link'" in str(line["blocks"])


async def test_replies_to_a_message_that_became_an_issue_are_not_echoed_below_it(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "The printer is on fire")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await grace.send("general", "fire is out", ts)
    await quiet(lodge)
    await lodge.ask("ada", "comment LDG-1 well done", "product")
    await ada.expect_message("general", lambda each: "well done" in said(each), thread_ts=ts)
    await lodge.ask("ada", "close LDG-1", "product")
    await ada.expect_message("general", lambda each: "Completed" in said(each), thread_ts=ts)
    await quiet(lodge)
    texts = [said(each) for each in ada.thread("general", ts)]
    assert sum("fire is out" in text for text in texts) == 1


async def test_the_cards_of_an_issue_that_is_taken_back_say_so_until_it_returns(lodge: Lodge) -> None:
    card = await posted(lodge)
    ada = lodge.person("ada")
    await lodge.ask("ada", "undo")
    gone = await ada.expect_message("general", lambda each: "was taken back" in said(each))
    assert gone["ts"] == card["ts"]
    assert "issue_close" not in str(gone["blocks"])
    await lodge.ask("ada", "undo")
    back = await ada.expect_message("general", lambda each: each["ts"] == card["ts"] and "One" in said(each))
    assert "issue_close" in str(back["blocks"])


async def test_a_message_whose_issue_was_taken_back_can_become_one_again_and_again(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "The lift is stuck")
    await ada.react("general", ts, "ticket")
    for number in (1, 2):
        await ada.expect_message("general", partial(names, f"LDG-{number}"), thread_ts=ts)
        await lodge.ask("ada", "undo")
        await ada.unreact("general", ts, "ticket")
        await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-3" in said(each), thread_ts=ts)
    assert "One issue." in said(await lodge.ask("ada", "list"))


async def test_a_message_undone_can_be_made_an_issue_by_its_menu(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    ts = await lodge.person("grace").send("general", "The lift is stuck")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await lodge.ask("ada", "undo")
    await ada.message_shortcut("general", ts, "issue_from_message")
    view = await ada.expect_modal()
    assert (await ada.submit(view["id"])).outcome == "closed"
    await ada.expect_message("general", lambda each: "LDG-2" in said(each), thread_ts=ts)


async def test_who_is_second_to_react_is_shown_the_issue_and_a_guest_only_that_there_is_one(
    lodge: Lodge,
) -> None:
    ada, grace, guest = lodge.person("ada"), lodge.person("grace"), lodge.person("guest")
    ts = await grace.send("general", "Payroll leaks")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await grace.react("general", ts, "ticket")
    await grace.expect_message("general", lambda each: each.get("is_ephemeral") and "already" in said(each))
    await guest.react("general", ts, "ticket")
    shown = await guest.expect_message(
        "general", lambda each: each.get("is_ephemeral") and "may not see" in said(each)
    )
    assert "Payroll" not in str(shown)
    assert "One issue." in said(await lodge.ask("ada", "list"))


async def test_a_guests_talk_under_a_card_that_is_not_theirs_is_left_alone(lodge: Lodge) -> None:
    card = await posted(lodge)
    guest = lodge.person("guest")
    await guest.send("general", "what is this?", card["ts"])
    await quiet(lodge)
    assert guest.ephemerals("general") == []
    assert "what is this?" not in await comments_of(lodge)


async def test_two_who_have_the_form_of_one_message_open_file_one_issue(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await grace.send("general", "The lift is stuck")
    forms = []
    for person in (ada, grace):
        await person.message_shortcut("general", ts, "issue_from_message")
        forms.append((person, await person.expect_modal()))
    for person, form in forms:
        assert (await person.submit(form["id"])).outcome == "closed"
    await grace.expect_message("general", lambda each: each.get("is_ephemeral") and "LDG-1" in said(each))
    await quiet(lodge)
    assert "One issue." in said(await lodge.ask("ada", "list"))
    cards = [each for each in ada.thread("general", ts)[1:] if "LDG-1" in said(each)]
    assert len(cards) == 1
