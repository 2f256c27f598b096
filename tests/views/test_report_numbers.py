"""What a sheet says: each number in its place, in words, charts and tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.ids import IssueId, LabelId, PersonId
from db.reports import numbers
from db.reports.periods import parse_period
from db.states import Priority
from handlers.views.reports import Keys, Sheet, sheet
from handlers.views.reports.spelling import compared, duration, point
from handlers.words import words

TODAY = date(2026, 4, 15)
MARCH = parse_period("2026-03", TODAY)
EN = words("en")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def made(report: numbers.Report) -> Sheet:
    return sheet(report, query="", words=EN, keys=Keys(prefix="LDG"))


def said(shown: Sheet) -> str:
    return "\n".join(shown.lines)


def series(shown: Sheet, chart: int = 0) -> dict[str, list[float]]:
    return {one.name: list(one.values) for one in shown.charts[chart].series}


def rows(shown: Sheet, table: int = 0) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row) for row in shown.tables[table].rows]


def person(number: int, name: str) -> numbers.Who:
    return numbers.Who(person_id=PersonId(UUID(int=number)), name=name, slack_user_id=None)


def week(first: int) -> numbers.Span:
    return numbers.Span(start=date(2026, 3, first), end=date(2026, 3, first) + timedelta(days=7))


def took(closed: int, unit: timedelta) -> numbers.Latency:
    return numbers.Latency(closed=closed, median=2 * unit, p90=5 * unit, mean=3 * unit)


def assignees(nobody: numbers.AssigneeRow) -> numbers.AssigneesReport:
    ada = numbers.AssigneeRow(
        who=person(1, "Ada"),
        open=numbers.OpenIssues(waiting=3, in_progress=1),
        work=numbers.Work(taken=7, closed=5),
        work_before=numbers.Work(taken=11, closed=6),
    )
    return numbers.AssigneesReport(
        period=MARCH,
        rows=(ada,),
        unassigned=nobody,
        others=2,
        open=numbers.OpenIssues(waiting=20, in_progress=10),
        work=numbers.Work(taken=40, closed=50),
        work_before=numbers.Work(taken=20, closed=100),
    )


def test_who_works_on_what() -> None:
    nobody = numbers.AssigneeRow(
        who=None,
        open=numbers.OpenIssues(),
        work=numbers.Work(closed=9),
        work_before=numbers.Work(taken=1, closed=8),
    )
    shown = made(assignees(nobody))
    assert said(shown) == (
        "*30* issues are open, *10* of them in progress.\n"
        "Taken: *40* (before: 20, +100 %). Closed: *50* (before: 100, −50 %).\n"
        "2 more people have numbers, but no row here."
    )
    assert series(shown) == {"Open": [4, 0], "Taken": [7, 0], "Closed": [5, 9]}
    assert shown.charts[0].categories == ("Ada", "nobody")
    assert rows(shown) == [("Ada", "4", "1", "7", "5", "6"), ("nobody", "0", "0", "0", "9", "8")]


def test_nobody_has_a_row_where_there_is_something_of_nobodys() -> None:
    nothing = numbers.AssigneeRow(
        who=None, open=numbers.OpenIssues(), work=numbers.Work(), work_before=numbers.Work()
    )
    assert [row[0] for row in rows(made(assignees(nothing)))] == ["Ada"]
    shown = made(assignees(replace(nothing, open=numbers.OpenIssues(waiting=1))))
    assert [row[0] for row in rows(shown)] == ["Ada", "nobody"]
    assert "*One* open issue is nobody’s." in said(shown)


def test_time_to_resolution() -> None:
    report = numbers.LatencyReport(
        period=MARCH,
        overall=took(8, DAY),
        before=replace(took(4, DAY), median=4 * DAY),
        by_priority=(
            numbers.PriorityLatency(priority=Priority.URGENT, latency=took(3, HOUR)),
            numbers.PriorityLatency(priority=Priority.LOW, latency=took(5, DAY)),
        ),
        by_label=(numbers.LabelLatency(label_id=LabelId(UUID(int=1)), name="bug", latency=took(2, MINUTE)),),
        trend=tuple(
            numbers.TrendPoint(span=week(first), latency=latency)
            for first, latency in ((2, took(6, HOUR)), (9, numbers.Latency()), (16, took(2, 2 * HOUR)))
        ),
    )
    shown = made(report)
    assert said(shown) == (
        "*8* closed. Half of them within *2 d 0 h*, nine in ten within *5 d 0 h*; 3 d 0 h on average.\n"
        "Before: 4 closed, half of them within 4 d 0 h. The median changed by *−50 %*."
    )
    # Each axis has the unit that its longest time asks for; a week in which nothing was closed is left out.
    assert (series(shown), shown.charts[0].y_label) == ({"Median": [2, 4]}, "Hours")
    assert shown.charts[0].categories == ("Mar 2", "Mar 16")
    assert (series(shown, 1), shown.charts[1].y_label) == (
        {"Median": [0.08, 2], "90 % within": [0.21, 5]},
        "Days",
    )
    assert rows(shown)[0] == ("Urgent", "3", "2 h 0 min", "5 h 0 min", "3 h 0 min")
    assert rows(shown, 1) == [("bug", "2", "2 min", "5 min", "3 min")]
    assert [(row[0], row[1]) for row in rows(shown, 2)] == [("Mar 16, 2026", "2"), ("Mar 2, 2026", "6")]
    assert [cell.number for cell in shown.tables[0].rows[0]] == [None, 3, 2, 5, 3]
    # One step alone is no trend.
    assert len(made(replace(report, trend=report.trend[:2])).charts) == 1


@pytest.mark.parametrize(
    ("longest", "unit"), [(3 * DAY, "Days"), (71 * HOUR, "Hours"), (179 * MINUTE, "Minutes")]
)
def test_times_have_the_longest_unit_of_which_there_are_three(longest: timedelta, unit: str) -> None:
    latency = numbers.Latency(closed=1, median=longest, p90=longest, mean=longest)
    by_priority = (numbers.PriorityLatency(priority=Priority.HIGH, latency=latency),)
    report = numbers.LatencyReport(
        period=MARCH,
        overall=latency,
        before=numbers.Latency(),
        by_priority=by_priority,
        by_label=(),
        trend=(),
    )
    assert made(report).charts[0].y_label == unit


def test_created_and_closed() -> None:
    points = ((2, numbers.Traffic(created=4, closed=1)), (9, numbers.Traffic(created=0, closed=7)))
    report = numbers.FlowReport(
        period=MARCH,
        unit="week",
        points=tuple(numbers.FlowPoint(span=week(first), traffic=traffic) for first, traffic in points),
        total=numbers.Traffic(created=15, closed=18),
        before=numbers.Traffic(created=12, closed=6),
        open_now=33,
    )
    shown = made(report)
    assert said(shown) == (
        "Created: *15* (before: 12, +25 %). Closed: *18* (before: 6, +200 %).\n"
        "Net: *−3* (before: +6). Open now: *33*."
    )
    assert series(shown) == {"Created": [4, 0], "Closed": [1, 7]}
    assert (shown.charts[0].categories, shown.charts[0].x_label) == (("Mar 2", "Mar 9"), "Week from")
    assert rows(shown) == [("Mar 9, 2026", "0", "7", "−7"), ("Mar 2, 2026", "4", "1", "+3")]


def issue(number: int, **changed: Any) -> numbers.NamedIssue:
    given: dict[str, Any] = {
        "issue_id": IssueId(UUID(int=number)),
        "number": number,
        "title": f"Issue {number}",
        "priority": Priority.HIGH,
        "assignee": person(1, "Ada"),
        "created_at": datetime(2026, 1, number, tzinfo=UTC),
        "updated_at": datetime(2026, 2, number, tzinfo=UTC),
        "closed_at": None,
        "due_on": date(2026, 3, number),
    }
    return numbers.NamedIssue(**(given | changed))


def test_age_of_open_issues() -> None:
    report = numbers.AgingReport(
        today=TODAY,
        groups=(
            numbers.AgeGroup(from_days=0, to_days=7, count=5),
            numbers.AgeGroup(from_days=7, to_days=30, count=4),
            numbers.AgeGroup(from_days=30, to_days=None, count=3),
        ),
        open_now=12,
        oldest=(issue(3),),
        stalest=(issue(4, assignee=None),),
    )
    shown = made(report)
    assert said(shown) == "*12* issues are open."
    assert (series(shown), shown.charts[0].categories) == ({"Open": [5, 4, 3]}, ("0–6", "7–29", "30+"))
    assert rows(shown) == [("0–6 days", "5"), ("7–29 days", "4"), ("30 days and more", "3")]
    assert [each.text for each in shown.lists] == [
        "*Oldest*\n• *LDG-3*  Issue 3  ·  Ada  ·  open since Jan 3, 2026",
        "*Untouched for longest*\n• *LDG-4*  Issue 4  ·  unassigned  ·  untouched since Feb 4, 2026",
    ]


def test_what_happened() -> None:
    report = numbers.DigestReport(
        period=MARCH,
        total=numbers.Traffic(created=6, closed=4),
        before=numbers.Traffic(created=3, closed=8),
        open_now=21,
        closers=(
            numbers.Closer(who=person(2, "Bob"), closed=3),
            numbers.Closer(who=person(1, "Ada"), closed=1),
        ),
        newest=(issue(5),),
        finished=(issue(6),),
        pressing=(issue(7),),
        overdue=(issue(8),),
    )
    shown = made(report)
    assert said(shown) == (
        "*6* created (before: 3, +100 %), *4* closed (before: 8, −50 %); *21* open now.\n"
        "Most closed by: Bob (3), Ada (1)."
    )
    assert rows(shown) == [
        ("Mar 1, 2026 – Mar 31, 2026", "6", "4", "+2"),
        ("Feb 1, 2026 – Feb 28, 2026", "3", "8", "−5"),
    ]
    assert [each.text.splitlines()[1].split("  ·  ")[-1] for each in shown.lists] == [
        "open since Jan 7, 2026",
        "was due Mar 8, 2026",
        "open since Jan 5, 2026",
        "Ada",
    ]


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (59 * timedelta(seconds=1), "59 s"),
        (90 * timedelta(seconds=1), "1 min"),
        (61 * MINUTE, "1 h 1 min"),
        (DAY + HOUR, "1 d 1 h"),
        (9 * DAY + 23 * HOUR, "9 d 23 h"),
        (10 * DAY + 11 * HOUR, "10 d"),
        (10 * DAY + 12 * HOUR, "11 d"),
        (None, "–"),
    ],
)
def test_durations_have_two_units_at_most(span: timedelta | None, told: str) -> None:
    assert duration(span, EN) == told


def test_what_there_was_none_of_has_no_percentage() -> None:
    assert [compared(now, before, EN) for now, before in ((5, 0), (5, 5), (0, 4))] == [
        "(before: 0)",
        "(before: 5, ±0 %)",
        "(before: 4, −100 %)",
    ]


@pytest.mark.parametrize(
    ("unit", "told"), [("year", "2026"), ("quarter", "2026-Q1"), ("month", "Mar 2026"), ("day", "Mar 31")]
)
def test_points_of_time_are_told_as_exactly_as_they_are_wide(unit: str, told: str) -> None:
    assert point(numbers.Span(start=date(2026, 3, 31), end=date(2026, 4, 1)), unit, EN) == told
