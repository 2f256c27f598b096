"""Labels: per workspace, case-insensitive, created on first use. Events hold their names, so history stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db import issues, limits
from db.access import VISIBLE, Action, Actor, require
from db.errors import Conflict, FieldError, Invalid, NotFound
from db.ids import ChangeId, IssueId, LabelId
from db.issues import IssuePatch, Written
from db.issues.labelling import Label as Label
from db.issues.labelling import ensure as ensure
from db.issues.labelling import named as named
from db.origins import NOWHERE, Origin
from db.recording import Before, once, record


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChanged:
    """`change_id` is None when nothing changed and nothing was written."""

    label: Label
    change_id: ChangeId | None
    repeated: bool = False


async def of_issue(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> tuple[Label, ...]:
    """By name; empty also for an issue that this actor may not see."""
    rows = await conn.fetch(
        f"""
        SELECT l.label_id, l.name FROM issues i
        JOIN issue_labels USING (workspace_id, issue_id) JOIN labels l USING (workspace_id, label_id)
        WHERE {VISIBLE} AND i.issue_id = $3 ORDER BY lower(l.name)""",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
    )
    return tuple(Label(label_id=row["label_id"], name=row["name"]) for row in rows)


async def all(  # noqa: A001 - read as labels.all
    conn: asyncpg.Connection, actor: Actor, *, prefix: str = "", limit: int = 1000
) -> tuple[Label, ...]:
    """The labels of the workspace by name; with `prefix`, those that begin so in any case."""
    rows = await conn.fetch(
        """
        SELECT label_id, name FROM labels
        WHERE workspace_id = $1 AND starts_with(lower(name), lower($2)) ORDER BY lower(name) LIMIT $3""",
        actor.workspace_id,
        prefix,
        limit,
    )
    return tuple(Label(label_id=row["label_id"], name=row["name"]) for row in rows)


async def page(
    conn: asyncpg.Connection, actor: Actor, *, limit: int = 50, after: LabelId | None = None
) -> tuple[Label, ...]:
    """At most `limit` labels by name, from the one behind `after` on."""
    rows = await conn.fetch(
        """
        SELECT l.label_id, l.name FROM labels l
        WHERE l.workspace_id = $1
          AND ($2::uuid IS NULL OR lower(l.name) > (
              SELECT lower(last.name) FROM labels last WHERE last.workspace_id = $1 AND last.label_id = $2))
        ORDER BY lower(l.name) LIMIT $3""",
        actor.workspace_id,
        after,
        limit,
    )
    return tuple(Label(label_id=row["label_id"], name=row["name"]) for row in rows)


async def get(conn: asyncpg.Connection, actor: Actor, label_id: LabelId) -> Label:
    """Raises NotFound."""
    name = await conn.fetchval(
        "SELECT name FROM labels WHERE workspace_id = $1 AND label_id = $2", actor.workspace_id, label_id
    )
    if name is None:
        raise NotFound("label", label_id)
    return Label(label_id=label_id, name=name)


async def uses(conn: asyncpg.Connection, actor: Actor, label_id: LabelId) -> int:
    """How many issues have it, as far as the actor sees them; at most 1,000."""
    count: int = await conn.fetchval(
        f"""
        SELECT count(*) FROM (
            SELECT FROM issue_labels il JOIN issues i USING (workspace_id, issue_id)
            WHERE {VISIBLE} AND il.label_id = $3 LIMIT 1000) tagged""",
        actor.workspace_id,
        actor.sees_only,
        label_id,
    )
    return count


async def add_remove(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    add: Sequence[str],
    remove: Sequence[str],
    origin: Origin = NOWHERE,
) -> Written:
    """Adds and removes at once, whatever labels the issue has by then. Raises as `issues.edit`."""
    patch = IssuePatch(add_labels=tuple(add), remove_labels=tuple(remove))
    return await issues.edit(conn, actor, issue_id, patch, origin)


async def replace(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    names: Sequence[str],
    origin: Origin = NOWHERE,
    *,
    version: int | None = None,
) -> Written:
    """Exactly these labels and no others. Raises as `issues.edit`."""
    return await issues.edit(conn, actor, issue_id, IssuePatch(labels=tuple(names)), origin, version=version)


async def rename(
    conn: asyncpg.Connection, actor: Actor, label_id: LabelId, name: str, origin: Origin = NOWHERE
) -> LabelChanged:
    """Raises NotFound, Invalid, Forbidden; Conflict when another label has that name: merge them instead."""
    require(actor, Action.LABELS)
    name = limits.label(name)

    async def again(before: Before) -> LabelChanged:
        return LabelChanged(label=await get(conn, actor, label_id), change_id=before.change_id, repeated=True)

    async def work() -> LabelChanged:
        old = await _hold(conn, actor, label_id)
        label = Label(label_id=label_id, name=name)
        if old == name:
            return LabelChanged(label=label, change_id=None)
        taken = await conn.fetchval(
            "SELECT name FROM labels WHERE workspace_id = $1 AND lower(name) = lower($2) AND label_id <> $3",
            actor.workspace_id,
            name,
            label_id,
        )
        if taken is not None:
            raise Conflict("label", taken)
        await conn.execute(
            "UPDATE labels SET name = $3 WHERE workspace_id = $1 AND label_id = $2",
            actor.workspace_id,
            label_id,
            name,
        )
        summary = {"label_id": str(label_id), "from": old, "into": name}
        change_id = await record(conn, actor, "rename_label", origin, (), summary=summary)
        return LabelChanged(label=label, change_id=change_id)

    return await once(conn, actor, "rename_label", origin, work, again)


async def merge_labels(
    conn: asyncpg.Connection, actor: Actor, from_id: LabelId, into_id: LabelId, origin: Origin = NOWHERE
) -> LabelChanged:
    """Issues with the one get the other, and the one is no more. Raises NotFound, Invalid, Forbidden."""
    require(actor, Action.LABELS)
    if from_id == into_id:
        raise Invalid(
            FieldError(field="labels", code="itself", message="a label cannot be merged into itself")
        )

    async def again(before: Before) -> LabelChanged:
        return LabelChanged(label=await get(conn, actor, into_id), change_id=before.change_id, repeated=True)

    async def work() -> LabelChanged:
        names = {held: await _hold(conn, actor, held) for held in sorted((from_id, into_id))}
        for statement in (
            """INSERT INTO issue_labels (workspace_id, issue_id, label_id)
               SELECT workspace_id, issue_id, $3 FROM issue_labels WHERE workspace_id = $1 AND label_id = $2
               ON CONFLICT DO NOTHING""",
            """DELETE FROM issue_labels
               WHERE workspace_id = $1 AND label_id = $2 AND label_id <> $3""",
            "DELETE FROM labels WHERE workspace_id = $1 AND label_id = $2 AND label_id <> $3",
        ):
            await conn.execute(statement, actor.workspace_id, from_id, into_id)
        summary = {"label_id": str(into_id), "from": names[from_id], "into": names[into_id]}
        change_id = await record(conn, actor, "merge_labels", origin, (), summary=summary)
        return LabelChanged(label=Label(label_id=into_id, name=names[into_id]), change_id=change_id)

    return await once(conn, actor, "merge_labels", origin, work, again)


async def _hold(conn: asyncpg.Connection, actor: Actor, label_id: LabelId) -> str:
    name: str | None = await conn.fetchval(
        "SELECT name FROM labels WHERE workspace_id = $1 AND label_id = $2 FOR UPDATE",
        actor.workspace_id,
        label_id,
    )
    if name is None:
        raise NotFound("label", label_id)
    return name
