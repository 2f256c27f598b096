"""Trackers name an issue's parent by its key, or by a number that nobody sees."""

from __future__ import annotations

import pytest

from db.importing import finding
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of

_PARENTS = """
SELECT i.title, p.title FROM issues i
JOIN issues p ON p.workspace_id = i.workspace_id AND p.issue_id = i.parent_id ORDER BY i.title"""


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (["Parent id"], ["9001"]),
        (["Parent"], ["9001"]),
        (["Parent"], ["Q-1"]),
        (["Parent", "Parent key", "Parent summary"], ["9001", "Q-1", "Top"]),
        (["Parent id", "Parent"], ["9001", "Q-1"]),
    ],
)
async def test_jira_names_parents_by_number_or_key(desk: Desk, columns: list[str], cells: list[str]) -> None:
    header = ["Summary", "Issue key", "Issue id", "Issue Type", *columns]
    ended = await desk.load(
        as_csv(
            [
                header,
                ["Part", "Q-2", "9002", "Bug", *cells],
                ["Top", "Q-1", "9001", "Epic"] + [""] * len(cells),
            ]
        )
    )
    assert await desk.rows(_PARENTS) == [("Part", "Top")]
    assert (ended.outcome or {})["unlinked"] == 0
    # The top came with an earlier file, and is in this one too.
    await desk.load(
        as_csv(
            [
                header,
                ["More", "Q-3", "9003", "Bug", *cells],
                ["Top", "Q-1", "9001", "Epic"] + [""] * len(cells),
            ]
        )
    )
    assert await desk.rows(_PARENTS) == [("More", "Top"), ("Part", "Top")]


async def test_gitlab_names_parents_by_their_numbers_in_the_project(desk: Desk) -> None:
    header = ["Title", "Issue ID", "IID", "URL", "State", "Author Username", "Parent ID", "Parent IID"]
    url = "https://gitlab.com/g/n/-/work_items/"
    await desk.load(
        as_csv(
            [
                header,
                ["Part", "5001", "12", f"{url}12", "Open", "ada", "5000", "11"],
                ["Top", "5000", "11", f"{url}11", "Open", "ada", "", ""],
            ]
        )
    )
    assert await desk.rows(_PARENTS) == [("Part", "Top")]


async def test_a_circle_of_numbers_is_told_of_before_and_left_out(desk: Desk) -> None:
    header = ["Summary", "Issue key", "Issue id", "Issue Type", "Parent"]
    data = as_csv(
        [
            header,
            ["A", "Q-1", "1", "Bug", "2"],
            ["B", "Q-2", "2", "Bug", "Q-1"],
            ["C", "Q-3", "3", "Bug", "1"],
        ]
    )
    found = await finding.survey(desk.database, desk.workspace, source_of(data))
    ended = await desk.load(data)
    assert (found.circular, (ended.outcome or {})["circular"]) == (2, 2)
    assert await desk.rows(_PARENTS) == [("C", "A")]


async def test_rows_of_nothing_but_spaces_are_no_rows(desk: Desk) -> None:
    found = await finding.survey(
        desk.database, desk.workspace, source_of("title,status\nA,open\n , \n\t,\nB,open\n")
    )
    assert (found.survey.rows, found.survey.bad) == (2, 0)


async def test_github_tells_why_an_issue_was_closed(desk: Desk) -> None:
    header = ["number", "title", "state", "stateReason"]
    rows = [
        ["1", "A", "CLOSED", "NOT_PLANNED"],
        ["2", "B", "CLOSED", "COMPLETED"],
        ["3", "C", "OPEN", "REOPENED"],
    ]
    await desk.load(as_csv([header, *rows]))
    assert await desk.rows("SELECT title, close_reason FROM issues ORDER BY title") == [
        ("A", "not_planned"),
        ("B", "completed"),
        ("C", None),
    ]
