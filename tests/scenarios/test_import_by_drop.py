"""A CSV dropped in a channel becomes issues: shown first, imported on request, told of, taken back."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from bot.playground.people import Person
from tests.db.importing.spreadsheets import as_xlsx, zipped
from tests.scenarios.conftest import Json, Lodge, said

ROWS = [
    ("title", "description", "priority", "status"),
    ("Login fails", "on Safari\nand on iOS", "high", "OPEN"),
    ("Export is slow", "", "low", "IN_PROGRESS"),
    ("Typo", "in the footer", "medium", "CLOSED"),
]
START, CHANGE, CANCEL, UNDO = "import_start", "import_change", "import_cancel", "import_undo"


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


class Thread:
    """One file in one channel, and what the bot says under it."""

    def __init__(self, lodge: Lodge, person: Person, channel: str, ts: str) -> None:
        self.lodge, self.person, self.channel, self.ts = lodge, person, channel, ts

    async def shows(self, text: str) -> Json:
        return await self.person.expect_message(
            self.channel, lambda message: text in said(message), thread_ts=self.ts, timeout=60
        )

    async def press(self, message: Json, action: str, *, by: str | None = None) -> None:
        person = self.lodge.person(by) if by else self.person
        await person.click(action, channel=self.channel, ts=message["ts"])


async def drop(
    lodge: Lodge, data: bytes, *, by: str = "ada", name: str = "issues.csv", channel: str = "general"
) -> Thread:
    person = lodge.person(by)
    return Thread(lodge, person, channel, await person.upload(channel, name, data))


async def rows(db_url: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    conn = await asyncpg.connect(db_url)
    try:
        return [tuple(row) for row in await conn.fetch(sql, *arguments)]
    finally:
        await conn.close()


async def issues_there(db_url: str) -> list[tuple[Any, ...]]:
    return await rows(
        db_url,
        "SELECT title, description, status, priority FROM issues WHERE deleted_at IS NULL ORDER BY number",
    )


async def test_a_dropped_csv_is_shown_and_nothing_is_written_before_the_button(
    lodge: Lodge, db_url: str
) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    preview = await thread.shows("3 issues to import")
    assert "Plain table · UTF-8 · separated by commas" in said(preview)
    assert "Login fails" in said(preview)
    assert await issues_there(db_url) == []
    await thread.press(preview, START)
    await thread.shows("3 issues imported")
    assert await issues_there(db_url) == [
        ("Login fails", "on Safari\nand on iOS", "open", 2),
        ("Export is slow", "", "in_progress", 4),
        ("Typo", "in the footer", "closed", 3),
    ]


async def test_one_message_is_all_that_is_said_of_an_import(lodge: Lodge) -> None:
    thread = await drop(lodge, as_csv([ROWS[0], *[(f"Issue {n}", "", "high", "open") for n in range(60)]]))
    await thread.press(await thread.shows("60 issues to import"), START)
    await thread.shows("60 issues imported")
    await lodge.settled()
    assert len(lodge.slack.calls_of("chat.postMessage")) == 1


async def test_undo_removes_them_all(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.press(await thread.shows("3 issues imported"), UNDO)
    await thread.shows("3 issues removed")
    assert await issues_there(db_url) == []


async def test_undo_says_what_was_worked_on(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    await thread.press(await thread.shows("3 issues to import"), START)
    done = await thread.shows("3 issues imported")
    [(number,)] = await rows(db_url, "SELECT number FROM issues WHERE title = 'Typo'")
    await lodge.ask("grace", f"reopen LDG-{number}")
    await thread.press(done, UNDO)
    answer = await lodge.person("ada").expect_message("general", lambda m: "worked on since" in said(m))
    assert f"LDG-{number}" in said(answer)
    assert len(await issues_there(db_url)) == 3


async def test_only_the_sharer_or_an_admin_decides(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS), by="grace")
    preview = await thread.shows("3 issues to import")
    await thread.press(preview, START, by="margaret")
    await lodge.person("margaret").expect_message(
        "general", lambda m: "Only the person who shared" in said(m)
    )
    assert await issues_there(db_url) == []
    await thread.press(preview, START, by="ada")
    await thread.shows("3 issues imported")


async def test_cancel_leaves_nothing(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    await thread.press(await thread.shows("3 issues to import"), CANCEL)
    await thread.shows("Nothing was imported")
    assert await issues_there(db_url) == []


async def test_rows_that_fail_are_named_by_line_and_come_back_as_a_file(lodge: Lodge, db_url: str) -> None:
    data = as_csv([*ROWS, ("No status like it", "", "low", "purple"), ("", "", "", "open")])
    thread = await drop(lodge, data)
    preview = await thread.shows("3 issues to import")
    assert "line 6: The status “purple” is not known" in said(preview)
    assert "line 7: The title is empty" in said(preview)
    await thread.press(preview, START)
    await thread.shows("2 failed")
    back = await thread.shows("These 2 rows were not imported")
    [file] = back["files"]
    content = lodge.slack.state.contents[file["id"]].decode()
    assert file["name"] == "issues-failed-rows.csv"
    assert content.splitlines()[0].endswith("lodge: why this row failed")
    assert "purple" in content
    corrected = content.replace("purple", "done").replace("\n,,,open", "\nNow with a title,,,open")
    again = await drop(lodge, corrected.encode(), name="corrected.csv")
    await again.press(await again.shows("2 issues to import"), START)
    await again.shows("2 issues imported")
    assert len(await issues_there(db_url)) == 5


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


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"title,status\n", "there is a header on line 1 and nothing below it"),
        (b"Login fails,high,open\nSearch is slow,low,open\n", "line 1 looks like data"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "scope files:read"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Save as, CSV UTF-8"),
        (bytes(range(256)) * 20, "not a text file"),
        (("title,status\nBroken thing,open\n" * 60).encode("cp500"), "cannot tell in which encoding"),
    ],
    ids=[
        "empty",
        "header only",
        "no header",
        "html",
        "broken workbook",
        "old workbook",
        "binary",
        "encoding",
    ],
)
async def test_a_file_that_cannot_be_imported_says_why(lodge: Lodge, data: bytes, words: str) -> None:
    thread = await drop(lodge, data)
    await thread.shows(words)


async def test_a_file_that_cannot_be_downloaded_says_why(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="files.info", error="file_deleted", skip=1)
    thread = await drop(lodge, as_csv(ROWS))
    await thread.shows("deleted before I could read it")


async def test_a_workbook_is_read_as_it_is(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_xlsx({"Issues": ROWS, "Notes": [("x",)]}), name="issues.xlsx")
    preview = await thread.shows("3 issues to import")
    assert "Excel workbook, sheet “Issues” (another sheet is left out)" in said(preview)
    await thread.press(preview, START)
    await thread.shows("3 issues imported")
    assert [row[0] for row in await issues_there(db_url)] == ["Login fails", "Export is slow", "Typo"]


@pytest.mark.parametrize("name", ["issues.ods", "issues.numbers", "issues.xls"])
async def test_another_programs_spreadsheet_is_answered_once_with_how_to_save_it(
    lodge: Lodge, name: str
) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" if name.endswith("xls") else zipped("content.xml")
    thread = await drop(lodge, data, name=name)
    await thread.shows("Save as, CSV UTF-8")
    await lodge.settled()
    assert len(lodge.slack.calls_of("chat.postMessage")) == 1


async def test_other_files_are_left_alone(lodge: Lodge) -> None:
    await drop(lodge, b"%PDF-1.7", name="plan.pdf")
    await drop(lodge, b"hello", name="notes.txt")
    await lodge.settled()
    assert lodge.slack.calls_of("chat.postMessage") == []


async def test_a_guest_imports_nothing(lodge: Lodge) -> None:
    await drop(lodge, as_csv(ROWS), by="guest")
    await lodge.settled()
    assert lodge.slack.calls_of("chat.postMessage") == []


async def test_the_form_takes_a_file_and_answers_in_a_direct_message(lodge: Lodge, db_url: str) -> None:
    grace = lodge.person("grace")
    await grace.slash("general", "/issue import")
    form = await grace.expect_modal(lambda view: view["callback_id"] == "import_upload")
    outcome = await grace.submit(form["id"], {"import_file": {"file": [("mine.csv", as_csv(ROWS))]}})
    assert outcome.errors is None
    preview = await grace.expect_message(grace.dm(), lambda m: "3 issues to import" in said(m), timeout=60)
    await grace.click(START, channel=grace.dm(), ts=preview["ts"])
    await grace.expect_message(grace.dm(), lambda m: "3 issues imported" in said(m), timeout=60)
    assert len(await issues_there(db_url)) == 3


async def test_an_export_comes_as_a_direct_message_and_can_be_imported(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.shows("3 issues imported")
    assert "direct message" in said(await lodge.ask("ada", "export status:open"))
    ada = lodge.person("ada")
    message = await ada.expect_message(ada.dm(), lambda m: m.get("files"), timeout=60)
    content = lodge.slack.state.contents[message["files"][0]["id"]]
    assert [row[1] for row in csv.reader(io.StringIO(content.decode()))] == ["title", "Login fails"]
    again = await drop(lodge, content, name="export.csv")
    await again.shows("1 row was imported before")


async def test_two_thousand_columns_fit_in_what_is_shown(lodge: Lodge) -> None:
    header = ("title", *(f"Custom field ({number}) with a rather long name" for number in range(1_999)))
    people = [(f"Issue {n}", *[f"somebody{n}"] * 1_999) for n in range(60)]
    thread = await drop(lodge, as_csv([header, *people]))
    preview = await thread.shows("60 issues to import")
    assert "1,999 columns left out" in said(preview)
    await thread.press(preview, CHANGE)
    await thread.person.expect_modal(lambda view: view["callback_id"] == "import_mapping")


async def test_everything_strange_at_once_fits_in_what_is_shown(lodge: Lodge) -> None:
    header = ("title", "status", "priority", "assignee", "labels", "key")
    strange = [
        (
            "*" * 300 if n % 2 else f"<!channel> & *{n}*",
            f"odd status {n}" * 4,
            f"odd {n}",
            f"person {n}" * 20,
            "x" * 50,
            str(n),
        )
        for n in range(60)
    ]
    fine = [
        (f"<!channel> {n}", "open", "low", f"Person {n} " + "y" * 200, f"{n}" + "z" * 45, f"k{n}")
        for n in range(60)
    ]
    thread = await drop(lodge, as_csv([header, *strange, *fine]), name="<!here> *strange*.csv")
    preview = await thread.shows("60 issues to import")
    assert "<!channel>" not in str(preview["blocks"])
    await thread.press(preview, CHANGE)
    await thread.person.expect_modal(lambda view: "odd status 0" in said(view))


async def test_a_file_of_the_bots_own_is_no_import_and_no_failure(lodge: Lodge) -> None:
    event = {"type": "file_shared", "file_id": "F0OWN", "user_id": "U0LODGEBOT", "channel_id": "C0GENERAL"}
    delivery = lodge.slack.emit(event)
    await lodge.settled()
    assert [answer.status for answer in delivery.answers] == [200]


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


async def test_failed_rows_reach_the_person_when_the_channel_is_closed_meanwhile(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="files.completeUploadExternal", error="channel_not_found")
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.shows("3 issues imported")
    ada = lodge.person("ada")
    back = await ada.expect_message(ada.dm(), lambda m: m.get("files"), timeout=60)
    assert "This row was not imported" in said(back)
    assert back["files"][0]["name"] == "issues-failed-rows.csv"


async def test_failed_rows_come_once_though_slack_took_them_without_saying_so(
    lodge: Lodge, db_url: str
) -> None:
    """No answer to the request that shares the file arrives: the next attempt finds it shared, and asks no more."""
    lost = lodge.slack.faults.add(method="files.completeUploadExternal", drop="after", times=None)
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.shows("This row was not imported")
    async with asyncio.timeout(30):
        while await rows(db_url, "SELECT FROM import_leftovers"):
            await asyncio.sleep(0.05)
    assert lost.hits == 1


async def test_failed_rows_whose_sharing_never_reached_slack_come_all_the_same(
    lodge: Lodge, db_url: str
) -> None:
    never = lodge.slack.faults.add(method="files.completeUploadExternal", drop="before", times=1)
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    async with asyncio.timeout(30):
        while not never.hits:
            await asyncio.sleep(0.05)
    # It is long ago: Slack would show by now that it is shared.
    await rows(db_url, "UPDATE import_leftovers SET offered_at = offered_at - interval '1 hour'")
    await thread.shows("This row was not imported")


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
