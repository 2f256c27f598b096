"""What happened to issues: append-only, one row for each issue of each change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from db.ids import ChangeId, ChannelId, EventId, IssueId, PersonId
from db.states import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`before` and `after` hold the fields that changed, by name as the API spells them; and `before`, of an issue
    that is opened again, when it was closed.

    `kind`: created, edited, commented, comment_edited, comment_deleted, deleted, restored.
    `action` is the whole change's: create, edit, bulk, undo... `channel_id`: where in Slack it was asked for.
    """

    event_id: EventId
    change_id: ChangeId
    issue_id: IssueId
    actor_id: PersonId | None
    source: Source
    action: str
    kind: str
    version: int | None
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]
    channel_id: ChannelId | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The names of what changed."""
        return frozenset(self.before) | frozenset(self.after)


# For a SELECT whose events table is called e and its changes table c.
COLUMNS: Final[LiteralString] = (
    "e.event_id, e.change_id, e.issue_id, e.actor_id, e.source, c.action, e.kind, e.version, e.at, e.before, e.after,"
    " c.channel_id"
)


def read_event(row: Any) -> Event:
    """From a row that has `COLUMNS`."""
    return Event(
        event_id=row["event_id"],
        change_id=row["change_id"],
        issue_id=row["issue_id"],
        actor_id=row["actor_id"],
        source=Source(row["source"]),
        action=row["action"],
        kind=row["kind"],
        version=row["version"],
        at=row["at"],
        before=row["before"],
        after=row["after"],
        channel_id=row.get("channel_id"),
    )
