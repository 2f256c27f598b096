"""Dates as people and programs write them: one by one, and what a whole column says of their order."""

from __future__ import annotations

import pytest

from db.importing import reasons
from db.importing.dates import DateOrder, OrderVotes, read_day, read_moment
from db.importing.problems import BadRow, Reason
from handlers.views.imports import row_wording
from handlers.words import words
from tests.db.importing.tables import as_csv, survey_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16/Feb/17 3:29 PM", "2017-02-16T15:29:00"),
        ("27/Sep/26 9:00 AM", "2026-09-27T09:00:00"),
        ("30/Jun/25 12:05 AM", "2025-06-30T00:05:00"),
        ("16/02/2017 15:26", "2017-02-16T15:26:00"),
        ("2016-10-10 11:54:44.723", "2016-10-10 11:54:44.723"),
        ("10/oct./16 11:54 AM", "2016-10-10T11:54:00"),
        ("12 août 2023 14:05", "2023-08-12T14:05:00"),
        ("01.Mär.25", "2025-03-01T00:00:00"),
        ("16.02.2017 15:26", "2017-02-16T15:26:00"),
        ("Jan 5, 2024", "2024-01-05T00:00:00"),
        ("2018-05-14 09:30:00 UTC", "2018-05-14T09:30:00+00:00"),
        ("Mon, 14 May 2018 09:30:00 GMT", "2018-05-14T09:30:00+00:00"),
        ("Mon May 14 2018 11:30:00 GMT+0200 (CEST)", "2018-05-14T11:30:00+02:00"),
    ],
)
def test_dates_of_all_kinds(text: str, expected: str) -> None:
    assert read_moment(text, DateOrder.DAY_FIRST) == expected


@pytest.mark.parametrize(
    "text", ["29/02/2023", "2023-02-29", "29 February 2023", "February 29, 2023", "31.04.2024"]
)
def test_a_day_that_does_not_exist_is_named(text: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_day(text, DateOrder.DAY_FIRST)
    assert caught.value.reason is Reason.NO_SUCH_DAY
    assert caught.value.details["value"] == text


@pytest.mark.parametrize("text", ["soon", "0000-00-01", "99/99/9999", "20250", "1/2", "2025-13-01 25:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadRow):
        read_moment(text, None)


@pytest.mark.parametrize("text", ["2026-03-04T25:00", "4.3.2026 14:61", "2026-03-04 14:05:00 +99:99"])
def test_a_time_that_does_not_exist_is_no_wrong_day(text: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_moment(text, None)
    assert caught.value.reason is Reason.BAD_DATE


@pytest.mark.parametrize("text", ["-", "–", "N/A", "none", "NULL", "0000-00-00", "0000-00-00 00:00:00"])
def test_what_stands_for_no_date_is_none(text: str) -> None:
    assert (read_moment(text, None), read_day(text, None)) == (None, None)
    header = ("title", "status", "created", "closed", "due date")
    survey, [row] = survey_of(as_csv([header, ("Crane", "open", text, text, text)]))
    assert survey.bad == 0
    assert (row["status"], row["created_at"], row["closed_at"], row["due_on"]) == ("open", None, None, None)


def test_the_whole_column_decides_which_number_is_the_day() -> None:
    rows = [["A", "03/04/2025"], ["B", "05/06/2025"], ["C", "25/12/2025"]]
    survey, staged = survey_of(as_csv([["title", "created"], *rows]))
    assert (survey.order, survey.ask_order) == (DateOrder.DAY_FIRST, False)
    assert staged[0]["created_at"] == "2025-04-03T00:00:00"


def test_an_ambiguous_column_is_asked_about() -> None:
    survey, _ = survey_of(as_csv([["title", "created"], ["A", "03/04/2025"], ["B", "05/06/2025"]]))
    assert survey.ask_order
    survey, staged = survey_of(
        as_csv([["title", "created"], ["A", "03/04/2025"]]), order=DateOrder.MONTH_FIRST
    )
    assert not survey.ask_order
    assert staged[0]["created_at"] == "2025-03-04T00:00:00"


def test_two_date_formats_in_one_column_fail_the_fewer_by_line() -> None:
    rows = [["A", "16/02/2017"], ["B", "17/02/2017"], ["C", "02/18/2017"], ["D", "2017-02-19"]]
    survey, staged = survey_of(as_csv([["title", "created"], *rows]))
    assert [r["title"] for r in staged] == ["A", "B", "D"]
    assert [(p.line, p.reason) for p in survey.problems] == [(4, Reason.OTHER_DATE_ORDER)]
    assert "day before month" in reasons.explain(survey.problems[0], row_wording(words("en")))
    assert "Tag vor" in reasons.explain(survey.problems[0], row_wording(words("de-DE")))


def test_a_late_turn_of_the_column_asks_for_another_pass() -> None:
    rows = [["A", "13/02/2017"], *[["B", "02/03/2017"]] * 3_000, *[["C", "02/18/2017"]] * 5]
    survey, _ = survey_of(as_csv([["title", "created"], *rows]))
    assert (survey.again, survey.order) == (True, DateOrder.MONTH_FIRST)


def test_votes_ignore_dates_that_speak_for_themselves() -> None:
    votes = OrderVotes()
    for text in ("16.02.2017", "2017/02/16", "16/Feb/17", "4/4/2024"):
        votes.count(text)
    assert (votes.order, votes.must_ask) == (None, False)
