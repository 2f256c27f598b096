"""`lodge people erase`: what is known of somebody, and forgetting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import asyncpg

from bot.maintenance import host_of, opened, require_up_to_date
from bot.settings import Settings
from db import erasing
from db.access import Actor
from db.erasing import Erased, Part
from db.errors import LodgeError
from db.ids import PersonId
from db.people import Person

_SHOWN: Final = 10
_WORDS: Final = {
    Part.MERGED: (
        "an earlier entry that was merged into theirs",
        "earlier entries that were merged into theirs",
    ),
    Part.TOKENS: ("API token, which ends", "API tokens, which end"),
    Part.SAVED: ("saved query of their own", "saved queries of their own"),
    Part.SUBSCRIPTIONS: ("subscription that tells them alone", "subscriptions that tell them alone"),
    Part.SCHEDULES: ("scheduled report to them alone", "scheduled reports to them alone"),
    Part.QUERIES: (
        "kept query that names them, by the new name",
        "kept queries that name them, by the new name",
    ),
    Part.WATCHED: ("issue they watch or muted", "issues they watch or muted"),
    Part.NEWS: ("note of what they were told or wait for", "notes of what they were told or wait for"),
    Part.MESSAGES: ("direct message of the last days", "direct messages of the last days"),
    Part.IMPORTS: (
        "import that knows who is meant by their name",
        "imports that know who is meant by their name",
    ),
}
_STAYS: Final = """\
Stays: issues, comments and history, as those of {name}; what was written, also where it names them;
webhooks, and reports and subscriptions of channels; what was posted in Slack, but for cards."""


class NotOne(LodgeError):
    """Nobody is called so, or several people are."""


async def erase_person(
    settings: Settings, *, workspace: str, user: str, sure: bool, say: Callable[[str], None]
) -> int:
    """Without `sure` it is all done and taken back, so that what is said is what would be. Raises NotOne."""
    async with opened(settings) as database, database.connection() as conn:
        await require_up_to_date(conn)
        actor = await host_of(conn, workspace)
        person = await _the_one(conn, actor, user)
        erased = await _erased(conn, actor, person.person_id, sure=sure)
    for line in _told(erased, sure=sure):
        say(line)
    return 0


async def _the_one(conn: asyncpg.Connection, actor: Actor, user: str) -> Person:
    found = await erasing.meant(conn, actor, user)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotOne(
            f"nobody in {actor.workspace_id} has the Slack id, e-mail address, whole name or id {user!r} "
            "(whoever was erased before is known by the id alone)"
        )
    several = "\n".join(f"  {each.person_id}  {_described(each)}" for each in found[:_SHOWN])
    raise NotOne(f"several people go by {user!r}; say which by the id:\n{several}")


async def _erased(conn: asyncpg.Connection, actor: Actor, person_id: PersonId, *, sure: bool) -> Erased:
    done = conn.transaction()
    await done.start()
    try:
        erased = await erasing.erase(conn, actor, person_id)
    except BaseException:
        await done.rollback()
        raise
    await (done.commit() if sure else done.rollback())
    return erased


def _told(erased: Erased, *, sure: bool) -> list[str]:
    if erased.again and not erased.counts:
        return [f"{erased.name} was erased before: nothing is left to forget."]
    lines = [_described(erased.person), f"  {'forgotten' if sure else 'would be forgotten'}:"]
    if not erased.again:
        lines.append(f"    name, address, Slack id, handles and choices: they are {erased.name} from then on")
    lines += [f"    {count:,} {_WORDS[part][count != 1]}" for part, count in erased.counts.items()]
    lines.append(_STAYS.format(name=erased.name))
    lines += _met_again(erased.person)
    if sure:
        return [*lines, "Done. Processes that run know it within a minute."]
    return [*lines, "Nothing has been changed. Add --yes to do it; it cannot be taken back."]


def _met_again(person: Person) -> list[str]:
    """Nothing can be kept of somebody by which they would be known and left alone."""
    if person.active:
        return [
            "Still active: whoever is a member of the Slack workspace is met again when they next use Lodge, as",
            "somebody new, by the name and address that Slack tells. Deactivate them in Slack first.",
        ]
    if person.slack_user_id is not None and person.settings.get("deactivated"):
        return [
            "Deactivated in Lodge, which is forgotten with the rest: should they still be a member of the Slack",
            "workspace, they are met again when they next use Lodge, as somebody new who may do what members do.",
            "Deactivate them in Slack first.",
        ]
    return []


def _described(person: Person) -> str:
    known = [person.email, person.slack_user_id, None if person.active else "left"]
    return ", ".join([person.name, *(each for each in known if each)])
