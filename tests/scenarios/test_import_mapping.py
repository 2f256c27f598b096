"""What a file leaves open is asked: columns, words, dates, people, letters."""

from __future__ import annotations

from tests.scenarios.conftest import Lodge, said
from tests.scenarios.dropping import (
    CHANGE,
    START,
    as_csv,
    drop,
    issues_there,
    rows,
)


async def test_the_mapping_can_be_changed_and_is_remembered(lodge: Lodge, db_url: str) -> None:
    data = as_csv([("Thema", "Status"), ("Kaputt", "geht so"), ("Heil", "open")])
    thread = await drop(lodge, data)
    preview = await thread.shows("which column holds the title")
    await thread.press(preview, CHANGE)
    form = await thread.person.expect_modal(lambda view: view["callback_id"] == "import_mapping")
    outcome = await thread.person.submit(form["id"], {"map_field:title": {"choice": "0"}})
    assert outcome.errors is None
    preview = await thread.shows("1 issue to import")
    assert "geht so" in said(preview)
    await thread.press(preview, CHANGE)
    form = await thread.person.expect_modal(lambda view: "geht so" in said(view))
    await thread.person.submit(form["id"], {"map_status:0": {"choice": "in_progress"}})
    await thread.press(await thread.shows("2 issues to import"), START)
    await thread.shows("2 issues imported")
    assert [row[::2] for row in await issues_there(db_url)] == [("Kaputt", "in_progress"), ("Heil", "open")]
    again = await drop(lodge, as_csv([("Thema", "Status"), ("Neu", "geht so")]))
    await again.shows("1 issue to import")


async def test_dates_that_can_be_read_both_ways_are_asked_about(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv([("title", "created"), ("A", "03/04/2025")]))
    preview = await thread.shows("can be read both ways")
    assert START not in str(preview["blocks"])
    await thread.press(preview, CHANGE)
    form = await thread.person.expect_modal()
    await thread.person.submit(form["id"], {"map_order": {"choice": "month-first"}})
    preview = await thread.person.expect_message(
        "general", lambda m: START in str(m["blocks"]), thread_ts=thread.ts, timeout=60
    )
    await thread.press(preview, START)
    await thread.shows("1 issue imported")
    assert await rows(db_url, "SELECT created_at::date::text FROM issues") == [("2025-03-04",)]


async def test_a_name_that_fits_two_people_is_asked_about_with_type_ahead(lodge: Lodge, db_url: str) -> None:
    await lodge.ask("ada", "list")
    [(workspace,)] = await rows(db_url, "SELECT workspace_id FROM workspaces")
    await rows(
        db_url,
        "INSERT INTO people (workspace_id, name, email) VALUES ($1, 'Grace Kelly', 'grace@elsewhere.example')"
        " RETURNING name",
        workspace,
    )
    thread = await drop(lodge, as_csv([("title", "assignee"), ("A", "@grace"), ("B", "linus")]))
    preview = await thread.shows("fits several people")
    assert "Grace Okafor" in said(preview)
    assert "Grace Kelly" in said(preview)
    assert "linus → Linus Brandt" in said(preview)
    await thread.press(preview, CHANGE)
    form = await thread.person.expect_modal(lambda view: "Could be: " in said(view))
    block = next(b["block_id"] for b in form["blocks"] if b.get("label", {}).get("text") == "grace is")
    offered = await thread.person.suggest("import_person", "grace k", view_id=form["id"], block_id=block)
    assert [choice["text"]["text"] for choice in offered["options"]] == ["Grace Kelly"]
    await thread.person.submit(form["id"], {block: {"import_person": offered["options"][0]["value"]}})
    preview = await thread.person.expect_message(
        "general", lambda m: START in str(m["blocks"]) and "fits several" not in said(m), thread_ts=thread.ts
    )
    await thread.press(preview, START)
    await thread.shows("2 issues imported")
    assert await rows(
        db_url, "SELECT p.name FROM issues i JOIN people p ON p.person_id = i.assignee_id ORDER BY i.title"
    ) == [("Grace Kelly",), ("Linus Brandt",)]


async def test_another_encoding_can_be_chosen_when_the_letters_are_wrong(lodge: Lodge, db_url: str) -> None:
    data = "title,Ülke\nKapı çok ağır,Türkiye\n".encode("cp1254")
    thread = await drop(lodge, data)
    preview = await thread.shows("The encoding is a guess")
    assert "Windows-1254" not in said(preview)
    await thread.press(preview, CHANGE)
    form = await thread.person.expect_modal(lambda view: view["callback_id"] == "import_mapping")
    outcome = await thread.person.submit(form["id"], {"map_encoding": {"choice": "cp1254"}})
    assert outcome.errors is None
    preview = await thread.shows("Kapı çok ağır")
    assert "Windows-1254" in said(preview)
    assert "is a guess" not in said(preview)
    await thread.press(preview, START)
    await thread.shows("1 issue imported")
    assert [row[0] for row in await issues_there(db_url)] == ["Kapı çok ağır"]
