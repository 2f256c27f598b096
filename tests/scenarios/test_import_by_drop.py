"""A CSV dropped in a channel becomes issues: shown first, imported on request, told of, taken back."""

from __future__ import annotations

import asyncio
import csv
import io

from tests.db.importing.spreadsheets import as_xlsx, zipped
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.dropping import (
    CANCEL,
    CHANGE,
    ROWS,
    START,
    UNDO,
    as_csv,
    drop,
    issues_there,
    rows,
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


async def test_links_that_lead_nowhere_are_told_of_before_the_button(lodge: Lodge) -> None:
    parts = [("key", "title", "parent"), ("P-1", "Crane", ""), ("P-2", "Jib", "P-1"), ("P-3", "Hook", "P-9")]
    preview = await (await drop(lodge, as_csv(parts))).shows("3 issues to import")
    assert "1 parent or original is neither in the file nor here: that link is left out. Line 4" in said(
        preview
    )


async def test_one_message_is_all_that_is_said_of_an_import(lodge: Lodge) -> None:
    thread = await drop(lodge, as_csv([ROWS[0], *[(f"Issue {n}", "", "high", "open") for n in range(60)]]))
    await thread.press(await thread.shows("60 issues to import"), START)
    await thread.shows("60 issues imported")
    await lodge.settled()
    assert len(lodge.slack.calls_of("chat.postMessage")) == 1


async def test_the_same_file_dropped_twice_at_once_makes_its_issues_once(lodge: Lodge, db_url: str) -> None:
    threads = await asyncio.gather(drop(lodge, as_csv(ROWS)), drop(lodge, as_csv(ROWS), name="again.csv"))
    previews = [await thread.shows("3 issues to import") for thread in threads]
    await asyncio.gather(
        *(thread.press(preview, START) for thread, preview in zip(threads, previews, strict=True))
    )
    ended = [said(await thread.shows("imported")) for thread in threads]
    assert sorted("3 issues imported" in text for text in ended) == [False, True]
    assert len(await issues_there(db_url)) == 3


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


async def test_a_file_that_cannot_be_imported_says_why(lodge: Lodge) -> None:
    for data, words in (
        (b"", "the file is empty"),
        (b"title,status\n", "there is a header on line 1 and nothing below it"),
        (b"Login fails,high,open\nSearch is slow,low,open\n", "line 1 looks like data"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "scope files:read"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Save as, CSV UTF-8"),
        (bytes(range(256)) * 20, "not a text file"),
        (("title,status\nBroken thing,open\n" * 60).encode("cp500"), "cannot tell in which encoding"),
    ):
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


async def test_another_programs_spreadsheet_is_answered_once_with_how_to_save_it(lodge: Lodge) -> None:
    for answers, name in enumerate(("issues.ods", "issues.numbers", "issues.xls"), start=1):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" if name.endswith("xls") else zipped("content.xml")
        thread = await drop(lodge, data, name=name)
        await thread.shows("Save as, CSV UTF-8")
        await lodge.settled()
        assert len(lodge.slack.calls_of("chat.postMessage")) == answers, name


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
