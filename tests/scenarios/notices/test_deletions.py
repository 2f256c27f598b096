"""That an issue was deleted is told as that it was closed is, while the issue itself is not to be seen any more."""

from __future__ import annotations

from tests.scenarios.clocks import Clock
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.notices.telling import gathered, one_message, prefer, told
from tests.scenarios.test_creating import buttons
from tests.scenarios.test_deleting import deleted


async def test_whoever_it_concerns_is_told_and_not_who_did_it(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Boiler @linus")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "linus", "LDG-1")
    # What comes later is a message of its own.
    clock.forward(seconds=600)
    await deleted(lodge, "ada", "LDG-1")
    await gathered(lodge, 2)
    clock.forward(seconds=5)
    message = await one_message(lodge, "grace", "deleted")
    assert f"<@{lodge.person('ada').id}>: deleted" in said(message)
    assert "Boiler" in said(message)
    assert set(buttons(message)) == {"notify_open"}
    await one_message(lodge, "linus", "gelöscht")
    assert told(lodge, "ada") == []


async def test_it_is_added_to_what_was_told_a_moment_ago(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Boiler")
    await lodge.ask("ada", "close LDG-1")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "Completed")
    await deleted(lodge, "ada", "LDG-1")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "deleted")
    assert len(told(lodge, "grace")) == 1


async def test_deleted_and_brought_back_is_nothing(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Boiler")
    await deleted(lodge, "ada", "LDG-1")
    await gathered(lodge, 1)
    await lodge.ask("ada", "restore LDG-1")
    await lodge.worked_out()
    clock.forward(seconds=5)
    await gathered(lodge, 0)
    await lodge.announced()
    assert told(lodge, "grace") == []


async def test_who_wants_to_hear_of_no_state_hears_nothing_of_it(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Boiler")
    assert not await prefer(lodge, "grace", {"kinds": ["comments"]})
    await deleted(lodge, "ada", "LDG-1")
    await lodge.worked_out()
    await gathered(lodge, 0)


async def test_what_comes_back_by_taking_back_that_its_filing_was_undone_is_told_to_nobody(
    lodge: Lodge, clock: Clock
) -> None:
    await lodge.ask("grace", "new Boiler @linus")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "linus", "LDG-1")
    for _ in range(2):
        await lodge.ask("grace", "undo")
    await lodge.worked_out()
    await gathered(lodge, 0)
