"""Reports as blocks, text and CSV: within Slack's limits whatever the numbers, and in both languages."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blocks.check import characters, check_message
from bot.playground.content import MAX_BLOCK_CHARACTERS
from db.ids import IssueId, LabelId, PersonId
from db.reports.making import AGES, MOST_POINTS, split
from db.reports.numbers import (
    AgeGroup,
    AgingReport,
    AssigneeRow,
    AssigneesReport,
    Closer,
    DigestReport,
    FlowPoint,
    FlowReport,
    LabelLatency,
    Latency,
    LatencyReport,
    NamedIssue,
    OpenIssues,
    PriorityLatency,
    Report,
    Traffic,
    TrendPoint,
    Who,
    Work,
)
from db.reports.periods import Period, parse_period
from db.states import Priority
from handlers.views.reports import Keys, Look, Request, form, message, numbers, request_of, sheet, text
from handlers.views.reports.layout import CHART_LABEL
from handlers.words import words

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NASTY = ["<!channel> *x* `y`", "=cmd|' /C calc'!A0", "A" * 255, "ß & <@U1>", "名前", "-1"]


def who(number: int, name: str) -> Who:
    slack_id = f"U0{number:08}" if number % 2 else None
    return Who(person_id=PersonId(UUID(int=number)), name=name, slack_user_id=slack_id)


def issue(number: int, title: str) -> NamedIssue:
    return NamedIssue(
        issue_id=IssueId(UUID(int=number)),
        number=number,
        title=title,
        priority=Priority.HIGH,
        assignee=who(number, title[:50]),
        created_at=NOW,
        updated_at=NOW,
        closed_at=None,
        due_on=TODAY,
    )


def latency(count: int) -> Latency:
    span = timedelta(minutes=7 * count)
    return Latency(closed=count, mean=span, median=span, p90=span * 3) if count else Latency()


def reports(period: Period, counts: list[int], names: list[str]) -> list[Report]:
    rows = tuple(
        AssigneeRow(
            who=who(place + 1, name),
            open=OpenIssues(waiting=counts[place % len(counts)], in_progress=place),
            work=Work(taken=place, closed=counts[-1]),
            work_before=Work(closed=place),
        )
        for place, name in enumerate(names)
    )
    nobody = AssigneeRow(who=None, open=OpenIssues(waiting=1), work=Work(), work_before=Work())
    unit, spans = split(period, most=MOST_POINTS)
    trend = split(period, most=12)[1]
    traffic = [Traffic(created=c, closed=counts[0]) for c in counts]
    named = tuple(issue(n + 1, name) for n, name in enumerate(names[:5]))
    labelled = tuple(
        LabelLatency(label_id=LabelId(UUID(int=n + 9)), name=name[:50], latency=latency(n + 1))
        for n, name in enumerate(names[:10])
    )
    return [
        AssigneesReport(
            period=period,
            rows=rows,
            unassigned=nobody,
            others=3,
            open=OpenIssues(waiting=sum(counts)),
            work=Work(taken=2, closed=1),
            work_before=Work(taken=1),
        ),
        LatencyReport(
            period=period,
            overall=latency(counts[0]),
            before=latency(counts[-1]),
            by_priority=tuple(PriorityLatency(priority=p, latency=latency(3)) for p in Priority),
            by_label=labelled,
            trend=tuple(
                TrendPoint(span=s, latency=latency(counts[n % len(counts)])) for n, s in enumerate(trend)
            ),
        ),
        FlowReport(
            period=period,
            unit=unit.value,
            points=tuple(FlowPoint(span=s, traffic=traffic[n % len(traffic)]) for n, s in enumerate(spans)),
            total=traffic[0],
            before=traffic[-1],
            open_now=sum(counts),
        ),
        AgingReport(
            today=TODAY,
            groups=tuple(
                AgeGroup(from_days=first, to_days=end, count=counts[0])
                for first, end in zip(AGES, (*AGES[1:], None), strict=True)
            ),
            open_now=counts[0],
            oldest=named,
            stalest=named,
        ),
        DigestReport(
            period=period,
            total=traffic[0],
            before=traffic[-1],
            open_now=9,
            closers=tuple(Closer(who=who(n + 1, name), closed=2) for n, name in enumerate(names[:3])),
            newest=named,
            finished=named,
            pressing=named,
            overdue=named,
        ),
    ]


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 10**7), min_size=1, max_size=30),
    names=st.lists(st.sampled_from(NASTY) | st.text(min_size=1, max_size=255), min_size=1, max_size=10),
    period=st.sampled_from(["today", "7d", "this month", "90d", "2026", "5y", "2020-01..2026-11"]),
    locale=st.sampled_from(["en", "de"]),
    look=st.sampled_from(list(Look)),
)
def test_every_report_is_taken_by_slack(
    counts: list[int], names: list[str], period: str, locale: str, look: Look
) -> None:
    speech = words(locale)
    read = parse_period(period, TODAY)
    for report in reports(read, counts, names):
        made = sheet(report, query='label:bug "exact words"', words=speech, keys=Keys(prefix="LDG"))
        request = Request(report=made.name, period=read.text, query="label:bug")
        said, blocks = message(made, request, speech, look, pictures=("F1", "F2"))
        assert check_message(blocks) == []
        assert characters(blocks) <= MAX_BLOCK_CHARACTERS
        assert 0 < len(said) <= 4000
        assert said.count("```") % 2 == 0
        assert "<!channel>" not in said


def only(kind: type[Report], names: list[str], counts: list[int] | None = None, locale: str = "en") -> Any:
    period = parse_period("7d", TODAY)
    found = next(r for r in reports(period, counts or [3, 1], names) if isinstance(r, kind))
    return sheet(found, query="", words=words(locale), keys=Keys(prefix="LDG"))


def csv_of(made: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(numbers(made).decode("utf-8-sig"))))


def test_the_longest_titles_still_fit_into_one_message() -> None:
    for title in ("&" * 255, "a *b* " * 42):
        made = only(DigestReport, [title] * 5)
        blocks = message(made, Request(report="digest", period="7d"), words("en"), Look.NATIVE)[1]
        assert check_message(blocks) == []
        assert characters(blocks) <= MAX_BLOCK_CHARACTERS


def test_issues_in_a_report_are_links_and_can_be_shown() -> None:
    period = parse_period("7d", TODAY)
    found = next(r for r in reports(period, [3, 1], ["<Ada> & Co"]) if isinstance(r, DigestReport))
    made = sheet(found, query="", words=words("en"), keys=Keys(prefix="LDG", base="https://lodge.example"))
    issue = found.pressing[0]
    link = f"*<https://lodge.example/issues/{issue.issue_id}|LDG-{issue.number}>*"
    request = Request(report="digest", period="7d")
    for look in Look:
        said, blocks = message(made, request, words("en"), look)
        assert check_message(blocks) == []
        assert link in said
        (menu,) = (b["elements"][0] for b in blocks if b["type"] == "actions" and len(b["elements"]) == 1)
        assert menu["action_id"] == "issue_more"
        assert [each["value"] for each in menu["options"]] == [f"show:{issue.issue_id}"]
        assert any(link in block["text"]["text"] for block in blocks if block["type"] == "section")


def test_a_report_of_nothing_has_no_chart_or_table_and_its_csv_the_headings() -> None:
    period = parse_period("7d", TODAY)
    for report, headings in (
        (
            AssigneesReport(
                period=period,
                rows=(),
                unassigned=AssigneeRow(who=None, open=OpenIssues(), work=Work(), work_before=Work()),
                others=0,
                open=OpenIssues(),
                work=Work(),
                work_before=Work(),
            ),
            [6],
        ),
        (
            LatencyReport(
                period=period, overall=Latency(), before=Latency(), by_priority=(), by_label=(), trend=()
            ),
            [5, 0, 5, 0, 5],
        ),
        (
            AgingReport(
                today=TODAY,
                groups=(AgeGroup(from_days=0, to_days=None, count=0),),
                open_now=0,
                oldest=(),
                stalest=(),
            ),
            [2],
        ),
    ):
        made = sheet(report, query="", words=words("en"), keys=Keys(prefix="LDG"))
        for look in Look:
            said, blocks = message(made, Request(report=made.name, period="7d"), words("en"), look)
            assert check_message(blocks) == []
            kinds = {block["type"] for block in blocks}
            assert kinds == {"header", "context", "section", "divider", "actions"}
            assert "```" not in said
        assert [len(row) for row in csv_of(made)] == headings


def test_people_with_the_same_name_stay_apart_in_a_chart() -> None:
    long = "Augusta Ada King, Countess of Lovelace"
    for names in (["Ada", "Ada", "Ada (2)"], ["Ada (2)", "Ada", "Ada"], [long] * 11):
        (chart,) = only(AssigneesReport, names).charts
        assert len(set(chart.categories)) == len(chart.categories)
        assert max(map(len, chart.categories)) <= CHART_LABEL


def test_a_table_mentions_people_in_slack_and_names_the_others() -> None:
    made = only(AssigneesReport, ["Ada", "Bob"])
    rows = message(made, Request(report="assignees", period="7d"), words("en"), Look.NATIVE)[1]
    table = next(block for block in rows if block["type"] == "data_table")
    assert [row[0]["type"] for row in table["rows"][1:]] == ["rich_text", "raw_text", "raw_text"]


def test_csv_has_numbers_and_no_formulas() -> None:
    rows = csv_of(only(AssigneesReport, [*NASTY, "＝1+1"]))
    assert rows[0] == ["person", "open", "in_progress", "taken", "closed", "closed_before"]
    assert [row[0] for row in rows[1:3]] == [NASTY[0], "'" + NASTY[1]]
    assert rows[7][0] == "'＝1+1"
    assert rows[1][1:] == ["3", "0", "0", "1", "0"]


@pytest.mark.parametrize("locale", ["en", "de"])
def test_csv_is_the_same_in_every_language_and_says_what_times_are_in(locale: str) -> None:
    flow = csv_of(only(FlowReport, ["a"], [1234567, 1], locale))
    assert flow[:2] == [["from", "created", "closed", "net"], ["2026-11-22", "1234567", "1234567", "0"]]
    latencies = csv_of(only(LatencyReport, ["bug"], [3000, 1], locale))
    times = ["closed", "median_hours", "p90_hours", "mean_hours"]
    assert [row for row in latencies if times[0] in row] == [
        [key, *times] for key in ("priority", "label", "from")
    ]
    assert [row[0] for row in latencies[1:6]] == ["urgent", "high", "medium", "low", "none"]
    assert latencies[-7:][0] == ["2026-11-22", "3000", "350", "1050", "350"]
    digest = csv_of(only(DigestReport, ["a"], [3, 1], locale))
    aging = csv_of(only(AgingReport, ["a"], [3, 1], locale))
    assert [row[0] for row in aging] == ["age", "0–6", "7–29", "30–89", "90–364", "365+"]
    assert csv_of(only(AssigneesReport, ["a"], [3, 1], locale))[-1][0] == ""
    assert [row[0] for row in digest] == ["period", "2026-11-16..2026-11-22", "2026-11-09..2026-11-15"]


@pytest.mark.parametrize(
    ("locale", "many", "less", "hours"),
    [("en", "1,234,567", "−1,234,566", "5.83"), ("de", "1.234.567", "−1.234.566", "5,83")],
)
def test_numbers_are_written_as_the_reader_writes_them(locale: str, many: str, less: str, hours: str) -> None:
    speech, request = words(locale), Request(report="flow", period="7d")
    counts = [1234567, 1]
    flow = only(FlowReport, ["a"], counts, locale)
    for look in Look:
        said, blocks = message(flow, request, speech, look, pictures=("F1",))
        shown = json.dumps([said, blocks], ensure_ascii=False)
        assert many in shown
        assert less in shown
        cells = [cell for block in blocks for row in block.get("rows", ()) for cell in row]
        assert {many, less} <= {cell.get("text") for cell in cells}
        assert "1234567" not in said
    (alternative,) = (block["alt_text"] for block in blocks if block["type"] == "image")
    assert many in alternative
    latencies = only(LatencyReport, ["bug"], [50], locale)
    pictured = message(latencies, request, speech, Look.PLAIN, pictures=("F1", "F2"))[1]
    assert any(hours in block["alt_text"] for block in pictured if block["type"] == "image")


def test_the_trend_is_told_where_no_chart_shows_it() -> None:
    made = only(LatencyReport, ["bug"], [30, 10])
    request = Request(report="latency", period="7d")
    for look, shown in ((Look.NATIVE, False), (Look.PLAIN, True)):
        said, blocks = message(made, request, words("en"), look)
        assert "Nov 20, 2026" in said
        tables = [block for block in blocks if block["type"] in ("data_table", "table", "section")]
        # Where Slack draws the chart, it has the numbers.
        assert ("Nov 20, 2026" in json.dumps(tables)) is shown


def test_every_row_is_in_the_text() -> None:
    names = [f"Somebody {number}" for number in range(10)]
    said = text(only(AssigneesReport, names))
    assert all(name in said for name in (*names, "nobody"))


def test_the_text_alone_says_it_all() -> None:
    said = text(only(LatencyReport, ["bug"]))
    assert "*3* closed. Half of them within *21 min*" in said
    assert "bug" in said


def test_what_went_at_once_before_has_no_percentage_to_change_by() -> None:
    period = parse_period("7d", TODAY)
    found = next(r for r in reports(period, [3, 1], ["bug"]) if isinstance(r, LatencyReport))
    at_once = Latency(closed=2, mean=timedelta(0), median=timedelta(0), p90=timedelta(0))
    made = sheet(replace(found, before=at_once), query="", words=words("en"), keys=Keys(prefix="LDG"))
    said = text(made)
    assert "Before: 2 closed, half of them at once." in said
    assert "changed" not in said


@pytest.mark.parametrize("query", ["", "label:bug", "x" * 100, 'label:"ä ö" -assignee:me'])
def test_the_period_menu_knows_what_it_belongs_to(query: str) -> None:
    request = Request(report="flow", period="7d", query=query)
    block = message(only(FlowReport, ["a"]), request, words("en"), Look.NATIVE)[1][-1]
    assert request_of(block["block_id"]) == request
    assert block["elements"][0]["initial_option"]["value"] == "7d"


def test_no_button_leads_to_another_report_than_the_one_it_stands_under() -> None:
    """One without the query, say, which is too long for a button."""
    request = Request(report="flow", period="7d", query='"' * 995)
    blocks = message(only(FlowReport, ["a"]), request, words("en"), Look.NATIVE)[1]
    assert check_message(blocks) == []
    assert [block for block in blocks if block["type"] == "actions"] == []


def test_the_form_has_the_whole_query() -> None:
    query = " ".join(f"label:number-{number}" for number in range(100))
    field = form.form(Request(report="flow", period="7d", query=query), words("en"), {})["blocks"][0][
        "element"
    ]
    assert field["initial_value"] == query
    assert field["max_length"] >= len(query)


def test_a_query_too_long_for_the_menu_still_has_its_buttons() -> None:
    request = Request(report="flow", period="7d", query="x" * 500)
    block = message(only(FlowReport, ["a"]), request, words("en"), Look.NATIVE, schedulable=True)[1][-1]
    assert [element["type"] for element in block["elements"]] == ["button"] * 5
    assert Request.read(block["elements"][0]["value"]) == request
    # A schedule takes no query that is longer.
    longer = replace(request, query="x" * 501)
    block = message(only(FlowReport, ["a"]), longer, words("en"), Look.NATIVE, schedulable=True)[1][-1]
    assert len(block["elements"]) == 4
