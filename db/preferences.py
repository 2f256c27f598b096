"""What a person wants to be told of, and when: kept in `people.settings`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg

from db import spent
from db.access import Actor
from db.errors import Forbidden

_KEY: Final = "notices"
# When the digest of the day comes, unless quiet hours end later.
DIGEST_AT: Final = time(9)


class NoticeKind(StrEnum):
    """Why somebody is told."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    COMMENTS = "comments"
    STATUS = "status"
    CHANGES = "changes"


class Rhythm(StrEnum):
    """At once, or gathered into one message an hour or a day."""

    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`quiet`: from when until when nothing is said, in the person's own time zone."""

    kinds: frozenset[NoticeKind] = frozenset(NoticeKind)
    rhythm: Rhythm = Rhythm.NOW
    quiet: tuple[time, time] | None = None

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` (where the person is) falls into end; None outside of them."""
        if self.quiet is None:
            return None
        begin, end = self.quiet
        clock = now.time().replace(tzinfo=None)
        if begin <= end:
            inside, tomorrow = begin <= clock < end, False
        else:
            inside, tomorrow = clock >= begin or clock < end, clock >= begin
        if not inside:
            return None
        day = now.date() + timedelta(days=1 if tomorrow else 0)
        until = datetime.combine(day, end, now.tzinfo)
        # Where clocks are put back, the end may come twice, and have passed the first time.
        return until if until.timestamp() > now.timestamp() else until.replace(fold=1)

    def due(self, now: datetime, patience: timedelta) -> datetime:
        """When something that happens `now` (where the person is) is told; `patience`: what a burst is given."""
        match self.rhythm:
            case Rhythm.NOW:
                due = _later(now, patience)
            case Rhythm.HOURLY:
                due = _later(now.replace(minute=0, second=0, microsecond=0), timedelta(hours=1))
            case Rhythm.DAILY:
                due = datetime.combine(now.date(), DIGEST_AT, now.tzinfo)
                if due <= now:
                    due = datetime.combine(now.date() + timedelta(days=1), DIGEST_AT, now.tzinfo)
        return self.quiet_until(due) or due


def _later(at: datetime, by: timedelta) -> datetime:
    """So much time later, also when clocks are put forward or back in between."""
    return (at.astimezone(UTC) + by).astimezone(at.tzinfo)


def zone_of(timezone: str) -> ZoneInfo:
    """UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def read(settings: Mapping[str, Any]) -> Preferences:
    """From a person's settings; what is not there is as for everybody."""
    kept = settings.get(_KEY) or {}
    quiet = kept.get("quiet")
    return Preferences(
        kinds=frozenset(kind for kind in NoticeKind if kind.value not in kept.get("off", ())),
        rhythm=Rhythm(kept.get("rhythm", Rhythm.NOW.value)),
        quiet=(time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
    )


async def keep(
    conn: asyncpg.Connection,
    actor: Actor,
    preferences: Preferences,
    request_key: str | None = None,
    *,
    due: datetime | None = None,
) -> bool:
    """The actor's own. What waits already is told when it is `due` now, or looked at anew at once; what they do not
    want to hear of any more is not told. Raises Forbidden for a program.

    A request that comes again changes nothing, also when others came in between: False.
    """
    if actor.person_id is None:
        raise Forbidden("notify", "person")
    if not await spent.first(conn, actor.workspace_id, request_key):
        return False
    quiet = preferences.quiet
    kept = {
        "off": sorted(kind.value for kind in NoticeKind if kind not in preferences.kinds),
        "rhythm": preferences.rhythm.value,
        "quiet": [f"{each:%H:%M}" for each in quiet] if quiet else None,
    }
    await conn.execute(
        """
        WITH chosen AS (
            UPDATE people SET updated_at = now(), settings = settings || jsonb_build_object($3::text, $4::text::jsonb)
            WHERE workspace_id = $1 AND person_id = $2
            RETURNING person_id
        ), unwanted AS (
            DELETE FROM notices n USING chosen
            WHERE n.workspace_id = $1 AND n.person_id = chosen.person_id AND n.kinds <@ $5::text[]
        )
        UPDATE notices n SET due_at = coalesce($6::timestamptz, first_at) FROM chosen
        WHERE n.workspace_id = $1 AND n.person_id = chosen.person_id AND NOT n.kinds <@ $5::text[]
        """,
        actor.workspace_id,
        actor.person_id,
        _KEY,
        json.dumps(kept),
        kept["off"],
        due,
    )
    return True
