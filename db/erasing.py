"""Forgetting somebody for good: who they were goes, what they did stays, told of somebody without a name.

What people wrote stays as they wrote it, also where it names somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, LiteralString

import asyncpg

from db import stored_queries
from db.access import Action, Actor, require
from db.errors import NotFound
from db.ids import PersonId
from db.importing import forgetting
from db.origins import NOWHERE
from db.people import COLUMNS, Person, read_person
from db.recording import record

_FORMER: Final = re.compile(r"Former member ([0-9a-f]{6})")


class Part(StrEnum):
    """What is kept of somebody, besides their name."""

    MERGED = "merged"
    TOKENS = "tokens"
    SAVED = "saved"
    SUBSCRIPTIONS = "subscriptions"
    SCHEDULES = "schedules"
    QUERIES = "queries"
    WATCHED = "watched"
    NEWS = "news"
    MESSAGES = "messages"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """`person` as they were, and `name` as they are called from now on; `counts` has what was more than none.

    `again`: they had been erased before.
    """

    person: Person
    name: str
    counts: Mapping[Part, int]
    again: bool


# In each: $1 workspace, $2 whose it is.
_THEIRS: Final[tuple[tuple[Part, LiteralString], ...]] = (
    (Part.TOKENS, "DELETE FROM tokens WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.SAVED, "DELETE FROM saved_queries WHERE workspace_id = $1 AND owner_id = ANY ($2::uuid[])"),
    (
        # Those that tell them alone; what they set up for a channel is the channel's.
        Part.SUBSCRIPTIONS,
        """
        DELETE FROM subscriptions
        WHERE workspace_id = $1 AND owner_id = ANY ($2::uuid[]) AND left(channel_id, 1) IN ('D', 'U', 'W')""",
    ),
    (
        Part.SCHEDULES,
        """
        DELETE FROM schedules
        WHERE workspace_id = $1 AND owner_id = ANY ($2::uuid[]) AND left(channel_id, 1) IN ('D', 'U', 'W')""",
    ),
    (Part.WATCHED, "DELETE FROM watchers WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.WATCHED, "DELETE FROM mutes WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.NEWS, "DELETE FROM awaited WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.NEWS, "DELETE FROM notices WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.NEWS, "DELETE FROM told WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
    (Part.NEWS, "DELETE FROM homes WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"),
)
# In each: $1 workspace, $2 the Slack ids that are theirs.
_BY_SLACK_ID: Final[tuple[tuple[Part | None, LiteralString], ...]] = (
    (Part.MESSAGES, "DELETE FROM outbox WHERE workspace_id = $1 AND channel_id = ANY ($2::text[])"),
    (None, "DELETE FROM channel_senders WHERE workspace_id = $1 AND channel_id = ANY ($2::text[])"),
    (
        # How fast may be written to them.
        None,
        "DELETE FROM send_pace WHERE workspace_id = $1 AND lane IN (SELECT 'channel:' || unnest($2::text[]))",
    ),
    (
        # Keys of clicks said whose they were; those of an earlier version are kept for months.
        None,
        """
        DELETE FROM spent_requests
        WHERE workspace_id = $1 AND request_key LIKE 'click:%'
          AND split_part(request_key, ':', 2) = ANY ($2::text[])""",
    ),
    (
        None,
        "UPDATE installations SET installer_id = NULL WHERE workspace_id = $1 AND installer_id = ANY ($2::text[])",
    ),
)


def former_name(person_id: PersonId) -> str:
    """Nobody else's: what asks for their issues goes on to, and exports tell them from others."""
    return f"Former member {person_id.hex[-6:]}"


def former_code(name: str) -> str | None:
    """What tells a former member from the others; None for the name of somebody who has one."""
    found = _FORMER.fullmatch(name)
    return found[1] if found else None


async def meant(conn: asyncpg.Connection, actor: Actor, text: str) -> tuple[Person, ...]:
    """Whose Slack id, e-mail address, id or whole name it is, also of somebody who left."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND p.merged_into IS NULL AND (
            p.slack_user_id = upper($2) OR lower(p.email) = lower($2) OR lower(p.name) = lower($2)
            OR p.person_id = (SELECT coalesce(merged_into, person_id) FROM people
                              WHERE workspace_id = $1 AND person_id::text = lower($2)))
        ORDER BY lower(p.name), p.person_id""",
        actor.workspace_id,
        text.strip().removeprefix("<").removesuffix(">").removeprefix("@"),
    )
    return tuple(map(read_person, rows))


async def erase(conn: asyncpg.Connection, actor: Actor, person_id: PersonId) -> Erased:
    """Inside a transaction: all of it or nothing. Done again it changes nothing.

    Issues, comments and history stay, and point at a person without a name; so does what they set up for channels.
    Raises NotFound, Forbidden, and Invalid for a query that has no room for another name.
    """
    require(actor, Action.PEOPLE)
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND coalesce(p.merged_into, p.person_id) = (
            SELECT coalesce(merged_into, person_id) FROM people WHERE workspace_id = $1 AND person_id = $2)
        ORDER BY p.merged_into IS NOT NULL, p.person_id FOR UPDATE OF p""",
        actor.workspace_id,
        person_id,
    )
    if not rows:
        raise NotFound("person", person_id)
    people = [read_person(row) for row in rows]
    person, again = people[0], all("erased" in each.settings for each in people)
    name = former_name(person.person_id)
    counts = await _forget(conn, actor, people, name)
    if not again:
        await _rename(conn, actor, people, name)
        await record(conn, actor, "erase_person", NOWHERE, (), summary={"person_id": str(person.person_id)})
    return Erased(person=person, name=name, counts=counts, again=again)


async def _forget(
    conn: asyncpg.Connection, actor: Actor, people: Sequence[Person], name: str
) -> dict[Part, int]:
    ids = [each.person_id for each in people]
    slack_ids = [each.slack_user_id for each in people if each.slack_user_id is not None]
    counts = {Part.MERGED: sum("erased" not in each.settings for each in people[1:])}
    for whose, statements in ((ids, _THEIRS), (slack_ids, _BY_SLACK_ID)):
        for part, statement in statements:
            done = await conn.execute(statement, actor.workspace_id, whose)
            if part is not None:
                counts[part] = counts.get(part, 0) + int(done.rpartition(" ")[2])
    counts[Part.QUERIES] = await stored_queries.rename_person(conn, actor, ids, name)
    names = list(dict.fromkeys(_known_as(people)))
    counts[Part.IMPORTS] = await forgetting.forget_person(conn, actor.workspace_id, ids, names)
    return {part: count for part, count in counts.items() if count}


def _known_as(people: Sequence[Person]) -> Iterator[str]:
    for each in people:
        if former_code(each.name) is None:
            yield each.name
        yield from (text for text in (each.email, each.slack_user_id, *each.handles) if text)


async def _rename(conn: asyncpg.Connection, actor: Actor, people: Sequence[Person], name: str) -> None:
    ids = [each.person_id for each in people]
    await conn.execute(_NAMELESS, actor.workspace_id, ids, name)
    # Their own ways to say what they look for, and who they were before they were merged.
    await conn.execute(_UNSAID, actor.workspace_id, ids, [str(each) for each in ids])


# What they set up for a channel goes on to see what they could: a guest little, and nobody more than members do.
_NAMELESS: Final[LiteralString] = """
UPDATE people
SET name = $3, email = NULL, slack_user_id = NULL, handles = '{}', active = false, timezone = 'UTC',
    locale = 'en', role = CASE role WHEN 'guest' THEN role ELSE 'member' END, settings = '{"erased": true}',
    updated_at = now()
WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])"""

_UNSAID: Final[LiteralString] = """
UPDATE changes
SET summary = CASE action WHEN 'merge_people' THEN summary - 'name' ELSE '{}' END
WHERE workspace_id = $1
  AND (action = 'merge_people' AND (summary ->> 'from' = ANY ($3::text[]) OR summary ->> 'into' = ANY ($3::text[]))
       OR action = 'save_query' AND actor_id = ANY ($2::uuid[]))"""
