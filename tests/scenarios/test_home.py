"""App Home: choosing what is shown, acting on it, and what changes by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import asyncpg
import pytest

from db import saved_queries
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.pool import Database
from db.query import parse
from handlers.publishing import Owner, draw
from handlers.views.home import State
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_creating import buttons


def body(view: Json) -> str:
    """What is read below the menus, which name every list."""
    return said({"blocks": view["blocks"][2:]})


async def _file(lodge: Lodge, *lines: str, name: str = "ada") -> None:
    for line in lines:
        await lodge.ask(name, f"new {line}")


async def _open(lodge: Lodge, name: str = "ada", shows: str = "Assigned to me") -> Json:
    person = lodge.person(name)
    await person.open_home()
    return await person.expect_home(lambda view: shows in said(view))


async def _owner(lodge: Lodge, name: str = "ada") -> Owner:
    directory = lodge.process.services.directory
    workspace_id = WorkspaceId(lodge.slack.team_id)
    person = await directory.person(workspace_id, SlackUserId(lodge.person(name).user.id))
    actor = Actor(workspace_id=workspace_id, person_id=person.person_id, role=person.role)
    return Owner(actor=actor, person=person, workspace=await directory.workspace(workspace_id))


def _row(home: Json, title: str) -> Json:
    return next(each for each in home["blocks"] if "accessory" in each and title in said(each["text"]))


def _choice(row: Json, name: str) -> str:
    options = row["accessory"]["options"]
    return next(str(each["value"]) for each in options if each["value"].startswith(f"{name}:"))


async def _act(lodge: Lodge, home: Json, title: str, what: str, name: str = "ada") -> None:
    row = _row(home, title)
    await lodge.person(name).click(
        "issue_more", view_id=home["id"], block_id=row["block_id"], value=_choice(row, what)
    )


async def test_the_overview_has_what_is_mine_what_waits_and_what_i_filed(lodge: Lodge) -> None:
    await _file(lodge, "Mine @ada", "Theirs @grace")
    await _file(lodge, "Named", name="grace")
    ada = lodge.person("ada").user.id
    await lodge.ask("grace", f"comment LDG-3 <@{ada}> what do you think?")
    home = await _open(lodge, shows="Named")
    text = body(home)
    order = ("Assigned to me", "Mine", "Waiting for me", "Named", "Filed by me", "Theirs")
    places = [text.index(each) for each in order]
    assert places == sorted(places)


async def test_an_answer_ends_the_waiting(lodge: Lodge) -> None:
    await _file(lodge, "Asked", name="grace")
    ada = lodge.person("ada")
    await lodge.ask("grace", f"comment LDG-1 <@{ada.user.id}> which browser?")
    home = await _open(lodge)
    await ada.choose("home_list", "waiting", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Asked" in body(view) and "Filed by me" not in body(view))
    await lodge.ask("ada", "comment LDG-1 Safari")
    await ada.expect_home(lambda view: "Nobody waits" in said(view))
    # Who filed it is answered now: that is theirs to read.
    await _open(lodge, "grace", shows="Asked")
    grace = lodge.person("grace")
    view = grace.home()
    assert view is not None
    await grace.choose("home_list", "waiting", view_id=view["id"])
    await grace.expect_home(lambda view: "Asked" in body(view) and "Filed by me" not in body(view))
    await lodge.ask("ada", "close LDG-1")
    await grace.expect_home(lambda view: "Nobody waits" in said(view))


async def test_lists_are_chosen_ordered_and_turned(lodge: Lodge) -> None:
    await _file(
        lodge, *(f"Number {number:02} !{'high' if number == 5 else 'low'}" for number in range(1, 21))
    )
    ada = lodge.person("ada")
    home = await _open(lodge)
    assert "Show all" in said(home)
    await ada.choose("home_list", "all", view_id=home["id"])
    home = await ada.expect_home(lambda view: "home_next" in buttons(view))
    assert "Number 05" not in said(home)
    await ada.click("home_next", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Number 05" in said(view) and "Number 20" not in said(view))
    assert "home_next" not in buttons(home)
    await ada.click("home_previous", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Number 20" in said(view))
    await ada.choose("home_sort", "priority", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Number 05" in said(view))
    rows = [each for each in home["blocks"] if "accessory" in each]
    assert "Number 05" in said(rows[0])
    assert home["private_metadata"]


async def test_a_cursor_of_another_list_begins_anew(lodge: Lodge) -> None:
    await _file(lodge, *(f"Number {number:02}" for number in range(1, 21)))
    ada = lodge.person("ada")
    home = await _open(lodge)
    await ada.choose("home_list", "all", view_id=home["id"])
    home = await ada.expect_home(lambda view: "home_next" in buttons(view))
    cursor = buttons(home)["home_next"]["value"]
    owner = await _owner(lodge)
    turned = await draw(lodge.process.services, owner, State(shown="filed", cursor=cursor), seen=False)
    assert turned == await draw(lodge.process.services, owner, State(shown="filed"), seen=False)


async def test_a_filter_narrows_every_list_and_is_kept(lodge: Lodge) -> None:
    await _file(lodge, "Mine +bug @ada !high", "Mine too +ui @ada", "Filed +bug @grace")
    ada = lodge.person("ada")
    home = await _open(lodge)
    await ada.click("home_filter", view_id=home["id"])
    form = await ada.expect_modal()
    wrong = await ada.submit(form["id"], {"query": {"query": "asignee:me"}})
    assert wrong.outcome == "errors"
    assert "assignee:me" in str(wrong.errors)
    await ada.submit(form["id"], {"query": {"query": "label:bug"}})
    home = await ada.expect_home(lambda view: "Only what matches" in said(view))
    assert "Mine too" not in said(home)
    assert "Filed" in said(home)
    home = await _open(lodge, shows="label:bug")
    await ada.click("home_filter", view_id=home["id"])
    form = await ada.expect_modal()
    labels = next(each for each in form["blocks"] if each["block_id"] == "labels")
    assert [each["value"] for each in labels["element"]["initial_options"]] == ["bug"]
    await ada.submit(form["id"], {"status": {"status": ["closed"]}})
    home = await ada.expect_home(lambda view: "status:closed" in said(view))
    assert "Mine" not in said(home)
    await ada.click("home_clear", view_id=home["id"])
    await ada.expect_home(lambda view: "Mine too" in said(view))


async def test_a_row_is_acted_on_and_drawn_anew(lodge: Lodge) -> None:
    await _file(lodge, "Mine @ada", "Theirs @grace")
    ada = lodge.person("ada")
    home = await _open(lodge)
    assert "assign:" not in str(_row(home, "Mine")["accessory"])
    await _act(lodge, home, "Mine", "start")
    # What changed is drawn by itself, too, beside the answer.
    home = await ada.expect_home(
        lambda view: "In progress" in said(_row(view, "Mine")) and "undo_change" in buttons(view)
    )
    await _act(lodge, home, "Theirs", "assign")
    home = await ada.expect_home(lambda view: "is assigned to" in said(view))
    await ada.click("undo_change", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Undone" in said(view))
    await _act(lodge, home, "Mine", "close")
    await ada.expect_home(lambda view: "Completed" in said(view) and "  Mine" not in said(view))


async def test_forms_opened_from_home_answer_there(lodge: Lodge) -> None:
    await _file(lodge, "Mine @ada")
    ada = lodge.person("ada")
    home = await _open(lodge)
    await _act(lodge, home, "Mine", "show")
    sheet = await ada.expect_modal()
    assert "Filed by" in said(sheet)
    await ada.close(sheet["id"])
    await _act(lodge, home, "Mine", "comment")
    form = await ada.expect_modal()
    element = next(each["element"] for each in form["blocks"] if each["type"] == "input")
    block = next(each["block_id"] for each in form["blocks"] if each["type"] == "input")
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Done soon"}]}
    value: Any = {"type": "rich_text", "elements": [section]}
    await ada.submit(form["id"], {block: {element["action_id"]: value}})
    home = await ada.expect_home(lambda view: "Your comment is on LDG-1" in said(view))
    await ada.click("issue_new_titled", view_id=home["id"])
    form = await ada.expect_modal()
    await ada.submit(form["id"], {"title": {"issue_title": "From Home"}})
    await ada.expect_home(lambda view: "From Home" in said(view) and "undo_change" in buttons(view))
    assert not [each for each in lodge.slack.calls_of("chat.postMessage") if "From Home" in str(each)]


async def test_it_changes_by_itself_and_keeps_what_was_chosen(lodge: Lodge) -> None:
    await _file(lodge, "Mine @ada")
    ada = lodge.person("ada")
    home = await _open(lodge)
    await ada.choose("home_list", "assigned", view_id=home["id"])
    await ada.expect_home(lambda view: "Mine" in said(view) and "Waiting for me" not in body(view))
    await lodge.ask("grace", "status LDG-1 in progress")
    home = await ada.expect_home(lambda view: "In progress" in said(view))
    assert "Filed by me" not in body(home)
    await _file(lodge, "Another @ada", name="grace")
    await ada.expect_home(lambda view: "Another" in said(view))


async def test_nobody_is_drawn_a_home_they_never_opened(lodge: Lodge) -> None:
    await _file(lodge, "Of both @grace")
    await _open(lodge, shows="Of both")
    await lodge.ask("linus", "close LDG-1")
    ada = lodge.person("ada")
    await ada.expect_home(lambda view: "closed it" in said(view))
    await lodge.settled()
    assert {call.args["user_id"] for call in lodge.slack.calls_of("views.publish")} == {ada.user.id}


async def test_a_saved_query_is_a_list_and_can_be_pinned(lodge: Lodge) -> None:
    await _file(lodge, "A bug +bug", "Not one")
    owner = await _owner(lodge)
    async with lodge.process.services.database.connection() as conn:
        kept = await saved_queries.save(conn, owner.actor, "Bugs", parse("label:bug"))
    place = str(kept.saved_query_id)
    ada = lodge.person("ada")
    home = await _open(lodge)
    await ada.choose("home_list", place, view_id=home["id"])
    home = await ada.expect_home(lambda view: "★ Bugs" in said(view) and "Not one" not in said(view))
    await ada.click("home_pin", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Take off" in said(view))
    await ada.choose("home_list", "overview", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Waiting for me" in body(view))
    assert "★ Bugs" in body(home)
    async with lodge.process.services.database.connection() as conn:
        await saved_queries.save(conn, owner.actor, "Bugs", parse("-label:bug"))
    await ada.click("home_refresh", view_id=home["id"])
    await ada.expect_home(lambda view: body(view).count("Not one") == 2)
    async with lodge.process.services.database.connection() as conn:
        await saved_queries.remove(conn, owner.actor, "Bugs")
    await ada.click("home_refresh", view_id=home["id"])
    await ada.expect_home(lambda view: "saved query is gone" in said(view))


async def test_a_pinned_query_that_is_gone_can_be_taken_off_the_overview(lodge: Lodge) -> None:
    owner = await _owner(lodge)
    async with lodge.process.services.database.connection() as conn:
        kept = await saved_queries.save(conn, owner.actor, "Bugs", parse("label:bug"))
    ada = lodge.person("ada")
    home = await _open(lodge)
    await ada.choose("home_list", str(kept.saved_query_id), view_id=home["id"])
    home = await ada.expect_home(lambda view: "home_pin" in buttons(view))
    await ada.click("home_pin", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Take off" in said(view))
    async with lodge.process.services.database.connection() as conn:
        await saved_queries.remove(conn, owner.actor, "Bugs")
    await ada.choose("home_list", "overview", view_id=home["id"])
    home = await ada.expect_home(lambda view: "saved query is gone" in said(view))
    assert "Waiting for me" in body(home)
    await ada.click("home_pin", view_id=home["id"])
    home = await ada.expect_home(lambda view: "saved query is gone" not in said(view))
    assert "home_pin" not in buttons(home)


async def test_a_german_reads_german_is_told_who_left_and_what_to_do_next(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await lodge.ask("linus", "new Liegengeblieben @grace")
    user = {"id": grace.id, "team_id": lodge.slack.team_id, "name": "grace", "deleted": True}
    lodge.slack.emit({"type": "user_change", "user": user})
    await lodge.settled()
    home = await _open(lodge, "linus", shows="Von mir gemeldet")
    text = body(home)
    assert "(ausgeschieden)" in said(_row(home, "Liegengeblieben"))
    for shown, way in (("Dir ist nichts zugewiesen", "Alle offenen Issues"), ("Niemand wartet", "erwähnt")):
        assert way in text[text.index(shown) :]
    assert "home_settings" not in buttons(home)
    assert "home_settings" in buttons(await _open(lodge, "ada"))


async def test_a_guest_sees_only_their_own_in_every_list(lodge: Lodge) -> None:
    await _file(lodge, "Secret", "Theirs")
    await lodge.ask("guest", "new Mine")
    home = await _open(lodge, "guest", shows="Mine")
    guest = lodge.person("guest")
    await guest.choose("home_list", "all", view_id=home["id"])
    home = await guest.expect_home(lambda view: "Filed by me" not in body(view) and "Mine" in body(view))
    assert "Secret" not in said(home)
    assert "home_settings" not in buttons(home)


class Counting:
    """The database, and what it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.asked: list[str] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._database.connection() as conn:

            def note(record: asyncpg.connection.LoggedQuery) -> None:
                if "typeinfo" not in record.query and "'jit'" not in record.query:
                    self.asked.append(record.query)

            with conn.query_logger(note):
                yield conn
                await conn.fetchval("SELECT 'typeinfo'")


@pytest.mark.parametrize(
    "state",
    [
        State(),
        State(filter="label:bug assignee:grace safari created:<7d sort:due"),
        State(shown="all"),
        State(shown="all", filter="label:bug -label:ui no:due"),
        State(shown="waiting", sort="created"),
    ],
)
async def test_three_queries_at_most(lodge: Lodge, state: State) -> None:
    await _file(lodge, "Safari +bug +ui @grace", "Mine @ada", "Filed")
    owner = await _owner(lodge)
    async with lodge.process.services.database.connection() as conn:
        kept = await saved_queries.save(conn, owner.actor, "Bugs", parse("label:bug"))
    for each in (state, replace(state, pinned=str(kept.saved_query_id))):
        counting = Counting(lodge.process.services.database)
        services = replace(lodge.process.services, database=cast("Database", counting))
        await draw(services, owner, each, seen=True)
        assert 0 < len(counting.asked) <= 3, counting.asked
