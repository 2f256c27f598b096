"""What happens in quick succession is one message, which goes on while nobody has seen it."""

from __future__ import annotations

from tests.scenarios.clocks import Clock
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.notices.telling import happen, one_message, told, waiting


async def test_a_burst_on_one_issue_is_one_message(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    for text in ("status LDG-1 in progress", "comment LDG-1 first words", "comment LDG-1 last words"):
        await lodge.ask("grace", text)
        # All of it before anything is due.
        clock.forward(seconds=0.5)
    await lodge.ask("grace", "close LDG-1")
    await waiting(lodge, "SELECT comments FROM notices WHERE after->>'status' = 'closed'", 2)
    clock.forward(seconds=5)
    message = said(await one_message(lodge, "ada", "LDG-1"))
    assert "Completed" in message
    assert "last words" in message
    assert "the last of 2 new comments" in message
    await lodge.settled()
    assert len(told(lodge, "ada")) == 1


async def test_a_burst_of_a_minute_is_one_message_that_tells_all_of_it(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    (first,) = [m["ts"] for m in lodge.person("ada").messages(lodge.person("ada").dm())]
    await happen(lodge, clock, "close LDG-1")
    await happen(lodge, clock, "comment LDG-1 last words")
    await happen(lodge, clock, "reopen LDG-1", after=5)
    (message,) = lodge.person("ada").messages(lodge.person("ada").dm())
    assert message["ts"] == first
    assert "Open" in said(message)
    assert "last words" in said(message)
    assert "the last of 2 new comments" in said(message)


async def test_what_comes_when_the_burst_is_over_is_a_message_of_its_own(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    await happen(lodge, clock, "comment LDG-1 much later", after=130)
    assert ["first words" in text for text in told(lodge, "ada")] == [True, False]


async def test_whoever_is_asked_for_anew_hears_it_though_there_is_a_burst(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "close LDG-1")
    await happen(lodge, clock, f"comment LDG-1 <@{lodge.person('ada').id}> look")
    await happen(lodge, clock, "comment LDG-1 and again")
    closed, asked = told(lodge, "ada")
    assert "mentioned you" not in closed
    assert "look" in asked
    assert "and one more comment" in asked


async def test_what_was_seen_is_not_changed_any_more(lodge: Lodge, clock: Clock) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    await ada.send(ada.dm(), "LDG-1")
    await lodge.settled()
    await happen(lodge, clock, "comment LDG-1 second words")
    texts = [text for text in told(lodge, "ada") if "words" in text and "commented on" in text]
    assert ["first words" in text for text in texts] == [True, False]


async def test_news_of_another_issue_in_between_begins_a_new_message(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await lodge.ask("ada", "new Boiler")
    for text in ("comment LDG-1 one", "comment LDG-2 two", "comment LDG-1 three"):
        await happen(lodge, clock, text)
    assert ["LDG-1" in text for text in told(lodge, "ada")] == [True, False, True]


async def test_what_follows_on_a_message_that_is_gone_is_told_all_the_same(
    lodge: Lodge, clock: Clock
) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    lodge.slack.faults.add(method="chat.update", error="message_not_found")
    await happen(lodge, clock, "comment LDG-1 second words")
    await happen(lodge, clock, "comment LDG-1 third words")
    assert ["second words" in text for text in told(lodge, "ada")] == [False, True, False]
    assert ["third words" in text for text in told(lodge, "ada")] == [False, False, True]
