"""What people own, such as webhooks and tokens: each their own, an admin all of the workspace's."""

from __future__ import annotations

import asyncpg

from db.access import Actor
from db.errors import NotFound
from db.ids import PersonId, WorkspaceId
from db.states import Role


def whose(actor: Actor) -> tuple[WorkspaceId, bool, PersonId | None]:
    """`$1` to `$3` of a statement that asks for what is the actor's: the workspace, whether all in it, and whose."""
    return actor.workspace_id, actor.role is Role.ADMIN, actor.person_id


def one(row: asyncpg.Record | None, kind: str, wanted: object) -> asyncpg.Record:
    """The row that was asked for. Raises NotFound."""
    if row is None:
        raise NotFound(kind, wanted)
    return row
