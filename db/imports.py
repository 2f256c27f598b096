"""Imports: from the file somebody shared to the issues it became, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db import limits
from db.access import Action, Actor, require
from db.errors import Busy, Conflict, Forbidden, NotFound
from db.ids import ChangeId, ChannelId, MessageTs, PersonId, WorkspaceId
from db.importing.columns import Field
from db.importing.inspecting import Inspection
from db.importing.mapping import Mapping
from db.jobs import enqueue
from db.states import Role

JOB: Final = "import"
# Whoever runs an import tells of it several times in this time.
SILENCE: Final = timedelta(seconds=5)
# A program's import says nothing while the file is read.
ABANDONED: Final = timedelta(minutes=2)


class State(StrEnum):
    """`reading` finds out what the file holds; `ready` waits for the person; the rest speaks for itself."""

    READING = "reading"
    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDONE = "undone"


ENDED: Final = frozenset({State.DONE, State.CANCELLED, State.FAILED, State.UNDONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`survey`, `outcome` and `progress` are JSON as the import's own parts write them."""

    workspace_id: WorkspaceId
    import_id: UUID
    state: State
    asked_by: PersonId | None
    locale: str
    file_id: str
    file_name: str
    file_size: int
    channel_id: ChannelId | None
    thread_ts: MessageTs | None
    message_ts: MessageTs | None
    inspection: Inspection | None
    mapping: Mapping | None
    survey: dict[str, Any] | None
    outcome: dict[str, Any] | None
    progress: dict[str, Any]
    attempts: int
    change_id: ChangeId | None
    created_at: datetime


_COLUMNS: Final[LiteralString] = (
    "workspace_id, import_id, state, asked_by, locale, file_id, file_name, file_size, channel_id, thread_ts,"
    " message_ts, inspection, mapping, survey, outcome, progress, attempts, change_id, created_at"
)


def _read(row: Any) -> Import:
    values = dict(row.items())
    values["state"] = State(values["state"])
    if values["inspection"] is not None:
        values["inspection"] = Inspection.from_json(values["inspection"])
    if values["mapping"] is not None:
        values["mapping"] = Mapping.from_json(values["mapping"])
    return Import(**values)


async def begin(
    conn: asyncpg.Connection,
    actor: Actor,
    *,
    file_id: str,
    file_name: str = "",
    file_size: int = 0,
    channel_id: ChannelId | None = None,
    thread_ts: MessageTs | None = None,
    locale: str = "en",
    settings: MappingOf[str, Any] | None = None,
    by_job: bool = True,
) -> Import | None:
    """Notes a file and, `by_job`, asks for it to be read; None when this file was noted here before.

    Raises Forbidden.
    """
    require(actor, Action.IMPORT, settings)
    row = await conn.fetchrow(
        f"""
        INSERT INTO imports (workspace_id, asked_by, file_id, file_name, file_size, channel_id, thread_ts, locale)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace_id, file_id, channel_id) DO NOTHING
        RETURNING {_COLUMNS}""",
        actor.workspace_id,
        actor.person_id,
        file_id,
        limits.line(file_name)[:255],
        file_size,
        channel_id,
        thread_ts,
        locale,
    )
    if row is None:
        return None
    begun = _read(row)
    if by_job:
        await ask(conn, begun)
    return begun


async def take_over(conn: asyncpg.Connection, actor: Actor, file_id: str) -> Import:
    """What a program asked for before: as it ended, or to be read anew if whoever was at it is gone.

    Raises Busy when somebody is.
    """
    row = await conn.fetchrow(
        f"""
        UPDATE imports
        SET state = CASE WHEN state = ANY ($3::text[]) THEN state ELSE 'reading' END, updated_at = now()
        WHERE workspace_id = $1 AND file_id = $2 AND channel_id IS NULL
          AND (state = ANY ($3::text[]) OR state = 'queued' OR updated_at < now() - $4::interval)
        RETURNING {_COLUMNS}""",
        actor.workspace_id,
        file_id,
        [state.value for state in ENDED],
        ABANDONED,
    )
    if row is None:
        raise Busy
    return _read(row)


async def ask(conn: asyncpg.Connection, wanted: Import) -> None:
    """Enqueues the work that the import's state calls for."""
    payload = json.dumps({"workspace_id": wanted.workspace_id, "import_id": str(wanted.import_id)})
    # No dedupe key: the job that showed the last state may not have ended yet, and claiming makes a second harmless.
    await enqueue(conn, JOB, payload.encode())


async def get(conn: asyncpg.Connection, workspace_id: WorkspaceId, import_id: UUID) -> Import:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM imports WHERE workspace_id = $1 AND import_id = $2", workspace_id, import_id
    )
    if row is None:
        raise NotFound("import", import_id)
    return _read(row)


def require_own(actor: Actor, wanted: Import) -> None:
    """Only whoever shared the file, or an admin, decides over it. Raises Forbidden."""
    if actor.role is not Role.ADMIN and actor.person_id != wanted.asked_by:
        raise Forbidden(Action.IMPORT.value, "the person who shared the file, or an admin")


async def _move(
    conn: asyncpg.Connection,
    wanted: Import,
    into: State,
    from_states: tuple[State, ...],
    **values: Any,
) -> Import:
    """Raises Conflict when it is in none of `from_states` any more."""
    row = await conn.fetchrow(
        f"""
        UPDATE imports
        SET state = $3, updated_at = now(),
            mapping = coalesce($5::text::jsonb, mapping), survey = coalesce($6::text::jsonb, survey),
            inspection = coalesce($7::text::jsonb, inspection), outcome = coalesce($8::text::jsonb, outcome),
            attempts = CASE WHEN $3 IN ('reading', 'queued') THEN 0 ELSE attempts END
        WHERE workspace_id = $1 AND import_id = $2 AND state = ANY ($4::text[])
        RETURNING {_COLUMNS}""",
        wanted.workspace_id,
        wanted.import_id,
        into.value,
        [state.value for state in from_states],
        *(None if values.get(name) is None else json.dumps(values[name]) for name in _JSON),
    )
    if row is None:
        raise Conflict("import", into.value)
    return _read(row)


_JSON: Final = ("mapping", "survey", "inspection", "outcome")


async def surveyed(
    conn: asyncpg.Connection, wanted: Import, inspection: Inspection, mapping: Mapping, survey: dict[str, Any]
) -> Import:
    return await _move(
        conn,
        wanted,
        State.READY,
        (State.READING,),
        inspection=inspection.to_json(),
        mapping=mapping.to_json(),
        survey=survey,
    )


async def remap(conn: asyncpg.Connection, actor: Actor, wanted: Import, mapping: Mapping) -> Import:
    """Takes another mapping, remembers it for the next file with this header, and reads the file again."""
    require_own(actor, wanted)
    moved = await _move(conn, wanted, State.READING, (State.READY, State.FAILED), mapping=mapping.to_json())
    assert moved.inspection is not None
    await remember(conn, wanted.workspace_id, moved.inspection.header_id, mapping)
    await ask(conn, moved)
    return moved


async def start(conn: asyncpg.Connection, actor: Actor, wanted: Import, *, by_job: bool = True) -> Import:
    """What the Import button does. Raises Forbidden, Conflict."""
    require_own(actor, wanted)
    moved = await _move(conn, wanted, State.QUEUED, (State.READY,))
    if by_job:
        await ask(conn, moved)
    return moved


async def cancel(conn: asyncpg.Connection, actor: Actor, wanted: Import) -> Import:
    """Before it runs: at once. While it runs: whoever runs it stops, and nothing of it stays. Raises Conflict."""
    require_own(actor, wanted)
    try:
        return await _move(
            conn, wanted, State.CANCELLED, (State.READING, State.READY, State.QUEUED, State.FAILED)
        )
    except Conflict:
        return await _move(conn, wanted, State.CANCELLING, (State.RUNNING, State.CANCELLING))


async def read_again(conn: asyncpg.Connection, wanted: Import) -> Import | None:
    """Counts an attempt at reading: above 1 somebody died over it. None when it is not to be read any more."""
    row = await conn.fetchrow(
        f"""
        UPDATE imports SET attempts = attempts + 1, updated_at = now()
        WHERE workspace_id = $1 AND import_id = $2 AND state = 'reading' RETURNING {_COLUMNS}""",
        wanted.workspace_id,
        wanted.import_id,
    )
    return None if row is None else _read(row)


async def claim(conn: asyncpg.Connection, wanted: Import) -> Import | None:
    """Takes it on; `attempts` above 1 tells that somebody died over it.

    None when there is nothing to run, or when somebody who is alive runs it.
    """
    row = await conn.fetchrow(
        f"""
        UPDATE imports SET state = 'running', attempts = attempts + 1, updated_at = now()
        WHERE workspace_id = $1 AND import_id = $2
          AND (state = 'queued' OR state = 'running' AND updated_at < now() - $3::interval)
        RETURNING {_COLUMNS}""",
        wanted.workspace_id,
        wanted.import_id,
        SILENCE,
    )
    return None if row is None else _read(row)


async def let_go(conn: asyncpg.Connection, wanted: Import) -> None:
    """Nobody runs it any more, and it has not ended."""
    await conn.execute(
        "UPDATE imports SET state = 'queued' WHERE workspace_id = $1 AND import_id = $2 AND state = 'running'",
        wanted.workspace_id,
        wanted.import_id,
    )


async def settle(
    conn: asyncpg.Connection, wanted: Import, into: State, outcome: dict[str, Any]
) -> Import | None:
    """Ends it; None when it has ended otherwise."""
    from_states = tuple(state for state in State if state not in ENDED)
    try:
        return await _move(conn, wanted, into, from_states, outcome=outcome)
    except Conflict:
        return None


async def tell(conn: asyncpg.Connection, wanted: Import, progress: dict[str, Any]) -> State:
    """Notes how far it is, and returns what is wanted of it by now."""
    state = await conn.fetchval(
        """
        UPDATE imports SET progress = $3::text::jsonb, updated_at = now()
        WHERE workspace_id = $1 AND import_id = $2 RETURNING state""",
        wanted.workspace_id,
        wanted.import_id,
        json.dumps(progress),
    )
    return State(state)


async def shown_at(conn: asyncpg.Connection, wanted: Import, message_ts: MessageTs) -> None:
    """Remembers the message that shows how the import stands."""
    await conn.execute(
        "UPDATE imports SET message_ts = $3 WHERE workspace_id = $1 AND import_id = $2",
        wanted.workspace_id,
        wanted.import_id,
        message_ts,
    )


async def remember(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, header_id: str, mapping: Mapping
) -> None:
    await conn.execute(
        """
        INSERT INTO import_mappings (workspace_id, header_id, mapping) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (workspace_id, header_id) DO UPDATE SET mapping = excluded.mapping, updated_at = now()""",
        workspace_id,
        header_id,
        json.dumps(mapping.to_json()),
    )


async def remembered(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, inspection: Inspection
) -> Mapping | None:
    """How a file with this header was mapped the last time."""
    data = await conn.fetchval(
        "SELECT mapping FROM import_mappings WHERE workspace_id = $1 AND header_id = $2",
        workspace_id,
        inspection.header_id,
    )
    if data is None:
        return None
    mapping = Mapping.from_json(data)
    # A column of reasons, in rows that were handed back, does not count in what a header is known by.
    kept = iter(column for column in mapping.columns if column is not Field.FAILURE)
    guessed = inspection.recognised.columns
    return mapping.with_columns(
        tuple(Field.FAILURE if column is Field.FAILURE else next(kept, None) for column in guessed)
    )
