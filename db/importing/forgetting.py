"""What imports keep of somebody: how files call them, and who was said to be meant by that."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.ids import PersonId, WorkspaceId

_BY_NAME = ("guessed", "chosen", "ambiguous")
_LISTED = ("strangers", "left", "left_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Somebody:
    """`names` in small letters."""

    ids: Collection[str]
    names: Collection[str]

    def called(self, text: str | None) -> bool:
        """Also as in `Ada <ada@example.com>`."""
        folded = (text or "").lower()
        return folded in self.names or any(f"<{name}>" in folded for name in self.names)

    def without(self, people: Mapping[str, Any]) -> dict[str, Any]:
        """People by how a file calls them; each is an id, or says what was found."""
        return {
            name: self._candidates(who)
            for name, who in people.items()
            if not self.called(name) and not self._is(who)
        }

    def _is(self, who: Any) -> bool:
        known = who.get("id") if isinstance(who, dict) else who
        return isinstance(known, str) and known in self.ids

    def _candidates(self, who: Any) -> Any:
        return [name for name in who if not self.called(name)] if isinstance(who, list) else who


async def forget_person(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, person_ids: Sequence[PersonId], names: Sequence[str]
) -> int:
    """Leaves somebody out of what is remembered of files; returns of how many. Files themselves are not kept."""
    who = _Somebody(ids={str(each) for each in person_ids}, names={name.lower() for name in names})
    forgotten = 0
    for row in await conn.fetch(
        "SELECT header_id, mapping FROM import_mappings WHERE workspace_id = $1", workspace_id
    ):
        mapping = _of_mapping(row["mapping"], who)
        if mapping != row["mapping"]:
            await conn.execute(
                "UPDATE import_mappings SET mapping = $3::text::jsonb WHERE workspace_id = $1 AND header_id = $2",
                workspace_id,
                row["header_id"],
                json.dumps(mapping),
            )
            forgotten += 1
    return forgotten + await _of_imports(conn, workspace_id, who)


async def _of_imports(conn: asyncpg.Connection, workspace_id: WorkspaceId, who: _Somebody) -> int:
    forgotten = 0
    for row in await conn.fetch(
        "SELECT import_id, mapping, survey FROM imports WHERE workspace_id = $1 FOR UPDATE", workspace_id
    ):
        mapping, survey = _of_mapping(row["mapping"], who), _of_survey(row["survey"], who)
        if (mapping, survey) == (row["mapping"], row["survey"]):
            continue
        await conn.execute(
            """
            UPDATE imports SET mapping = $3::text::jsonb, survey = $4::text::jsonb
            WHERE workspace_id = $1 AND import_id = $2""",
            workspace_id,
            row["import_id"],
            None if mapping is None else json.dumps(mapping),
            None if survey is None else json.dumps(survey),
        )
        forgotten += 1
    return forgotten


def _of_mapping(mapping: dict[str, Any] | None, who: _Somebody) -> dict[str, Any] | None:
    if not mapping or not mapping.get("people"):
        return mapping
    return {**mapping, "people": who.without(mapping["people"])}


def _of_survey(survey: dict[str, Any] | None, who: _Somebody) -> dict[str, Any] | None:
    if not survey:
        return survey
    by_name = {part: who.without(survey[part]) for part in _BY_NAME if part in survey}
    listed = {
        part: [name for name in survey[part] if not who.called(name)] for part in _LISTED if part in survey
    }
    samples = [
        {**sample, "assignee": None} if who.called(sample["assignee"]) else sample
        for sample in survey["samples"]
    ]
    return {**survey, **by_name, **listed, "samples": samples}
