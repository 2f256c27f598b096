"""What a guest alone is shown offers nothing that is then refused to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from bot.playground import Person
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import posted
from tests.scenarios.test_creating import buttons
from tests.scenarios.test_home import body

REFUSED: Final = "You may not do that"
# Done with an issue that is there already, by who may do everything.
_EVERYTHING: Final = {
    "issue_assign_me",
    "issue_start",
    "issue_close",
    "issue_reopen",
    "issue_edit",
    "list_change",
    "close",
    "close_as",
    "reopen",
    "start",
    "assign",
    "unassign",
    "edit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Blocks, and where they stand."""

    blocks: list[Json]
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None


Show = Callable[[Lodge], Awaitable[Seen]]


def answer(text: str) -> Show:
    async def show(lodge: Lodge) -> Seen:
        told = await lodge.ask("guest", text)
        return Seen(blocks=told.get("blocks") or [], channel="general", ts=told["ts"])

    return show


async def home(lodge: Lodge) -> Seen:
    guest = lodge.person("guest")
    await guest.open_home()
    view = await guest.expect_home()
    # It is as it was left, perhaps at another list.
    await guest.choose("home_list", "overview", view_id=view["id"])
    view = await guest.expect_home(lambda view: "Given" in said(view) and "Filed by me" in body(view))
    return Seen(blocks=view["blocks"], view_id=view["id"])


async def named(lodge: Lodge) -> Seen:
    guest = lodge.person("guest")
    ts = await guest.send("general", "see LDG-1")
    known = {each["ts"] for each in guest.ephemerals("general")}
    await guest.message_shortcut("general", ts, "issue_show_named")
    told = await guest.expect_message("general", lambda m: m.get("is_ephemeral") and m["ts"] not in known)
    return Seen(blocks=told["blocks"], channel="general", ts=told["ts"])


VIEWS: Final[dict[str, Show]] = {
    # First: nothing has changed yet since it was opened, and so nothing draws it anew.
    "Home": home,
    "a new issue": answer("new Mine"),
    "an issue": answer("LDG-1"),
    "an issue of theirs in progress": answer("LDG-3"),
    "a closed issue": answer("LDG-2"),
    "a list": answer("list"),
    "a list of all": answer("list is:closed,open"),
    "mine": answer("mine"),
    "a search": answer("search given"),
    "a comment": answer("comment LDG-1 hello"),
    "a history": answer("history LDG-1"),
    "watched": answer("watch LDG-1"),
    "muted": answer("unwatch LDG-1"),
    "saved queries": answer("saved"),
    "schedules": answer("schedules"),
    "a report": answer("report aging"),
    "help": answer("help"),
    "issues named in a message": named,
}


def offers(seen: Seen) -> Iterator[tuple[str, str, str | None]]:
    """The action, the block it stands in, and the value of a choice."""
    for block in seen.blocks:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            for option in element.get("options") or ([{}] if "action_id" in element else []):
                yield element["action_id"], block["block_id"], option.get("value")


def told(guest: Person) -> str:
    """All that anybody sees who looks over the guest's shoulder."""
    messages = [*guest.ephemerals("general"), *guest.messages(guest.dm()), *guest.ephemerals(guest.dm())]
    return said({"all": [*messages, *guest.modals(), guest.home() or {}]})


@pytest.fixture
async def theirs(lodge: Lodge) -> Lodge:
    """Issues that a guest filed or is assigned."""
    for title in ("Own one", "Own two"):
        await lodge.ask("guest", f"new {title}")
    await lodge.ask("ada", f"new Given <@{lodge.person('guest').id}>")
    await lodge.ask("ada", "close LDG-2")
    await lodge.ask("ada", "start LDG-3")
    await lodge.announced()
    await lodge.indexed()
    return lodge


async def test_nothing_is_offered_that_is_refused(theirs: Lodge) -> None:
    guest = theirs.person("guest")
    for name, show in VIEWS.items():
        seen = await show(theirs)
        for place in range(len(list(offers(seen)))):
            # What was pressed before may have changed it, or what it stands in.
            seen = await show(theirs)
            (action, block_id, value) = list(offers(seen))[place]
            await guest.click(
                action,
                channel=seen.channel,
                ts=seen.ts,
                view_id=seen.view_id,
                block_id=block_id,
                value=value,
            )
            await theirs.settled()
            assert REFUSED not in told(guest), (name, action, value)
            assert not guest.notices(), (name, action, value)
            for form in reversed(guest.modals()):
                await guest.close(form["id"])


async def test_a_guest_is_offered_less_than_a_member_and_what_they_may(theirs: Lodge) -> None:
    offered = {name: {_step(*each) for each in offers(await show(theirs))} for name, show in VIEWS.items()}
    assert not {name: steps & _EVERYTHING for name, steps in offered.items() if steps & _EVERYTHING}
    for name in ("an issue", "a list", "a search", "Home", "issues named in a message"):
        assert "comment" in offered[name] or "issue_comment" in offered[name], name
    assert "undo_change" in offered["a new issue"]
    await theirs.ask("ada", "assign LDG-3 me")
    shown = Seen(blocks=(await theirs.ask("ada", "list"))["blocks"])
    assert {"close", "start", "edit", "list_change"} <= {_step(*each) for each in offers(shown)}


def _step(action: str, block_id: str, value: str | None) -> str:
    return value.partition(":")[0] if value is not None and action == "issue_more" else action


@pytest.mark.parametrize("command", ["edit LDG-1", "bulk", "bulk is:open", "import"])
async def test_no_form_is_opened_that_could_not_be_sent(lodge: Lodge, command: str) -> None:
    await lodge.ask("guest", "new Mine")
    assert REFUSED in said(await lodge.ask("guest", command))
    assert lodge.person("guest").modals() == []


async def test_nor_from_a_card_that_all_read(lodge: Lodge) -> None:
    await lodge.ask("guest", "new Mine")
    card = await posted(lodge)
    guest = lodge.person("guest")
    more = buttons(card)["issue_more"]["options"]
    close_as = next(each["value"] for each in more if each["value"].startswith("close_as:"))
    for action, value in (("issue_edit", None), ("issue_more", close_as)):
        known = len(guest.ephemerals("general"))
        await guest.click(action, channel="general", ts=card["ts"], value=value)
        await lodge.settled()
        assert REFUSED in said({"told": guest.ephemerals("general")[known:]}), action
        assert guest.modals() == []
