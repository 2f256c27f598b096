"""The history of an issue: who, what, when, from where; page by page."""

from __future__ import annotations

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_creating import buttons


async def turned(lodge: Lodge, message: Json, action: str) -> Json:
    """The same message, showing another page."""
    ada = lodge.person("ada")
    await ada.click(action, channel="general", ts=message["ts"])
    await lodge.settled()
    before = said(message)
    return await ada.expect_message(
        "general", lambda each: each["ts"] == message["ts"] and said(each) != before
    )


async def test_it_says_what_was_done_by_whom_and_from_where(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug !high due:2030-01-02 @grace")
    await lodge.ask("ada", "new Two")
    await lodge.ask("grace", "comment LDG-1 It is *<!channel>* broken\nreally", "product")
    closed = await lodge.ask("grace", "close LDG-1 duplicate of LDG-2")
    await lodge.person("grace").click("undo_change", channel="general", ts=closed["ts"])
    await lodge.settled()
    await lodge.ask("ada", "bulk priority low LDG-1 LDG-2")
    lines = [
        said(block)
        for block in (await lodge.ask("ada", "history LDG-1"))["blocks"]
        if block["type"] == "context"
    ]
    ada, grace = (f"<@{lodge.person(name).id}>" for name in ("ada", "grace"))
    general, product = (lodge.slack.channel(name).id for name in ("general", "product"))
    assert len(lines) == 5
    for line, parts in zip(
        lines,
        (
            (ada, "Low", "with others at once"),
            (grace, "reopened", "taken back by undo"),
            (grace, "Duplicate", "duplicate of LDG-2", f"<#{general}>"),
            (grace, "commented: “It is", "broken really”", f"<#{product}>"),
            (ada, "filed it", "High", "`bug`", grace, "2030", f"<#{general}>"),
        ),
        strict=True,
    ):
        assert [part for part in parts if part not in line] == [], line
        assert "<!date^" in line
        assert "<!channel>" not in line


async def test_a_long_history_has_pages(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    for number in range(45):
        await lodge.ask("ada", f"label LDG-1 ={number}")
    first = await lodge.ask("ada", "history LDG-1")
    assert "`44`" in said(first)
    assert "history_newest" not in buttons(first)
    second = await turned(lodge, first, "history_older")
    assert "`24`" in said(second)
    assert "`44`" not in said(second)
    third = await turned(lodge, second, "history_older")
    assert "filed it" in said(third)
    assert "history_older" not in buttons(third)
    assert said(await turned(lodge, third, "history_newest")) == said(first)
