"""An import that was taken back and brought again is as it came."""

from __future__ import annotations

from db import cards, changes
from db.ids import ChannelId, MessageTs
from db.importing import undoing
from db.importing.mapping import Existing
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv

FILE = as_csv(
    [
        ["key", "title", "status", "labels"],
        ["P-1", "Leak", "closed", "bug;Water"],
        ["P-2", "Crack", "open", "bug"],
        ["P-3", "Rust", "open", ""],
    ]
)
_LABELS = """
SELECT i.external_ref, array_agg(l.name ORDER BY l.name) FROM issues i
JOIN issue_labels USING (workspace_id, issue_id) JOIN labels l USING (workspace_id, label_id)
WHERE i.deleted_at IS NULL GROUP BY 1 ORDER BY 1"""
_WAS = [("P-1", ["Water", "bug"]), ("P-2", ["bug"])]
_STATE = "SELECT state FROM imports ORDER BY created_at LIMIT 1"


async def test_labels_come_back_though_the_import_had_made_them(desk: Desk) -> None:
    done = await desk.load(FILE)
    assert await desk.rows(_LABELS) == _WAS
    async with desk.database.transaction() as conn:
        undone = await undoing.undo(conn, desk.actor, done)
    assert await desk.rows("SELECT name FROM labels") == []
    assert await desk.rows(_STATE) == [("undone",)]
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor, undone.change_id)
    assert await desk.rows(_LABELS) == _WAS
    assert await desk.rows(_STATE) == [("done",)]


async def test_it_can_be_taken_back_once_more_and_the_file_brought_anew(desk: Desk) -> None:
    done = await desk.load(FILE)
    for _ in range(2):
        async with desk.database.transaction() as conn:
            undone = await undoing.undo(conn, desk.actor, done)
        assert undone.removed == 3
        async with desk.database.transaction() as conn:
            await changes.undo(conn, desk.actor, undone.change_id)
    await desk.load(FILE)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(3,)]
    async with desk.database.transaction() as conn:
        await undoing.undo(conn, desk.actor, done)
    await desk.load(FILE)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(3,)]
    assert await desk.rows(_LABELS) == _WAS


async def test_whatever_shows_an_issue_is_known_to_show_what_the_file_changed(desk: Desk) -> None:
    await desk.load(FILE)
    shown = await desk.rows(
        "SELECT issue_id FROM issues WHERE external_ref IN ('P-1', 'P-2') ORDER BY external_ref"
    )
    async with desk.database.transaction() as conn:
        for number, (issue_id,) in enumerate(shown):
            place = ChannelId("C1"), MessageTs(f"1.{number}")
            await cards.remember(conn, desk.workspace.workspace_id, *place, issue_id, 1)
    changed = FILE.replace("Leak", "Flood").replace("Rust", "Moss")
    again = await desk.load(changed, existing=Existing.UPDATE)
    assert again.change_id is not None
    async with desk.database.connection() as conn:
        touched = await cards.touched(conn, desk.workspace.workspace_id, again.change_id)
    assert touched == shown[0]
