"""A workbook is read as the table its first sheet is, in a process that a hostile one can do nothing to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from db.importing import finding, process
from db.importing.problems import Flaw, TableFlaw
from db.importing.workbooks import UNPACKED_MAX
from tests.db.importing.conftest import Desk
from tests.db.importing.spreadsheets import as_xlsx, zipped
from tests.db.importing.tables import source_of

HEADER = ["title", "description", "status", "created", "due date", "number", "done"]


async def csv_of(data: bytes) -> str:
    chunks = [chunk async for chunk in process.unpacked(source_of(data, chunk=1_000))()]
    return b"".join(chunks).decode()


async def flaw_of(data: bytes) -> TableFlaw:
    with pytest.raises(TableFlaw) as caught:
        await csv_of(data)
    return caught.value


async def test_cells_are_written_as_they_would_be_by_hand() -> None:
    # A spreadsheet knows no zones.
    moment = datetime(2024, 3, 4, 5, 6, 7, tzinfo=UTC).replace(tzinfo=None)
    midnight = datetime(2024, 3, 4, tzinfo=UTC).replace(tzinfo=None)
    rows: list[list[Any]] = [
        HEADER,
        ["Größe", "first\nsecond", "open", moment, date(2024, 5, 6), 3.0, True],
        ["=1+1", None, "", midnight, None, 2.5, None],
    ]
    lines = (await csv_of(as_xlsx({"Issues": rows}))).split("\n", 1)[1]
    assert lines == (
        "title,description,status,created,due date,number,done\n"
        'Größe,"first\nsecond",open,2024-03-04 05:06:07,2024-05-06,3,True\n'
        ",,,2024-03-04,,2.5,\n"
    )


async def test_any_other_file_is_left_as_it_is() -> None:
    assert await csv_of(b"title\nA\n") == "title\nA\n"
    assert await csv_of(b"") == ""


async def test_rows_are_counted_as_the_spreadsheet_counts_them(desk: Desk) -> None:
    rows = [[], ["title", "status"], ["A\nB\nC", "open"], [], ["", "open"], ["D", "purple"]]
    found = await finding.survey(desk.database, desk.workspace, source_of(as_xlsx({"S": rows})))
    assert [(p.line, p.reason.value) for p in found.survey.problems] == [
        (5, "no-title"),
        (6, "unknown-status"),
    ]
    assert (found.inspection.header_line, found.survey.good) == (2, 1)


async def test_the_first_sheet_with_something_in_it_that_is_not_hidden_is_read(desk: Desk) -> None:
    sheets = {
        "Secret": [["title"], ["X"]],
        "Blank": [],
        "Here": [["title"], ["A"]],
        "More": [["title"], ["B"]],
    }
    data = as_xlsx(sheets, hidden=["Secret"])
    found = await finding.survey(desk.database, desk.workspace, source_of(data))
    assert (found.inspection.sheet, found.inspection.other_sheets) == ("Here", 2)
    assert [sample.title for sample in found.survey.samples] == ["A"]


async def test_a_workbook_and_its_csv_are_the_same_rows(desk: Desk) -> None:
    rows = [["key", "title", "status"], ["P-1", "A", "open"], ["P-2", "B", "done"]]
    ended = await desk.load(as_xlsx({"Issues": rows}))
    assert (ended.outcome or {})["created"] == 2
    again = await desk.load("\n".join(",".join(row) for row in rows) + "\n")
    assert ((again.outcome or {})["created"], (again.outcome or {})["existing"]) == (0, 2)


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (as_xlsx({"Issues": [HEADER, ["A"]]})[:-400], Flaw.WORKBOOK_BROKEN),
        (b"PK\x03\x04 and nothing else", Flaw.WORKBOOK_BROKEN),
        (zipped("xl/workbook.xml"), Flaw.WORKBOOK_BROKEN),
        (zipped("content.xml", "mimetype"), Flaw.WORKBOOK),
        (zipped("photo.jpg"), Flaw.WORKBOOK),
        (as_xlsx({"Issues": []}), Flaw.EMPTY),
    ],
    ids=["cut off", "no zip", "no xml", "open document", "any zip", "nothing in it"],
)
async def test_what_is_no_workbook_is_refused_in_words(data: bytes, flaw: Flaw) -> None:
    assert (await flaw_of(data)).flaw is flaw


async def test_a_small_zip_of_much_is_refused_unopened() -> None:
    bomb = zipped(
        "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", size=UNPACKED_MAX // 2
    )
    assert len(bomb) < 2_000_000
    assert (await flaw_of(bomb)).flaw is Flaw.WORKBOOK_TOO_LARGE
