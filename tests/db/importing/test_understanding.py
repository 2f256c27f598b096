"""Every tracker's export is recognised by its header and becomes what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import limits
from db.importing import reasons
from db.importing.cells import guard, join_labels, name_and_email, split_labels, unguard
from db.importing.columns import Field
from db.importing.formats import Format, header_id, recognise
from db.importing.problems import Reason
from handlers.views.imports import row_wording
from handlers.words import words
from tests.db.importing.tables import as_csv, survey_of

JIRA = (
    "Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Resolution,Assignee,Reporter,Creator,Created,"
    "Updated,Resolved,Due Date,Labels,Labels,Description,Outward issue link (Duplicate),Parent,Comment,Comment"
)
LINEAR = (
    "ID,Team,Title,Description,Status,Estimate,Priority,Project ID,Project,Creator,Assignee,Labels,Cycle Number,"
    "Cycle Name,Cycle Start,Cycle End,Created,Updated,Started,Triaged,Completed,Canceled,Archived,Due Date,"
    "Parent issue,Initiatives,Project Milestone ID,Project Milestone,SLA Status,UUID,Time in status (minutes),"
    "Related to,Blocked by,Duplicate of"
)
GITLAB = (
    "Issue ID,URL,Title,State,Description,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,"
    "Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent"
)
NEWER_GITLAB = (
    "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Type,Confidential,Locked,"
    "Start Date,Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Parent IID"
)
BOARD = "Title\tURL\tAssignees\tStatus\tLabels\tLinked pull requests\tMilestone\tRepository"
GH = "number,title,body,state,labels,assignees,createdAt,closedAt,author,url"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (JIRA, Format.JIRA),
        ("Résumé,Clé de ticket,État,Priorité,Responsable,Étiquettes,Commentaire", Format.JIRA),
        ("Zusammenfassung,Vorgangsschlüssel,Status,Priorität,Zugewiesene Person,Erstellt", Format.JIRA),
        (LINEAR, Format.LINEAR),
        (LINEAR.replace(",Initiatives", ",Roadmaps"), Format.LINEAR),
        (GITLAB, Format.GITLAB),
        (NEWER_GITLAB, Format.GITLAB),
        (BOARD.replace("\t", ","), Format.GITHUB),
        (GH, Format.GITHUB),
        ("title,description,priority,status", Format.PLAIN),
        ("Betreff,Beschreibung", Format.PLAIN),
    ],
)
def test_formats_are_told_by_their_headers(header: str, expected: Format) -> None:
    assert recognise(header.split(",")).format is expected


def row(header: str, **cells: str) -> list[str]:
    """A row of that header; columns of a repeated name are given as name_0, name_1."""
    names, found = header.split(","), []
    seen: dict[str, int] = {}
    for name in names:
        number = seen[name] = seen.get(name, -1) + 1
        key = name.replace(" ", "_").replace("(", "").replace(")", "")
        found.append(cells.get(f"{key}_{number}", cells.get(key, "") if number == 0 else ""))
    return found


def test_a_jira_issue_comes_with_everything_that_matters() -> None:
    cells = row(
        JIRA,
        Summary="Login fails",
        Issue_key="PROJ-7",
        Status="Done",
        Priority="Highest",
        Resolution="Won't Do",
        Assignee="ada",
        Reporter="grace",
        Created="16/Feb/17 3:29 PM",
        Resolved="17/Feb/17 9:00 AM",
        Labels_0="bug",
        Labels_1="ui",
        Description="first\r\nsecond",
        Outward_issue_link_Duplicate="PROJ-3",
        Comment_0="16/Feb/17 3:29 PM;ada;Provide; more\ndetails",
        Comment_1="17/Feb/17 8:00 AM;;Without an author",
    )
    survey, staged = survey_of(as_csv([JIRA.split(","), cells]))
    assert survey.bad == 0
    issue = staged[0]
    assert (issue["external_ref"], issue["title"], issue["description"]) == (
        "PROJ-7",
        "Login fails",
        "first\nsecond",
    )
    assert (issue["status"], issue["close_reason"], issue["priority"]) == ("closed", "not_planned", 1)
    assert (issue["created_at"], issue["closed_at"]) == ("2017-02-16T15:29:00", "2017-02-17T09:00:00")
    assert survey.people == ["ada", "grace"]
    assert survey.labels == ["bug", "ui"]
    assert '"body": "Provide; more\\ndetails"' in issue["comments"]
    assert '"author": null, "at": "2017-02-17T08:00:00"' in issue["comments"]
    assert issue["duplicate_key"] is not None


def test_a_french_jira_issue_is_understood() -> None:
    header = [
        "Résumé",
        "Clé de ticket",
        "État",
        "Priorité",
        "Responsable",
        "Étiquettes",
        "Création",
        "Commentaire",
    ]
    cells = [
        "Échec",
        "PROJ-1",
        "Terminé(e)",
        "La plus élevée",
        "ada",
        "bogue",
        "10/oct./16 11:54 AM",
        "10/oct./16 11:54 AM;ada;Oui",
    ]
    survey, staged = survey_of(as_csv([header, cells, [*cells[:2], "En cours", *cells[3:]]]))
    assert survey.bad == 0
    assert [(r["status"], r["priority"]) for r in staged] == [("closed", 1), ("in_progress", 1)]
    assert '"at": "2016-10-10T11:54:00", "body": "Oui"' in staged[0]["comments"]


def test_jira_says_done_by_category_or_resolution_when_the_status_is_its_own() -> None:
    header = "Summary,Issue key,Status,Status Category,Resolved"
    rows = [
        ["A", "P-1", "Ready for launch", "To Do", ""],
        ["B", "P-2", "Celebrating", "Done", ""],
        ["C", "P-3", "Weird", "", "2024-01-02"],
        ["D", "P-4", "Weird", "", ""],
    ]
    survey, staged = survey_of(as_csv([header.split(","), *rows]))
    assert [r["status"] for r in staged] == ["open", "closed", "closed"]
    assert survey.unknown_statuses == {"Weird": 1}


def test_linear_dates_links_and_priorities() -> None:
    cells = row(
        LINEAR,
        ID="ENG-7",
        Team="Engineering",
        Title="Crash",
        Status="Canceled",
        Priority="No priority",
        Creator="ada@example.com",
        Labels="Bug, Mobile",
        Created="Wed Jan 22 2025 10:11:12 GMT+0000 (Coordinated Universal Time)",
        Canceled="2025-02-01T00:00:00.000Z",
        Parent_issue="ENG-1",
        Due_Date="2025-03-01",
    )
    survey, staged = survey_of(as_csv([LINEAR.split(","), cells]))
    issue = staged[0]
    assert (issue["status"], issue["close_reason"], issue["priority"]) == ("closed", "not_planned", 5)
    assert (issue["created_at"], issue["closed_at"]) == (
        "2025-01-22T10:11:12+00:00",
        "2025-02-01T00:00:00.000Z",
    )
    assert (survey.labels, issue["due_on"], issue["parent_key"] is not None) == (
        ["Bug", "Mobile"],
        "2025-03-01",
        True,
    )


def test_gitlab_and_github_references_name_the_project() -> None:
    gitlab = row(
        GITLAB, Issue_ID="12", URL="https://gitlab.com/group/sub/app/-/issues/12", Title="A", State="Closed"
    )
    github = row(
        GH,
        number="7",
        title="B",
        state="OPEN",
        url="https://github.com/o/r/issues/7",
        labels='[{"name":"bug"}]',
        author='{"login":"ada"}',
    )
    assert survey_of(as_csv([GITLAB.split(","), gitlab]))[1][0]["external_ref"] == "group/sub/app#12"
    survey, staged = survey_of(as_csv([GH.split(","), github]))
    assert (staged[0]["external_ref"], survey.labels, survey.people) == ("o/r#7", ["bug"], ["ada"])


def test_the_board_is_tab_separated() -> None:
    line = ["A", "https://github.com/o/r/issues/7", "ada, grace", "In Progress", "bug, ui", "", "", "o/r"]
    survey, staged = survey_of(as_csv([BOARD.split("\t"), line], separator="\t"))
    assert (staged[0]["status"], survey.people, survey.labels) == ("in_progress", ["ada"], ["bug", "ui"])


@pytest.mark.parametrize(
    ("cells", "reason", "named"),
    [
        ({"title": "x" * 300}, Reason.TITLE_TOO_LONG, "300"),
        ({"title": " \u00a0 ", "status": "open"}, Reason.NO_TITLE, "empty"),
        ({"status": "Frobnicated"}, Reason.UNKNOWN_STATUS, "Frobnicated"),
        ({"priority": "purple"}, Reason.UNKNOWN_PRIORITY, "purple"),
        ({"labels": "x" * 80}, Reason.LABEL_TOO_LONG, "80"),
        ({"labels": ",".join(f"l{n}" for n in range(101))}, Reason.TOO_MANY_LABELS, "101"),
        ({"created": "29/02/2023"}, Reason.NO_SUCH_DAY, "29/02/2023"),
        ({"due": "whenever"}, Reason.BAD_DATE, "whenever"),
        ({"description": "x" * 40_001}, Reason.TEXT_TOO_LONG, "40001"),
        ({"comment": "y" * 40_001}, Reason.COMMENT_TOO_LONG, "40001"),
        ({"key": "K" * 256}, Reason.REFERENCE_TOO_LONG, "256"),
        ({"assignee": "n" * 256}, Reason.PERSON_TOO_LONG, "256"),
    ],
)
def test_a_row_that_cannot_come_along_says_why_on_its_line(
    cells: dict[str, str], reason: Reason, named: str
) -> None:
    header = [
        "title",
        "description",
        "status",
        "priority",
        "labels",
        "created",
        "due",
        "comment",
        "key",
        "assignee",
    ]
    good = {"title": "Fine"}
    rows = [[{**good}.get(h, "") for h in header], [{**good, **cells}.get(h, "") for h in header]]
    survey, staged = survey_of(as_csv([header, *rows]))
    assert len(staged) == 1
    assert [(p.line, p.reason) for p in survey.problems] == [(3, reason)]
    for locale in ("en", "de"):
        assert "{" not in reasons.explain(survey.problems[0], row_wording(words(locale)))
    assert named in reasons.explain(survey.problems[0], row_wording(words("en")))


def test_all_unknown_words_are_found_in_one_pass() -> None:
    survey, _ = survey_of(
        as_csv([["title", "status", "priority"], ["A", "odd", "strange"], ["B", "odd", "low"]])
    )
    assert (survey.unknown_statuses, survey.unknown_priorities) == ({"odd": 2}, {"strange": 1})


def test_a_failing_row_brings_neither_people_nor_labels() -> None:
    survey, staged = survey_of(
        as_csv(
            [
                ["title", "assignee", "labels", "comment"],
                ["A", "ada", "bug", ""],
                ["B", "eve", "evil", "y" * 40_001],
                ["C", "grace", "ui", ""],
            ]
        )
    )
    assert (survey.people, survey.labels) == (["ada", "grace"], ["bug", "ui"])
    assert [(r["assignee"], r["labels"]) for r in staged] == [(0, "{0}"), (1, "{1}")]


def test_labels_that_differ_in_case_are_one() -> None:
    survey, staged = survey_of(as_csv([["title", "labels"], ["A", "Bug"], ["B", "bug,BUG,ui"]]))
    assert (survey.labels, [r["labels"] for r in staged]) == (["Bug", "ui"], ["{0}", "{0,1}"])


def test_a_formula_is_a_title_like_any_other() -> None:
    _, staged = survey_of(as_csv([["title", "status"], ['=HYPERLINK("http://x","y")', "open"]]))
    assert staged[0]["title"] == '=HYPERLINK("http://x","y")'


def test_the_same_rows_have_the_same_keys_whatever_else_is_in_the_file() -> None:
    one = survey_of("title,status\nA,open\nB,open\n")[1]
    other = survey_of("title;status\nB;open\nC;open\nA;open\n")[1]
    assert {r["title"]: r["source_key"] for r in one}.items() <= {
        r["title"]: r["source_key"] for r in other
    }.items()


def test_ids_rise_with_the_lines() -> None:
    ids = [r["issue_id"] for r in survey_of("title,status\n" + "A,open\n" * 1_000)[1]]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1_000
    assert all(each[12] == "7" for each in ids)


def test_a_mapping_is_remembered_for_a_header_with_or_without_reasons() -> None:
    assert header_id(["Title", "Status"]) == header_id(["title ", "STATUS", "lodge: why this row failed"])
    assert header_id(["Title", "Status"]) != header_id(["Status", "Title"])


def test_columns_can_be_chosen_otherwise() -> None:
    survey, staged = survey_of(
        as_csv([["Thema", "Stand"], ["A", "geht so"]]),
        columns=(Field.TITLE, Field.STATUS),
        statuses={"geht so": "in_progress"},
    )
    assert (survey.bad, staged[0]["title"], staged[0]["status"]) == (0, "A", "in_progress")


_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@given(
    st.builds(
        "".join,
        st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from(["", *_FORMULAS]), st.text(max_size=9)),
    )
)
def test_guarding_a_cell_is_undone_and_leaves_no_formula(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(_FORMULAS)


def test_what_json_says_is_nobody_is_nobody() -> None:
    header = ("title", "labels", "assignees", "author")
    survey, [row] = survey_of(
        as_csv([header, ("A", '[{"name":null},{"name":"bug"}]', "[null]", '{"login":null}')])
    )
    assert (survey.people, survey.labels) == ([], ["bug"])
    assert (row["assignee"], row["reporter"]) == (None, None)


@given(st.lists(st.text(min_size=1, max_size=10).map(limits.line).filter(bool), max_size=4))
def test_labels_written_into_a_cell_are_read_again(names: list[str]) -> None:
    unique = list({name.lower(): name for name in reversed(names)}.values())
    if unique:
        assert list(split_labels(join_labels(unique), Format.LODGE)) == unique


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lovelace <ada@example.com>", ("Ada Lovelace", "ada@example.com")),
        ("ada@example.com", ("ada", "ada@example.com")),
        ("Ada Lovelace", ("Ada Lovelace", None)),
        ("<ada@example.com>", ("ada@example.com", "ada@example.com")),
    ],
)
def test_people_are_named_by_name_or_address(text: str, expected: tuple[str, str | None]) -> None:
    assert name_and_email(text) == expected
