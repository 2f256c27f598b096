"""Who of the workspace a file means by a name, a handle or an address. What fits two people is left to a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from db.ids import WorkspaceId
from db.importing.cells import name_and_email

_PAGE: Final = 2_000
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be meant. `bare`: nothing but the name is known of them, from an earlier file."""

    person_id: UUID
    name: str
    bare: bool
    active: bool


@dataclass(slots=True, kw_only=True)
class People:
    """By how the file writes them. Of `found`, `guessed` are known by a handle or an address alone, and `left` are
    no longer here; `added` has whoever an earlier file added by that name."""

    found: dict[str, UUID] = field(default_factory=dict)
    guessed: dict[str, Candidate] = field(default_factory=dict)
    ambiguous: dict[str, list[Candidate]] = field(default_factory=dict)
    added: dict[str, UUID] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def fold_name(name: str) -> str:
    """A name as it is compared: case, accents and runs of spaces do not matter."""
    if name.isascii():
        return " ".join(name.lower().split())
    text = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def true_names(names: Sequence[str], also: Mapping[str, str]) -> list[str]:
    """An account id is replaced by the name that the file has for it elsewhere."""
    return [name if also.get(name, "") in ("", name) else also[name] for name in names]


class _Wanted:
    """What the names of a file can be known by, and who has turned up for each: address, name, handle."""

    def __init__(self, names: Sequence[str], also: Mapping[str, str], *, by_handle: bool) -> None:
        self.names = list(dict.fromkeys(names))
        self._seen: list[dict[str, dict[UUID, Candidate]]] = [
            {name: {} for name in self.names} for _ in range(3)
        ]
        self._by_address: dict[str, list[str]] = {}
        self._by_name: dict[str, list[tuple[str, bool]]] = {}
        self._by_handle: dict[str, list[str]] = {}
        for name in self.names:
            text, address = name_and_email(name)
            if address is not None:
                self._by_address.setdefault(address.lower(), []).append(name)
            elif by_handle:
                self._by_handle.setdefault(fold_name(text), []).append(name)
            self._by_name.setdefault(fold_name(text), []).append((name, address is not None))
        for other, name in also.items():
            if name in self._seen[0] and other != name:
                self._by_handle.setdefault(fold_name(other), []).append(name)

    def meet(self, row: Any) -> None:
        address = row["email"].lower() if row["email"] else None
        bare = row["slack_user_id"] is None and address is None
        person = Candidate(person_id=row["person_id"], name=row["name"], bare=bare, active=row["active"])
        for name in self._by_address.get(address, ()) if address else ():
            self._seen[0][name][person.person_id] = person
        for name, has_address in self._by_name.get(fold_name(person.name), ()):
            # Two addresses are two people, whatever their names.
            if not (has_address and address):
                self._seen[1][name][person.person_id] = person
        for handle in _handles(row, address):
            for name in self._by_handle.get(handle, ()):
                self._seen[2][name][person.person_id] = person

    def result(self) -> People:
        people = People()
        for name in self.names:
            level, candidates = next(
                ((level, seen[name]) for level, seen in enumerate(self._seen) if seen[name]), (0, {})
            )
            if len(candidates) > 1 and level == 1:
                # Of two people with one name, the one whose handle it is as well.
                both = {key: who for key, who in candidates.items() if key in self._seen[2][name]}
                candidates = both or candidates
            if len(candidates) == 1:
                [only] = candidates.values()
                people.found[name] = only.person_id
                if not only.active:
                    people.left.append(name)
                if level == 2:
                    people.guessed[name] = only
            elif candidates:
                people.ambiguous[name] = list(candidates.values())
            bare = [key for key, who in self._seen[1][name].items() if who.bare]
            if len(bare) == 1:
                people.added[name] = bare[0]
        return people


def _handles(row: Any, address: str | None) -> Iterator[str]:
    for handle in row["handles"]:
        yield fold_name(handle)
    if address:
        yield fold_name(address.partition("@")[0])
    if row["slack_user_id"]:
        yield row["slack_user_id"].lower()


async def chosen_people(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, choices: Mapping[str, str]
) -> dict[str, Candidate]:
    """Those that were chosen by id and are still there, by how the file writes them."""
    ids = {name: choice for name, choice in choices.items() if _UUID.fullmatch(choice)}
    rows = await conn.fetch(
        """
        SELECT given.person_id AS asked, p.person_id, p.name, p.active,
               p.slack_user_id IS NULL AND p.email IS NULL AS bare
        FROM people given
        JOIN people p ON p.workspace_id = $1 AND p.person_id = coalesce(given.merged_into, given.person_id)
        WHERE given.workspace_id = $1 AND given.person_id = ANY ($2::text[]::uuid[])""",
        workspace_id,
        list(set(ids.values())),
    )
    known = {
        str(row["asked"]): Candidate(
            person_id=row["person_id"], name=row["name"], bare=row["bare"], active=row["active"]
        )
        for row in rows
    }
    return {name: known[choice] for name, choice in ids.items() if choice in known}


async def match_people(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    names: Sequence[str],
    also: Mapping[str, str],
    *,
    by_handle: bool = True,
) -> People:
    """By address, else by full name, else by handle or the address's local part; people who left count too.

    Of each only what fits one person is taken. `also` has other names of the same people: user names, account ids.
    """
    wanted = _Wanted(names, also, by_handle=by_handle)
    last: UUID | None = None
    while wanted.names:
        rows = await conn.fetch(
            """
            SELECT person_id, name, email, slack_user_id, handles, active FROM people
            WHERE workspace_id = $1 AND merged_into IS NULL AND ($2::uuid IS NULL OR person_id > $2)
            ORDER BY person_id LIMIT $3""",
            workspace_id,
            last,
            _PAGE,
        )
        for row in rows:
            wanted.meet(row)
        if len(rows) < _PAGE:
            break
        last = rows[-1]["person_id"]
    return wanted.result()
