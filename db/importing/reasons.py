"""Why a row failed, in words: for the column that is handed back with it, and for programs.

The reading process has no catalogue of messages: it is given the few that it may need.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.importing.problems import RowProblem

# By reason, and by order of a date's parts; the names of a problem's details stand in braces.
Wording = Mapping[str, str]


def explain(problem: RowProblem, wording: Wording) -> str:
    """One sentence that says what is wrong with the row and what would be right."""
    details = {**problem.details, "line": problem.line}
    if "order" in details:
        details["order"] = wording.get(details["order"], details["order"])
    return wording.get(problem.reason, problem.reason).format(**details)
