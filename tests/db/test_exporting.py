"""What is exported from one workspace and imported into an empty one is the same."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import comments, exporting, issues, people
from db.access import Actor
from db.errors import Forbidden
from db.importing.formats import Format
from db.importing.inspecting import inspect
from db.importing.matching import fold_name
from db.issues import IssueDraft, IssuePatch
from db.query import parse
from db.states import CloseReason, Priority, Role, Status
from tests.db.importing.conftest import Desk, MakeDesk, desk, make_desk

__all__ = ["desk", "make_desk"]

_TEXT = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t=+-@'\",;[]<>"),
    max_size=40,
)
_TITLES = _TEXT.map(lambda text: " ".join(text.split())).filter(bool)
_LABELS = st.lists(_TITLES.map(lambda text: text[:50].strip()).filter(bool), max_size=3, unique_by=str.lower)
# Whoever is known by nothing but a name cannot be called like an address.
_PEOPLE = st.lists(
    st.tuples(
        _TITLES.map(lambda text: "".join(c for c in text if c not in "@<>").strip()).filter(bool),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda person: fold_name(person[0]),
)
_ISSUE = st.fixed_dictionaries(
    {
        "reporter": st.integers(0, 4),
        "assignee": st.none() | st.integers(0, 4),
        "child_of_next": st.booleans(),
        "title": _TITLES,
        "description": _TEXT,
        "priority": st.sampled_from(list(Priority)),
        "labels": _LABELS,
        "due_on": st.none() | st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
        "status": st.sampled_from(list(Status)),
        "reason": st.sampled_from([CloseReason.COMPLETED, CloseReason.NOT_PLANNED]),
        "said": st.lists(
            st.tuples(_TEXT.filter(lambda text: bool(text.strip())), st.integers(0, 4)), max_size=3
        ),
        "duplicate": st.booleans(),
    }
)

_SAME = """
SELECT i.title, i.description, i.status, i.close_reason, i.priority, a.name, a.email, r.name, r.email, i.due_on,
       i.created_at, i.updated_at, i.closed_at, d.title, p.title,
       ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
             WHERE il.issue_id = i.issue_id ORDER BY lower(l.name)),
       i.external_ref,
       ARRAY(SELECT c.body || c.created_at::text || coalesce(w.name || w.email, w.name, '') FROM comments c
             LEFT JOIN people w ON w.person_id = c.author_id AND w.workspace_id = c.workspace_id
             WHERE c.issue_id = i.issue_id ORDER BY c.created_at, c.body)
FROM issues i LEFT JOIN people a ON a.workspace_id = i.workspace_id AND a.person_id = i.assignee_id
LEFT JOIN people r ON r.workspace_id = i.workspace_id AND r.person_id = i.reporter_id
LEFT JOIN issues d ON d.workspace_id = i.workspace_id AND d.issue_id = i.duplicate_of
LEFT JOIN issues p ON p.workspace_id = i.workspace_id AND p.issue_id = i.parent_id
WHERE i.workspace_id = $1 AND i.deleted_at IS NULL ORDER BY i.number"""


async def exported(
    here: Desk, query: str = "", *, comments: bool = True, actor: Actor | None = None
) -> bytes:
    async with here.database.transaction() as conn:
        chunks = exporting.export(conn, actor or here.actor, parse(query), "LDG", comments=comments)
        return b"".join([chunk async for chunk in chunks])


async def crew(here: Desk, wanted: list[tuple[str, bool]]) -> list[Actor]:
    """Whoever imports, and others with a name and perhaps an address."""
    actors = [here.actor]
    async with here.database.connection() as conn:
        for number, (name, has_address) in enumerate(wanted):
            address = f"p{number}@example.org" if has_address else None
            person = await people.create(conn, here.actor, name, address)
            actors.append(replace(here.actor, person_id=person.person_id))
    return actors


async def fill(here: Desk, wanted: list[dict[str, Any]], actors: list[Actor]) -> None:
    def one(number: int) -> Actor:
        return actors[number % len(actors)]

    made: list[issues.Issue] = []
    async with here.database.connection() as conn:
        for each in wanted:
            draft = IssueDraft(
                title=each["title"],
                description=each["description"],
                priority=each["priority"],
                labels=tuple(each["labels"]),
                due_on=each["due_on"],
                assignee_id=None if each["assignee"] is None else one(each["assignee"]).person_id,
                external_ref=f"OLD-{len(made)}",
            )
            issue = (await issues.create(conn, one(each["reporter"]), draft)).issue
            if made and each["child_of_next"]:
                await issues.edit(conn, here.actor, made[-1].issue_id, IssuePatch(parent_id=issue.issue_id))
            for body, author in each["said"]:
                await comments.add(conn, one(author), issue.issue_id, body)
            patch = None
            if each["status"] is Status.IN_PROGRESS:
                patch = IssuePatch(status=Status.IN_PROGRESS)
            elif each["status"] is Status.CLOSED and each["duplicate"] and made:
                patch = IssuePatch(
                    status=Status.CLOSED, close_reason=CloseReason.DUPLICATE, duplicate_of=made[0].issue_id
                )
            elif each["status"] is Status.CLOSED:
                patch = IssuePatch(status=Status.CLOSED, close_reason=each["reason"])
            if patch is not None:
                await issues.edit(conn, here.actor, issue.issue_id, patch)
            made.append(issue)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(_ISSUE, min_size=1, max_size=6), others=_PEOPLE)
async def test_an_export_imported_into_an_empty_workspace_gives_the_same_issues(
    make_desk: MakeDesk, wanted: list[dict[str, Any]], others: list[tuple[str, bool]]
) -> None:
    here, there = [await make_desk("T0" + uuid.uuid4().hex[:12].upper()) for _ in range(2)]
    await fill(here, wanted, await crew(here, others))
    data = await exported(here)
    ended = await there.load(data)
    assert (ended.outcome or {})["failed"] == 0
    assert (ended.outcome or {})["unlinked"] == 0
    assert await there.rows(_SAME, there.workspace.workspace_id) == await here.rows(
        _SAME, here.workspace.workspace_id
    )
    again = await there.load(data)
    assert (again.outcome or {})["created"] == 0


async def test_an_export_dropped_where_it_came_from_changes_nothing(desk: Desk) -> None:
    async with desk.database.connection() as conn:
        await issues.create(conn, desk.actor, IssueDraft(title="A", labels=("x",)))
    ended = await desk.load(await exported(desk))
    assert (ended.outcome or {})["existing"] == 1
    assert await desk.count("issues") == 1


async def test_no_cell_is_run_by_a_spreadsheet(desk: Desk) -> None:
    await desk.load('title,labels\n"=HYPERLINK(""http://x"")","-a,@b"\n+1,\n')
    data = await exported(desk)
    cells = [cell for row in csv.reader(io.StringIO(data.decode())) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert '\'=HYPERLINK("http://x")' in cells


async def test_a_query_chooses_and_comments_can_be_left_out(desk: Desk) -> None:
    await desk.load("title,status,comment\nA,open,2024-01-01 10:00;ada;Hello there\nB,done,\n")
    rows = list(csv.reader(io.StringIO((await exported(desk, "status:open", comments=False)).decode())))
    assert [row[1] for row in rows] == ["title", "A"]
    assert "comments" not in rows[0]
    assert inspect(await exported(desk)).format is Format.LODGE


async def test_a_guest_exports_nothing(desk: Desk) -> None:
    guest = Actor(workspace_id=desk.workspace.workspace_id, person_id=desk.actor.person_id, role=Role.GUEST)
    with pytest.raises(Forbidden):
        await exported(desk, actor=guest)
