"""What names an issue, a change, a person, a comment or a label names one that is there, foreign key or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg

import db
from db import (
    announcements,
    bulk,
    changes,
    comments,
    erasing,
    issues,
    labels,
    mutes,
    outbox,
    people,
    rollups,
    watchers,
)
from db.access import Actor
from db.bulk import BulkPatch
from db.ids import ChannelId
from db.importing import undoing
from db.importing.mapping import Existing
from db.issues import IssueDraft
from db.outbox import Outgoing
from db.states import Priority, Role
from tests.db.importing.conftest import Desk, MakeDesk
from tests.db.importing.test_undoing import NEW, OLD

_NAMED = {
    "issues": ("issue_id", ("issue_id", "duplicate_of", "parent_id")),
    "changes": ("change_id", ("change_id", "undoes", "undone_by")),
    "comments": ("comment_id", ("comment_id", "reply_to")),
    "labels": ("label_id", ("label_id",)),
    "people": (
        "person_id",
        (
            "person_id",
            "actor_id",
            "author_id",
            "assignee_id",
            "reporter_id",
            "owner_id",
            "asked_by",
            "merged_into",
        ),
    ),
}
# Reports count what nobody has under nobody.
_NOBODY = UUID(int=0)

_COLUMNS = """
SELECT c.relname AS table, a.attname AS column
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'uuid'::regtype
  AND NOT a.attisdropped
  AND EXISTS (SELECT FROM pg_attribute w WHERE w.attrelid = c.oid AND w.attname = 'workspace_id')
ORDER BY 1, 2"""


async def orphans(conn: asyncpg.Connection) -> list[str]:
    found = []
    for row in await conn.fetch(_COLUMNS):
        table, column = row["table"], row["column"]
        for target, (key, names) in _NAMED.items():
            if column not in names or (table, column) == (target, key):
                continue
            count = await conn.fetchval(
                f"SELECT count(*) FROM {table} x WHERE {column} <> $1 AND NOT EXISTS ("
                f" SELECT FROM {target} t WHERE t.workspace_id = x.workspace_id AND t.{key} = x.{column})",
                _NOBODY,
            )
            if count:
                found.append(f"{table}.{column}: {count}")
    return found


async def _lived_in(desk: Desk) -> None:
    """Things are filed, changed, taken back and removed, each in the ways there are."""
    await desk.load(OLD)
    new = await desk.load(NEW, existing=Existing.UPDATE)
    await desk.load(NEW)
    async with desk.database.transaction() as conn:
        await undoing.undo(conn, desk.actor, new)
    async with desk.database.connection() as conn:
        await _worked(conn, desk.actor)
        await _tidied(conn, desk.actor)
        async with conn.transaction():
            while batch := await announcements.take(conn, desk.actor.workspace_id, 10):
                await rollups.fold(
                    conn, desk.actor.workspace_id, [change.change_id for change in batch.changes]
                )
        await rollups.rebuild(conn, desk.actor.workspace_id)


async def _worked(conn: asyncpg.Connection, actor: Actor) -> None:
    filed = (await issues.create(conn, actor, IssueDraft(title="Chimney", labels=("draught",)))).issue
    below = await issues.create(conn, actor, IssueDraft(title="Mistake", parent_id=filed.issue_id))
    said = await comments.add(conn, actor, filed.issue_id, "Smoke")
    await comments.add(conn, actor, filed.issue_id, "Yes", reply_to=said.comment.comment_id)
    await comments.delete(conn, actor, said.comment.comment_id)
    async with conn.transaction():
        many = await bulk.change(
            conn, actor, [filed.issue_id, below.issue.issue_id], BulkPatch(priority=Priority.HIGH)
        )
        message = Outgoing(channel_id=ChannelId("C1"), payload={"text": "x"}, issue_id=below.issue.issue_id)
        await outbox.put(conn, actor.workspace_id, [message])
    await changes.undo(conn, actor, many.change_id)
    await changes.undo(conn, actor, below.change_id)
    await issues.close(conn, actor, filed.issue_id)
    await mutes.mute(conn, actor, filed.issue_id)


async def _tidied(conn: asyncpg.Connection, actor: Actor) -> None:
    admin = replace(actor, role=Role.ADMIN)
    issue = (await issues.create(conn, actor, IssueDraft(title="Cellar", labels=("damp", "wet")))).issue
    damp, wet = [
        next(x.label_id for x in await labels.all(conn, admin) if x.name == n) for n in ("damp", "wet")
    ]
    await labels.merge_labels(conn, admin, damp, wet)
    made = [(await people.create(conn, admin, name)).person_id for name in ("Ida", "Ida R.", "Joan")]
    for person_id in made:
        await watchers.watch(conn, replace(admin, person_id=person_id), issue.issue_id)
        await issues.assign(conn, admin, issue.issue_id, person_id)
    await people.merge(conn, admin, made[0], made[1])
    await erasing.erase(conn, admin, made[2])


async def test_nothing_names_what_is_not_there_whatever_was_taken_back_or_removed(desk: Desk) -> None:
    await _lived_in(desk)
    async with desk.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issues WHERE deleted_at IS NOT NULL") >= 2
        assert await orphans(conn) == []


async def test_what_names_nothing_is_found(desk: Desk) -> None:
    async with desk.database.connection() as conn:
        for statement in (
            "INSERT INTO watchers SELECT workspace_id, gen_random_uuid(), person_id FROM people",
            "INSERT INTO pending_changes SELECT workspace_id, gen_random_uuid() FROM workspaces",
        ):
            await conn.execute(statement)
        assert await orphans(conn) == ["pending_changes.change_id: 1", "watchers.issue_id: 1"]


async def test_of_a_workspace_that_is_erased_nothing_is_left_and_of_the_others_everything(
    make_desk: MakeDesk,
) -> None:
    here, there = await make_desk("T0HERE"), await make_desk("T0THERE")
    for desk in (here, there):
        await _lived_in(desk)
    async with here.database.connection() as conn:
        before = await _rows(conn, "T0THERE")
        assert (await _rows(conn, "T0HERE"))["events"] > 0
        await conn.execute("SELECT remove_workspace($1)", "T0HERE")
        assert set((await _rows(conn, "T0HERE")).values()) == {0}
        assert await _rows(conn, "T0THERE") == before
        assert await orphans(conn) == []
        assert await conn.fetchval("SELECT to_regclass('numbers.\"T0HERE\"')") is None


async def _rows(conn: asyncpg.Connection, workspace_id: str) -> dict[str, int]:
    """How many each table has of a workspace."""
    tables = await conn.fetch(
        """
        SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'workspace_id'
          AND NOT a.attisdropped ORDER BY 1"""
    )
    return {
        name: await conn.fetchval(f"SELECT count(*) FROM {name} WHERE workspace_id = $1", workspace_id)
        for (name,) in tables
    }


def test_issues_are_removed_only_with_their_workspace() -> None:
    """Events and watchers have no foreign key to them."""
    sources = [path.read_text() for path in Path(db.__file__).parent.rglob("*.py")]
    assert not [source for source in sources if "DELETE FROM issues" in source]
