"""A file becomes issues in one transaction, once, whole, and with its history."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import imports, issues, labels
from db.access import Actor
from db.errors import Forbidden
from db.importing import finding, undoing
from db.importing.dates import read_moment
from db.importing.mapping import NOBODY, Existing
from db.importing.problems import BadRow
from db.imports import State
from db.issues import IssueDraft
from db.states import CloseReason, Role, Status
from tests.db.importing.conftest import Desk, MakeDesk
from tests.db.importing.tables import as_csv, many, source_of

JIRA = ["Summary", "Issue key", "Status", "Priority", "Assignee", "Reporter", "Created", "Updated", "Resolved",
        "Labels", "Labels", "Outward issue link (Duplicate)", "Parent", "Comment", "Comment"]  # fmt: skip


def jira(number: int, **cells: str) -> list[str]:
    values = {"Summary": f"Issue {number}", "Issue key": f"PROJ-{number}", "Status": "To Do", **cells}
    seen: set[str] = set()
    found = []
    for name in JIRA:
        found.append(values.get(f"{name} 2", "") if name in seen else values.get(name, ""))
        seen.add(name)
    return found


async def test_everything_that_matters_comes_along(desk: Desk) -> None:
    first = jira(
        1,
        Status="Done",
        Created="2024-01-02 10:00",
        Resolved="2024-01-05 12:00",
        Assignee="ada@example.com",
        Reporter="Grace Hopper",
        Labels="bug",
        Comment="2024-01-03 08:00;Grace Hopper;Seen; too",
        **{"Labels 2": "ui", "Comment 2": "2024-01-04 08:00;;Thanks"},
    )
    rows = [
        JIRA,
        first,
        jira(2, Status="Duplicate", **{"Outward issue link (Duplicate)": "PROJ-1"}),
        jira(3, Parent="PROJ-2"),
    ]
    ended = await desk.load(as_csv(rows))
    assert ended.outcome is not None
    assert {k: v for k, v in ended.outcome.items() if v} == {
        "created": 3,
        "comments": 2,
        "new_labels": 2,
        "new_people": 1,
    }
    async with desk.database.connection() as conn:
        one, two, three = [await issues.by_ref(conn, desk.actor, f"PROJ-{n}") for n in (1, 2, 3)]
    assert (one.status, one.close_reason, one.labels) == (Status.CLOSED, CloseReason.COMPLETED, ("bug", "ui"))
    assert one.assignee_id == desk.actor.person_id
    assert (one.created_at.isoformat(), one.closed_at and one.closed_at.isoformat()) == (
        "2024-01-02T10:00:00+00:00",
        "2024-01-05T12:00:00+00:00",
    )
    assert (two.close_reason, two.duplicate_of) == (CloseReason.DUPLICATE, one.issue_id)
    assert three.parent_id == two.issue_id
    assert [one.number, two.number, three.number] == sorted([one.number, two.number, three.number])
    said = await desk.rows(
        "SELECT c.body, p.name, c.created_at::date::text FROM comments c "
        "LEFT JOIN people p ON p.person_id = c.author_id ORDER BY c.created_at"
    )
    assert said == [("Seen; too", "Grace Hopper", "2024-01-03"), ("Thanks", None, "2024-01-04")]


async def test_history_tells_when_it_was_filed_and_closed(desk: Desk) -> None:
    await desk.load(
        as_csv([JIRA, jira(1, Status="Done", Created="2024-01-02 10:00", Resolved="2024-01-05 12:00")])
    )
    events = await desk.rows(
        "SELECT kind, at::text, was_status, now_status, version, source FROM events ORDER BY event_id"
    )
    assert events == [
        ("created", "2024-01-02 10:00:00+00", None, "open", 1, "import"),
        ("edited", "2024-01-05 12:00:00+00", "open", "closed", 2, "import"),
    ]
    assert await desk.rows("SELECT version FROM issues") == [(2,)]
    assert await desk.rows("SELECT action, source FROM changes") == [("import", "import")]
    assert await desk.count("pending_changes") == 1
    assert await desk.count("watchers") == 0


async def test_times_without_a_zone_are_the_workspaces(desk: Desk) -> None:
    await desk.load(as_csv([["title", "created"], ["A", "2024-07-01 12:00"]]), timezone="Europe/Berlin")
    assert await desk.rows("SELECT created_at::text FROM issues") == [("2024-07-01 10:00:00+00",)]


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    data = as_csv([["title", "status"], ["A", "open"], ["B", "done"]])
    await desk.load(data)
    before = await desk.rows("SELECT * FROM issues ORDER BY number")
    again = await desk.load(data)
    assert again.outcome is not None
    assert (again.outcome["created"], again.outcome["existing"], again.change_id) == (0, 2, None)
    assert await desk.rows("SELECT * FROM issues ORDER BY number") == before
    assert await desk.count("changes") == 1


async def test_a_row_that_stands_twice_makes_one_issue(desk: Desk) -> None:
    ended = await desk.load(as_csv([["title"], ["A"], ["B"], ["A"], ["A"]]) + "\n")
    assert ended.outcome is not None
    assert (ended.outcome["created"], ended.outcome["repeated"]) == (2, 2)


async def test_the_same_rows_in_two_imports_at_once_make_one_issue(desk: Desk) -> None:
    one, other = source_of(many(3_000)), source_of(many(3_000, first=1_000))
    runs = [desk.run(await desk.claimed(source), source) for source in (one, other)]
    ended = await asyncio.gather(*(run.to_the_end() for run in runs))
    assert [each.state for each in ended] == [State.DONE, State.DONE]
    assert sum((each.outcome or {})["created"] for each in ended) == 3_999
    assert await desk.rows("SELECT count(*), count(DISTINCT external_ref) FROM issues") == [(3_999, 3_999)]


async def test_workspaces_know_nothing_of_each_others_rows(make_desk: MakeDesk) -> None:
    here, there = await make_desk("T0HERE"), await make_desk("T0THERE")
    for desk in (here, there):
        ended = await desk.load(many(3))
        assert ended.outcome is not None
        assert ended.outcome["created"] == 3


async def test_rows_that_fail_come_back_with_reasons_and_the_rest_comes_along(desk: Desk) -> None:
    ended = await desk.load(as_csv([["title", "status"], ["A", "open"], ["B", "purple"], ["", "open"]]))
    assert ended.outcome is not None
    assert (ended.outcome["created"], ended.outcome["failed"]) == (1, 2)
    back = list(csv.reader(io.StringIO((await desk.handed_back(ended)).decode())))
    assert [row[:2] for row in back] == [["title", "status"], ["B", "purple"], ["", "open"]]
    assert "purple" in back[1][2]
    corrected = [back[0], ["B", "done", back[1][2]], ["C", "open", back[2][2]]]
    again = await desk.load(as_csv(corrected))
    assert (again.outcome or {})["created"] == 2


async def test_all_or_nothing_writes_nothing_when_a_row_fails(desk: Desk) -> None:
    source = source_of(
        as_csv([["title", "status", "labels"], ["A", "open", "new-label"], ["B", "purple", ""]])
    )
    ended = await desk.run(await desk.claimed(source, all_or_nothing=True), source).to_the_end()
    assert (ended.state, (ended.outcome or {})["failed"]) == (State.FAILED, 1)
    assert b"purple" in await desk.handed_back(ended)
    assert await desk.count("issues") == 0
    assert await desk.count("labels") == 0


async def test_people_can_be_left_out_or_be_somebody_else(desk: Desk) -> None:
    data = as_csv([["title", "assignee"], ["A", "bob"], ["B", "carol"], ["C", "dan"]])
    await desk.load(data, people={"bob": NOBODY, "carol": str(desk.actor.person_id)}, unmatched=NOBODY)
    assert await desk.rows("SELECT title, assignee_id FROM issues ORDER BY title") == [
        ("A", None), ("B", desk.actor.person_id), ("C", None)]  # fmt: skip
    assert await desk.count("people") == 1


async def test_a_person_who_left_keeps_their_issues(desk: Desk) -> None:
    async with desk.database.connection() as conn:
        gone = await conn.fetchval(
            "INSERT INTO people (workspace_id, name, email, active)"
            " VALUES ($1, 'Gone', 'gone@example.com', false) RETURNING person_id",
            desk.workspace.workspace_id,
        )
    data = as_csv([["title", "assignee"], ["A", "Gone <GONE@example.com>"]])
    found = await finding.survey(desk.database, desk.workspace, source_of(data))
    assert found.to_json()["left"] == ["Gone <GONE@example.com>"]
    await desk.load(data)
    assert await desk.rows("SELECT assignee_id FROM issues") == [(gone,)]


async def test_labels_that_exist_are_used_in_any_case(desk: Desk) -> None:
    async with desk.database.connection() as conn:
        await labels.ensure(conn, desk.actor, ["Bug"])
    ended = await desk.load(as_csv([["title", "labels"], ["A", "bug, Straße, STRASSE"]]))
    assert (ended.outcome or {})["new_labels"] == 2
    assert await desk.rows("SELECT name FROM labels ORDER BY lower(name)") == [
        ("Bug",),
        ("STRASSE",),
        ("Straße",),
    ]


async def test_imported_issues_are_numbered_among_the_others(desk: Desk) -> None:
    async with desk.database.connection() as conn:
        before = (await issues.create(conn, desk.actor, IssueDraft(title="Before"))).issue.number
    await desk.load(many(10))
    async with desk.database.connection() as conn:
        after = (await issues.create(conn, desk.actor, IssueDraft(title="After"))).issue.number
    assert await desk.rows("SELECT min(number), max(number) FROM issues WHERE source = 'import'") == [
        (before + 1, after - 1)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 30)),  # noqa: DTZ001 - zones are added
    zone=st.sampled_from(["", "Z", "+00:00", "-05:30", "+0200", "+14:00"]),
    shape=st.sampled_from(
        ["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%dT%H%M%S", "%Y-%m-%dT%H",
         "%G-W%V-%u", "%Y-%m-%dT%H:%M:%S,%f", "%Y-%m-%dx%H:%M"]
    ),
)  # fmt: skip
async def test_every_date_that_is_taken_is_one_to_the_database(
    desk: Desk, moment: datetime, zone: str, shape: str
) -> None:
    text = moment.strftime(shape) + zone
    try:
        taken = read_moment(text, None)
    except BadRow:
        return
    [(stored,)] = await desk.rows("SELECT $1::text::timestamptz", taken)
    read = datetime.fromisoformat(text)
    assert stored == (read if read.tzinfo else read.replace(tzinfo=UTC))


async def test_closed_before_created_is_set_right(desk: Desk) -> None:
    await desk.load(
        as_csv([["title", "status", "created", "closed"], ["A", "done", "2024-05-01", "2024-04-01"]])
    )
    assert await desk.rows("SELECT closed_at >= created_at, updated_at >= closed_at FROM issues") == [
        (True, True)
    ]


async def test_without_leave_to_skip_checks_every_row_is_checked(desk: Desk) -> None:
    """The server's owner may; in a database of somebody else's the same import goes the longer way."""
    await desk.rows("CREATE ROLE lodge_plain NOSUPERUSER")
    try:
        await desk.rows("GRANT ALL ON ALL TABLES IN SCHEMA public TO lodge_plain")
        await desk.rows("GRANT ALL ON ALL SEQUENCES IN SCHEMA public, numbers TO lodge_plain")
        await desk.rows("GRANT USAGE ON SCHEMA numbers TO lodge_plain")
        source = source_of(many(100))
        claimed = await desk.claimed(source)
        await desk.database.pool.expire_connections()
        desk.database.pool._setup = lambda conn: conn.execute("SET ROLE lodge_plain")
        ended = await desk.run(claimed, source).to_the_end()
        assert (ended.state, (ended.outcome or {}).get("created")) == (State.DONE, 100)
    finally:
        desk.database.pool._setup = None
        await desk.rows("RESET ROLE")
        await desk.rows("DROP OWNED BY lodge_plain")
        await desk.rows("DROP ROLE lodge_plain")


async def test_tables_written_by_imports_have_no_triggers_that_imports_do_not_know(
    conn: asyncpg.Connection,
) -> None:
    """The loader leaves row-by-row checks out where it may: a trigger would be left out with them."""
    found = await conn.fetch(
        """
        SELECT tgrelid::regclass::text, tgname FROM pg_trigger
        WHERE NOT tgisinternal AND tgrelid = ANY (ARRAY['issues', 'events', 'issue_labels', 'comments', 'changes',
              'imports', 'imported_issues', 'pending_changes', 'pgqueuer']::regclass[])"""
    )
    # These keep `labelled` and `commented`, which the loader sets itself: the next test.
    assert {row["tgname"] for row in found} == {
        "issue_labels_added", "issue_labels_taken", "comments_added", "comments_changed"}  # fmt: skip


_FACETS = """
SELECT count(*) FILTER (WHERE labelled <> EXISTS (SELECT FROM issue_labels l WHERE l.issue_id = i.issue_id)),
       count(*) FILTER (WHERE commented <> EXISTS (SELECT FROM comments c WHERE c.issue_id = i.issue_id)),
       count(*) FILTER (WHERE labelled), count(*) FILTER (WHERE commented)
FROM issues i"""


async def test_what_has_labels_and_comments_is_known_after_an_import_an_update_and_an_undo(
    desk: Desk,
) -> None:
    header = ["key", "title", "labels", "comment"]
    first = [
        ["P-1", "A", "bug", "Hello"],
        ["P-2", "B", "", ""],
        ["P-3", "C", "ui", ""],
        ["P-4", "D", " , ", " "],
    ]
    ended = await desk.load(as_csv([header, *first]))
    assert await desk.rows(_FACETS) == [(0, 0, 2, 1)]
    newer = [["P-1", "A", "", "Hello"], ["P-2", "B", "bug", ""], ["P-3", "C", "ui", ""]]
    updated = await desk.load(as_csv([header, *newer]), existing=Existing.UPDATE)
    assert (updated.outcome or {})["updated"] == 2
    assert await desk.rows(_FACETS) == [(0, 0, 2, 1)]
    async with desk.database.transaction() as conn:
        await undoing.undo(conn, desk.actor, ended, leave_touched=True)
    assert (await desk.rows(_FACETS))[0][:2] == (0, 0)


async def test_somebody_else_can_neither_start_nor_undo_it(desk: Desk) -> None:
    ready = await desk.ready(source_of(many(3)))
    async with desk.database.connection() as conn:
        other = await conn.fetchval(
            "INSERT INTO people (workspace_id, name) VALUES ($1, 'Other') RETURNING person_id",
            desk.workspace.workspace_id,
        )
        stranger = Actor(workspace_id=desk.workspace.workspace_id, person_id=other, role=Role.MEMBER)
        for step in (imports.start, imports.cancel):
            with pytest.raises(Forbidden):
                await step(conn, stranger, ready)
        admin = Actor(workspace_id=desk.workspace.workspace_id, person_id=other, role=Role.ADMIN)
        assert (await imports.start(conn, admin, ready)).state is State.QUEUED


async def test_rows_known_already_are_brought_up_to_date_when_asked(desk: Desk) -> None:
    header = ["key", "title", "status", "priority", "assignee", "labels"]
    await desk.load(
        as_csv([header, ["P-1", "A", "open", "low", "", "bug"], ["P-2", "B", "open", "low", "", ""]])
    )
    newer = as_csv(
        [
            header,
            ["P-1", "A", "open", "low", "", "bug"],
            ["P-2", "B2", "done", "high", "ada@example.com", "ui"],
            ["P-3", "C", "", "", "", ""],
        ]
    )
    ended = await desk.load(newer, existing=Existing.UPDATE)
    outcome = ended.outcome or {}
    assert (outcome["created"], outcome["existing"], outcome["updated"]) == (1, 2, 1)
    async with desk.database.connection() as conn:
        one, two = [await issues.by_ref(conn, desk.actor, f"P-{n}") for n in (1, 2)]
    assert one.version == 1
    assert (two.title, two.status, two.priority, two.assignee_id, two.labels, two.version) == (
        "B2", Status.CLOSED, 2, desk.actor.person_id, ("ui",), 2)  # fmt: skip
    told = await desk.rows("SELECT before, after FROM events WHERE kind = 'edited'")
    assert told == [
        (
            {"title": "B", "status": "open", "close_reason": None, "priority": "low", "assignee_id": None,
             "labels": []},
            {"title": "B2", "status": "closed", "close_reason": "completed", "priority": "high",
             "assignee_id": str(desk.actor.person_id), "labels": ["ui"]},
        )
    ]  # fmt: skip
