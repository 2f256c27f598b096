"""Files as they really are: every encoding, separator and damage is read, or refused with the line to look at."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.importing import reasons
from db.importing.child import Kind
from db.importing.formats import LODGE_HEADER
from db.importing.inspecting import inspect
from db.importing.problems import Flaw, Reason, TableFlaw
from db.importing.tables import Table
from handlers.views.imports import row_wording
from handlers.words import words
from tests.db.importing.tables import as_csv, survey_of

HEADER = ["title", "description", "priority", "status"]


def flaw_of(data: bytes | str) -> TableFlaw:
    with pytest.raises(TableFlaw) as caught:
        survey_of(data)
    return caught.value


@pytest.mark.parametrize("data", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0"])
def test_a_file_with_nothing_in_it_is_empty(data: bytes) -> None:
    assert flaw_of(data).flaw is Flaw.EMPTY


def test_a_header_alone_is_refused_with_its_line() -> None:
    flaw = flaw_of("\n\ntitle,status\n,,,\n\n")
    assert (flaw.flaw, flaw.line) == (Flaw.HEADER_ONLY, 3)


@pytest.mark.parametrize(
    "first", ["Login fails,high,open", "17,Broken,x", "Fix it,,", "ada@example.com,Broken"]
)
def test_a_file_without_a_header_is_told_by_its_first_line(first: str) -> None:
    flaw = flaw_of(f"{first}\nSearch is slow,low,open\n")
    assert (flaw.flaw, flaw.line) == (Flaw.NO_HEADER, 1)
    assert first.split(",")[0] in flaw.details["first"]


def test_an_unknown_header_is_no_reason_to_refuse() -> None:
    assert inspect(b"Betreffzeile,Wichtigkeit der Sache\nKaputt,sehr\n").header[0] == "Betreffzeile"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-32"),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16", "utf-16-le bare", "utf-16-be bare", "utf-16-be", "cp1252", "utf-32"],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_are_recognised(
    encode: Callable[[str], bytes], separator: str, newline: str
) -> None:
    rows = [
        HEADER,
        ["Größe, Länge; “Maß”", "erste\nzweite", "high", "open"],
        ["Für später", "", "low", "closed"],
    ]
    survey, staged = survey_of(encode(as_csv(rows, separator=separator, newline=newline)))
    assert survey.bad == 0
    assert [row["title"] for row in staged] == ["Größe, Länge; “Maß”", "Für später"]
    assert staged[0]["description"] == "erste\nzweite"


def test_other_alphabets_are_guessed() -> None:
    text = as_csv(
        [HEADER, *[["Ошибка при входе в систему", "Не работает кнопка сохранения", "high", "open"]] * 3]
    )
    assert survey_of(text.encode("cp1251"))[1][0]["title"] == "Ошибка при входе в систему"


def test_a_stray_byte_far_down_is_read_as_windows_1252() -> None:
    data = (
        as_csv([HEADER, *[["plain", "x" * 100, "low", "open"]] * 15_000]).encode()
        + b"Gr\xf6\xdfe,,low,open\n"
    )
    assert survey_of(data)[1][-1]["title"] == "Größe"


def test_a_sep_line_names_the_separator_and_counts_as_a_line() -> None:
    survey, staged = survey_of("sep=;\r\ntitle;status\r\nA;open\r\n;open\r\n")
    assert staged[0]["title"] == "A"
    assert survey.problems[0].line == 4


def test_a_mark_that_stands_twice_is_no_part_of_the_first_column() -> None:
    survey, staged = survey_of(2 * codecs.BOM_UTF8 + b"title,status\nBroken,open\n")
    assert (staged[0]["title"], survey.bad) == ("Broken", 0)


@pytest.mark.parametrize(
    "data",
    [
        "title\nSlow, and it hangs\nBroken\n",
        'title\n"Slow, and it hangs"\nBroken\n',
        'title\n"Slow, and it hangs",,\nBroken,\n',
    ],
)
def test_a_single_column_is_not_taken_apart(data: str) -> None:
    survey, staged = survey_of(data)
    assert [row["title"] for row in staged] == ["Slow, and it hangs", "Broken"]
    assert survey.bad == 0


def test_nul_bytes_are_left_out_and_counted() -> None:
    survey, staged = survey_of(b"title,status\nBro\0ken,op\0en\n")
    assert (staged[0]["title"], staged[0]["status"], survey.nuls) == ("Broken", "open", 2)


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", Flaw.HTML),
        (b"\n  <html lang='en'><head></head></html>", Flaw.HTML),
        (b"PK\x03\x04\x14\x00\x06\x00workbook", Flaw.WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old workbook", Flaw.WORKBOOK),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, Flaw.BINARY),
        (bytes(range(256)) * 20, Flaw.BINARY),
    ],
)
def test_other_kinds_of_file_are_refused_by_name(data: bytes, flaw: Flaw) -> None:
    assert flaw_of(data).flaw is flaw


def test_an_unclosed_quote_near_the_end_names_the_line_where_it_opened() -> None:
    data = 'title,description\nA,fine\nB,"two\nlines"\nC,"never closed\nD,x\nE,y\n'
    survey, staged = survey_of(data)
    assert [row["title"] for row in staged] == ["A", "B"]
    assert [(p.line, p.reason, p.details["opened"]) for p in survey.problems] == [
        (5, Reason.UNCLOSED_QUOTE, 5)
    ]
    assert "line 5" in reasons.explain(survey.problems[0], row_wording(words("en")))


def test_an_unclosed_quote_far_from_the_end_ends_the_reading_with_its_line() -> None:
    data = b'title,description\nA,fine\nB,"never closed\n' + b"C,more and more and more of it\n" * 700_000
    flaw = flaw_of(data)
    assert (flaw.flaw, flaw.line) == (Flaw.UNCLOSED_QUOTE, 3)


def test_ragged_rows_fail_by_line_and_spare_empty_cells_do_not() -> None:
    survey, staged = survey_of("title,status\nA,open\nB\nC,open,extra\nD,open,,,\n")
    assert [row["title"] for row in staged] == ["A", "D"]
    assert [(p.line, p.reason) for p in survey.problems] == [(3, Reason.RAGGED), (4, Reason.RAGGED)]


def test_a_ragged_row_over_several_lines_says_so() -> None:
    survey, _ = survey_of('title,status\n"A\nB,open\nC",open,x\n')
    assert survey.problems[0].reason is Reason.RAGGED_LINES
    assert "from line 2 to line 4" in reasons.explain(survey.problems[0], row_wording(words("en")))


def test_rows_of_nothing_but_commas_are_no_rows() -> None:
    survey, _ = survey_of("title,status\nA,open\n" + ",\n" * 500)
    assert (survey.rows, survey.bad) == (1, 0)


def test_a_cell_of_ten_megabytes_fails_its_row_alone() -> None:
    survey, staged = survey_of(as_csv([HEADER, ["A", "x" * 10_000_000, "", ""], ["B", "fine", "", ""]]))
    assert [row["title"] for row in staged] == ["B"]
    assert survey.problems[0].line == 2
    assert survey.problems[0].details["length"] == 10_000_000


def test_a_cell_beyond_all_measure_ends_the_reading_with_its_line() -> None:
    data = b'title,description\nA,x\nB,"' + b"x" * (17 << 20) + b'"\n'
    flaw = flaw_of(data)
    assert (flaw.flaw, flaw.line) == (Flaw.CELL_TOO_LARGE, 3)


def test_a_file_that_is_one_endless_line_is_refused_in_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        served = 0

        def read(self, size: int = -1) -> bytes:
            self.served += size
            return b"title," * (size // 6)

    stream = Endless()
    with pytest.raises(TableFlaw) as caught:
        Table(stream)  # type: ignore[arg-type]  # reads like one
    assert caught.value.flaw is Flaw.LINE_TOO_LONG
    assert stream.served < 64 << 20


def test_two_thousand_columns_are_read() -> None:
    header = ["title", *(f"Custom field ({n})" for n in range(1_999))]
    survey, staged = survey_of(as_csv([header, ["A", *(["x"] * 1_999)]]))
    assert (survey.rows, staged[0]["title"]) == (1, "A")


def test_too_many_columns_are_counted_and_refused() -> None:
    flaw = flaw_of(as_csv([["title"] * 5_001, ["A"] * 5_001]))
    assert (flaw.flaw, flaw.details["columns"]) == (Flaw.TOO_MANY_COLUMNS, 5_001)


def test_duplicate_headers_are_read_by_position() -> None:
    _, staged = survey_of("title,labels,labels,title\nA,bug,ui,other\n")
    survey, _ = survey_of("title,labels,labels,title\nA,bug,ui,other\n")
    assert staged[0]["title"] == "A"
    assert survey.labels == ["bug", "ui"]


def test_reasons_are_handed_back_in_a_column_and_safe_to_open() -> None:
    from tests.db.importing.tables import frames_of

    data = b"title,status\n=cmd(),never heard of\nB,open\n"
    mapping = inspect(data).mapping("UTC")
    import json

    wording = row_wording(words("de"))
    task = json.dumps({"survey": False, "mapping": mapping.to_json(), "wording": wording}).encode()
    failed = b"".join(body for kind, body in frames_of(task, data) if kind is Kind.FAILED).decode()
    header, row = failed.splitlines()
    assert header == "title,status,lodge: why this row failed"
    assert row.startswith("'=cmd(),never heard of,")
    assert "nicht bekannt" in row
    corrected = failed.replace("never heard of", "done")
    survey, staged = survey_of(corrected)
    assert (survey.bad, staged[0]["title"], staged[0]["status"]) == (0, "=cmd()", "closed")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3_000))
def test_no_bytes_whatsoever_make_the_reader_fail_otherwise(data: bytes) -> None:
    try:
        survey, staged = survey_of(data)
    except TableFlaw:
        return
    assert survey.good == len(staged)


_CELLS = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t\"',;"), max_size=30
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=12),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_is_written_is_read_again(
    rows: list[tuple[str, str, str]], separator: str, encoding: str, newline: str
) -> None:
    written = [("title", "description", "notes"), *[(f"t{a}", b, c) for a, b, c in rows]]
    data = as_csv(written, separator=separator, newline=newline).encode(encoding)
    table = Table(io.BytesIO(data), separator=separator)
    assert [tuple(cells) for _, _, cells in table] == written[1:]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='abc",;\n\r\t= 1', max_size=400))
def test_broken_quoting_never_loses_count_of_lines(text: str) -> None:
    data = "title,description,status\n" + text
    try:
        survey, staged = survey_of(data)
    except TableFlaw:
        return
    lines = len(data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(2 <= row["line"] <= lines for row in staged)
    assert all(2 <= problem.line <= lines for problem in survey.problems)


@pytest.mark.parametrize(
    "data",
    [
        ("title,status\nBroken thing,open\n" * 60).encode("cp500"),
        b"title,status\n" + bytes(range(0x80, 0x100)) * 40,
    ],
    ids=["of a mainframe", "of nobody"],
)
def test_an_encoding_that_nobody_knows_is_refused(data: bytes) -> None:
    assert flaw_of(data).flaw is Flaw.ENCODING


def test_nul_characters_of_utf_16_are_left_out_and_counted() -> None:
    survey, staged = survey_of("title,status\nBro\0ken,op\0en\n".encode("utf-16"))
    assert (staged[0]["title"], staged[0]["status"], survey.nuls) == ("Broken", "open", 2)


def test_comments_of_an_export_that_are_damaged_are_text_and_no_reason_to_end() -> None:
    row = ["LDG-1", "A", *[""] * (len(LODGE_HEADER) - 2), '[{"at": "2026-01-01", "body": "Hi']
    _, staged = survey_of(as_csv([[*LODGE_HEADER, "comments"], row]))
    assert '"body": "[{' in staged[0]["comments"]
