"""What an imported issue has lived through is told as it happened there: who, when, and in that order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db import changes, people
from db.access import Actor
from db.importing import undoing
from db.reports.choosing import choose
from db.reports.kept import Kept
from db.reports.numbers import Span, Traffic
from db.reports.scanned import Scanned
from db.rollups import differences, fold, rebuild
from db.states import Role
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv

FILE = as_csv(
    [
        ["Summary", "Issue key", "Status", "Reporter", "Assignee", "Created", "Resolved", "Comment", "Comment"],
        ["Leak", "P-1", "Done", "Grace Hopper", "Ada Lovelace", "2024-01-02 10:00", "2024-01-05 10:00",
         "2024-01-06 09:00;Ada Lovelace;Thanks", "2024-01-03 09:00;Linus;I am on it"],
        ["Crack", "P-2", "To Do", "", "", "2024-02-01 08:00", "", "2024-02-01 09:00;;Seen", ""],
        ["Rust", "P-3", "In Progress", "Nobody Known", "", "2024-02-02 08:00", "", "", ""],
    ]
)  # fmt: skip

_EVENTS = """
SELECT e.kind, p.name, e.at::text, e.source, c.actor_id IS NOT NULL
FROM events e JOIN issues i USING (workspace_id, issue_id) JOIN changes c USING (workspace_id, change_id)
LEFT JOIN people p ON p.workspace_id = e.workspace_id AND p.person_id = e.actor_id
WHERE i.external_ref = $1 ORDER BY e.event_id"""


async def test_history_names_the_reporter_and_the_authors_and_not_whoever_imported(desk: Desk) -> None:
    await desk.load(FILE)
    assert await desk.rows(_EVENTS, "P-1") == [
        ("created", "Grace Hopper", "2024-01-02 10:00:00+00", "import", True),
        ("commented", "Linus", "2024-01-03 09:00:00+00", "import", True),
        ("edited", None, "2024-01-05 10:00:00+00", "import", True),
        ("commented", "Ada Lovelace", "2024-01-06 09:00:00+00", "import", True),
    ]
    reported = "SELECT p.name FROM issues i LEFT JOIN people p ON p.person_id = i.reporter_id ORDER BY number"
    assert await desk.rows(reported) == [("Grace Hopper",), ("Ada Lovelace",), ("Nobody Known",)]


async def test_who_imports_a_file_without_reporters_is_the_reporter(desk: Desk) -> None:
    await desk.load(as_csv([["key", "title", "created"], ["P-9", "A", "2024-01-02"]]))
    assert await desk.rows(_EVENTS, "P-9") == [
        ("created", "Ada Lovelace", "2024-01-02 00:00:00+00", "import", True)
    ]


async def test_a_reporter_who_is_left_out_leaves_the_import_as_the_one_who_filed_it(desk: Desk) -> None:
    await desk.load(FILE, unmatched="nobody")
    assert (await desk.rows(_EVENTS, "P-3"))[0] == ("created", None, "2024-02-02 08:00:00+00", "import", True)


async def test_events_of_comments_point_at_them(desk: Desk) -> None:
    await desk.load(FILE)
    pairs = await desk.rows(
        "SELECT c.body, c.issue_id = e.issue_id, c.author_id IS NOT DISTINCT FROM e.actor_id, c.created_at = e.at"
        " FROM events e LEFT JOIN comments c ON c.comment_id = (e.after ->> 'comment_id')::uuid"
        " WHERE e.kind = 'commented' ORDER BY e.event_id"
    )
    assert pairs == [
        ("I am on it", True, True, True),
        ("Thanks", True, True, True),
        ("Seen", True, True, True),
    ]


async def test_reports_are_right_from_the_day_of_the_import(desk: Desk) -> None:
    workspace = desk.workspace.workspace_id
    async with desk.database.connection() as conn:
        await rebuild(conn, workspace)
    ended = await desk.load(FILE)
    assert ended.change_id is not None
    january = Span(start=date(2024, 1, 1), end=date(2024, 2, 1))
    february = Span(start=date(2024, 2, 1), end=date(2024, 3, 1))
    async with desk.database.transaction() as conn:
        await fold(conn, workspace, [ended.change_id])
        await conn.execute("DELETE FROM pending_changes")
    actor = Actor(workspace_id=workspace, person_id=None, role=Role.ADMIN)
    async with desk.database.transaction() as conn:
        assert await differences(conn, workspace) == []
        scanned = Scanned(conn, actor, ZoneInfo("UTC"), (await choose(conn, actor, None)).many)
        numbers: list[Any] = []
        for source in (Kept(conn, workspace), scanned):
            traffic = await source.traffic([january, february])
            latencies = await source.latencies([january, february], top=3)
            work = await source.work([january])
            numbers.append((traffic, latencies, work))
    assert numbers[0] == numbers[1]
    traffic, latencies, work = numbers[0]
    assert traffic == [Traffic(created=1, closed=1, still_open=0), Traffic(created=2, closed=0, still_open=2)]
    assert latencies.by_span[0].median == timedelta(days=3)
    assert work[0][desk.actor.person_id].closed == 1


async def test_undo_takes_all_of_it_back_and_leaves_people_who_were_here(desk: Desk) -> None:
    ended = await desk.load(FILE)
    async with desk.database.transaction() as conn:
        undone = await undoing.undo(conn, desk.actor, ended)
    assert (undone.removed, undone.left) == (3, 0)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(0,)]
    async with desk.database.connection() as conn:
        found = await people.find(conn, desk.actor, "Ada")
    assert [person.person_id for person in found] == [desk.actor.person_id]


async def test_undo_as_any_change_and_back_again_keeps_the_comments(desk: Desk) -> None:
    ended = await desk.load(FILE)
    for _ in range(2):
        async with desk.database.transaction() as conn:
            await changes.undo(conn, desk.actor, None)
    assert ended.change_id is not None
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(3,)]
    assert await desk.rows("SELECT count(*) FROM comments WHERE deleted_at IS NULL") == [(3,)]
