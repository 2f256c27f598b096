"""Staged rows to issues: COPY into a temporary table, then set-based SQL, all in one transaction.

Every statement works on a slice of lines, so that progress can be told and a cancelled import stops soon.
Nothing of it is seen by anyone before the commit, and nothing is left of it without one.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any, Final, LiteralString, Protocol
from uuid import UUID

import asyncpg

from db.access import Actor
from db.errors import LodgeError
from db.ids import ChangeId, new_uuid
from db.importing import linking, updating
from db.importing.child import Kind
from db.importing.converting import STAGED_COLUMNS
from db.importing.mapping import Existing, Mapping
from db.importing.process import Frame
from db.importing.surveying import Survey
from db.importing.writing import CLOSED, COMMENTS, CREATED, ISSUES, LABELS
from db.origins import Origin

_SLICE: Final = 25_000

_STAGED: Final[LiteralString] = """
CREATE TEMPORARY TABLE staged (
    issue_id uuid, source_key uuid, reference_key uuid, line integer, title text, description text, status text,
    close_reason text, priority smallint, assignee integer, reporter integer, labels integer[], due_on date,
    created_at timestamptz, updated_at timestamptz, closed_at timestamptz, duplicate_key uuid, parent_key uuid,
    external_ref text, lodge_id uuid, comments jsonb, alias_key uuid
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_people (number integer, person_id uuid) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_labels (number integer, label_id uuid) ON COMMIT DROP;
"""


class NotAllGood(LodgeError):
    """Some rows fail, and the person wants all or nothing."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        super().__init__(f"{survey.bad} of {survey.rows} rows fail")


class NamesGone(LodgeError):
    """Between being found and being held, a person or label was taken away: from the start again it is another."""


class DoneBefore(LodgeError):
    """Another process has finished this very import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`existing` rows had been imported before, `updated` of them were changed; `repeated` stood twice in the file.

    `unlinked` links lead nowhere; `circular` ones would have put an issue above itself.
    """

    created: int = 0
    existing: int = 0
    updated: int = 0
    repeated: int = 0
    failed: int = 0
    comments: int = 0
    new_labels: int = 0
    new_people: int = 0
    unlinked: int = 0
    circular: int = 0

    def to_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far it is: rows read of the file, or rows written of those that were read."""

    phase: str
    done: int
    total: int | None = None


Tell = Callable[[Step], Awaitable[None]]


class People(Protocol):
    """Finds or makes, outside the transaction, the people and labels that a file names; in the order given."""

    async def people(self, written: list[str], also: MappingOf[str, str]) -> list[UUID | None]: ...

    async def labels(self, names: list[str]) -> list[UUID]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """One import as it runs. `failed` takes the rows that are handed back, as CSV."""

    conn: asyncpg.Connection
    actor: Actor
    import_id: UUID
    mapping: Mapping
    origin: Origin
    file_name: str
    names: People
    tell: Tell
    failed: Callable[[bytes], None]

    async def run(self, frames: AsyncIterator[Frame]) -> tuple[Outcome, ChangeId | None]:
        """Inside the caller's transaction. The change is None when there was nothing to write.

        Raises TableFlaw, NotAllGood, DoneBefore, and NamesGone when it is worth another try.
        """
        await self._prepare()
        survey = await self._stage(frames)
        if survey.bad and self.mapping.all_or_nothing:
            raise NotAllGood(survey)
        people = await self.names.people(survey.people, survey.also)
        labels = await self.names.labels(survey.labels)
        await self.conn.copy_records_to_table(
            "staged_people", records=enumerate(people), schema_name="pg_temp"
        )
        await self.conn.copy_records_to_table(
            "staged_labels", records=enumerate(labels), schema_name="pg_temp"
        )
        await self.conn.execute("ANALYZE staged; ANALYZE staged_people; ANALYZE staged_labels")
        await self._hold_references(people, labels)
        change_id = await self._open_change()
        existing, repeated = await self._take_keys(survey.good)
        counts = await self._write(change_id, survey)
        updates = bool(existing) and self.mapping.existing is Existing.UPDATE
        unlinked, circular = await self._link(updates=updates) if counts["created"] or updates else (0, 0)
        updated, told = (
            await updating.update_known(self.conn, self.actor, change_id, self.mapping) if updates else (0, 0)
        )
        outcome = Outcome(
            created=counts["created"],
            existing=existing,
            updated=updated,
            repeated=repeated,
            failed=survey.bad,
            comments=counts["comments"] + told,
            unlinked=unlinked,
            circular=circular,
        )
        return outcome, await self._close_change(change_id, outcome)

    async def _prepare(self) -> None:
        # The pool's limits are for people's requests.
        await self.conn.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
            "SET LOCAL work_mem = '64MB'"
        )
        zone = "UTC" if self.mapping.times_in_utc else self.mapping.timezone
        await self.conn.execute("SELECT set_config('timezone', $1, true)", zone)
        await self.conn.execute(_STAGED)

    async def _hold_references(self, people: list[UUID | None], labels: list[UUID]) -> None:
        """Checks every reference once, in place of once a row.

        What the rows refer to is held here just as foreign keys would hold it: people and labels by KEY SHARE,
        issues and the change by being this transaction's own. With that done, the row-by-row checks (a third of
        the whole time) add nothing; they are left out where the server lets this role do so. With them go the
        triggers that keep `labelled` and `commented`, which every statement here therefore sets itself; no other
        table written here has any: tests/db/importing/test_loading.py watches over that.
        """
        workspace = self.actor.workspace_id
        held_people = await self.conn.fetch(
            "SELECT person_id FROM people WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[]) FOR KEY SHARE",
            workspace,
            [person for person in (*people, self.actor.person_id) if person is not None],
        )
        held_labels = await self.conn.fetch(
            "SELECT label_id FROM labels WHERE workspace_id = $1 AND label_id = ANY ($2::uuid[]) FOR KEY SHARE",
            workspace,
            labels,
        )
        if len(held_people) < len({*people, self.actor.person_id} - {None}) or len(held_labels) < len(
            {*labels}
        ):
            raise NamesGone
        may_skip = "SELECT current_setting('is_superuser') = 'on' OR " + _MAY_SET
        if await self.conn.fetchval(may_skip):
            await self.conn.execute("SET LOCAL session_replication_role = replica")

    async def _stage(self, frames: AsyncIterator[Frame]) -> Survey:
        done: list[Survey] = []
        await self.conn.copy_to_table(
            "staged",
            source=self._rows(frames, done),
            columns=list(STAGED_COLUMNS),
            format="csv",
            schema_name="pg_temp",
        )
        return done[0]

    async def _rows(self, frames: AsyncIterator[Frame], done: list[Survey]) -> AsyncIterator[bytes]:
        async for kind, body in frames:
            if kind is Kind.ROWS:
                yield body
            elif kind is Kind.FAILED:
                self.failed(body)
            elif kind is Kind.PROGRESS:
                await self.tell(Step(phase="reading", done=json.loads(body)["rows"]))
            elif kind is Kind.DONE:
                done.append(Survey.from_json(json.loads(body)))

    async def _open_change(self) -> ChangeId:
        """The same import running twice meets here: the second waits, and then finds it done."""
        change_id = ChangeId(new_uuid())
        opened = await self.conn.fetchval(
            """
            INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts)
            VALUES ($1, $2, $3, 'import', 'import', $4, $5, $6)
            ON CONFLICT (workspace_id, request_key) WHERE request_key IS NOT NULL DO NOTHING
            RETURNING change_id""",
            self.actor.workspace_id,
            change_id,
            self.actor.person_id,
            f"import:{self.import_id}",
            self.origin.channel_id,
            self.origin.thread_ts,
        )
        if opened is None:
            raise DoneBefore
        return change_id

    async def _take_keys(self, good: int) -> tuple[int, int]:
        """Rows that are issues already, and rows that stand twice in the file. Both leave `staged`.

        Taken in the order of keys: two imports at once wait for each other, and never crosswise.
        """
        workspace = self.actor.workspace_id
        await self.conn.execute(_OWN, workspace)
        own = int((await self.conn.execute(_LEAVE.format(aside="own"))).split()[-1])
        new = int((await self.conn.execute(_TAKE_KEYS, workspace, self.import_id)).split()[-1])
        await self.conn.execute(_KNOWN if new < good - own else _NONE_KNOWN, workspace)
        if new < good:
            await self.conn.execute("INSERT INTO known SELECT * FROM own")
            await self.conn.execute(_LEAVE.format(aside="known"))
            await self.conn.execute("ANALYZE staged, known")
        known = int(await self.conn.fetchval("SELECT count(*) FROM known"))
        repeated = int(await self.conn.fetchval(_REPEATED))
        return known - repeated, repeated

    async def _write(self, change_id: ChangeId, survey: Survey) -> dict[str, int]:
        total = int(await self.conn.fetchval("SELECT count(*) FROM staged"))
        last = int(await self.conn.fetchval("SELECT coalesce(max(line), 0) FROM staged"))
        per_row = max(1, last // max(1, total))
        step = _SLICE * per_row
        if last > step:
            await self.conn.execute("CREATE INDEX staged_by_line ON staged (line)")
        counts = {"created": 0, "comments": 0}
        for start in range(0, last + 1, step):
            made = await self._write_slice(change_id, survey, start, start + step)
            counts["created"] += made[0]
            counts["comments"] += made[1]
            await self.tell(Step(phase="writing", done=counts["created"], total=total))
        return counts

    async def _write_slice(
        self, change_id: ChangeId, survey: Survey, start: int, end: int
    ) -> tuple[int, int]:
        conn, workspace, actor = self.conn, self.actor.workspace_id, self.actor.person_id
        made = await conn.execute(ISSUES, workspace, start, end, f'numbers."{workspace}"', actor)
        if not made.endswith(" 0"):
            await conn.execute(CREATED, workspace, start, end, change_id, actor)
            if not self._has_comments:
                await conn.execute(CLOSED, workspace, start, end, change_id)
        if survey.labels:
            await conn.execute(LABELS, workspace, start, end)
        if not self._has_comments:
            return int(made.split()[-1]), 0
        comments = await conn.fetchval(COMMENTS, workspace, start, end, change_id)
        return int(made.split()[-1]), int(comments)

    @property
    def _has_comments(self) -> bool:
        return any(column == "comment" for column in self.mapping.columns)

    async def _link(self, *, updates: bool) -> tuple[int, int]:
        """How many links lead nowhere, and how many back to where they begin. What changes is held from here on."""
        if self.mapping.has_links:
            unlinked = await linking.find_links(self.conn, self.actor, updates=updates)
        elif updates:
            await linking.no_links(self.conn)
        if updates:
            await updating.compare(self.conn, self.actor, self.mapping)
        if not self.mapping.has_links:
            return 0, 0
        return unlinked, await linking.link(self.conn, self.actor, updates=updates)

    async def _close_change(self, change_id: ChangeId, outcome: Outcome) -> ChangeId | None:
        workspace = self.actor.workspace_id
        if not outcome.created + outcome.updated:
            await self.conn.execute(
                "DELETE FROM changes WHERE workspace_id = $1 AND change_id = $2", workspace, change_id
            )
            return None
        summary: dict[str, Any] = {
            "import_id": str(self.import_id),
            "file": self.file_name,
            **outcome.to_json(),
        }
        await self.conn.execute(
            "UPDATE changes SET summary = $3::text::jsonb WHERE workspace_id = $1 AND change_id = $2",
            workspace,
            change_id,
            json.dumps(summary),
        )
        return change_id


async def announce(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> None:
    """The last statement before the commit: others who enqueue the same job wait for it from here on."""
    await conn.execute(
        "INSERT INTO pending_changes (workspace_id, change_id) VALUES ($1, $2)", actor.workspace_id, change_id
    )
    await conn.execute(
        "SELECT enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1)", actor.workspace_id
    )


_MAY_SET: Final[LiteralString] = "has_parameter_privilege('session_replication_role', 'SET')"

# A key whose issue was taken back is free again. That asks for a deleted issue, and not whether there is a living
# one: that of another import, committed while this statement waited for it, cannot be seen here yet.
_TAKE_KEYS: Final[LiteralString] = """
INSERT INTO imported_issues AS k (workspace_id, source_key, issue_id, import_id)
SELECT DISTINCT ON (source_key) $1, source_key, issue_id, $2 FROM staged ORDER BY source_key, line
ON CONFLICT (workspace_id, source_key) DO UPDATE SET issue_id = excluded.issue_id, import_id = excluded.import_id
WHERE EXISTS (SELECT FROM issues i
              WHERE i.workspace_id = $1 AND i.issue_id = k.issue_id AND i.deleted_at IS NOT NULL)"""

_KNOWN: Final[LiteralString] = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT s.*, k.issue_id AS target
FROM staged s JOIN imported_issues k ON k.workspace_id = $1 AND k.source_key = s.source_key
WHERE k.issue_id <> s.issue_id"""
_NONE_KNOWN: Final[LiteralString] = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT *, issue_id AS target FROM staged WHERE $1 = '' LIMIT 0"""
_LEAVE: Final[LiteralString] = "DELETE FROM staged WHERE line IN (SELECT line FROM {aside})"
_REPEATED: Final[LiteralString] = "SELECT count(*) FROM known WHERE target IN (SELECT issue_id FROM staged)"

# Lodge's own export, back in the workspace it came from: those rows are issues already.
_OWN: Final[LiteralString] = """
CREATE TEMPORARY TABLE own ON COMMIT DROP AS
SELECT s.*, i.issue_id AS target
FROM staged s JOIN issues i ON i.workspace_id = $1 AND i.issue_id = s.lodge_id"""
