"""Cards are drawn anew where what they show has changed although their issues are as they were; so are the messages
that show issues because somebody named them.

That is the name of a label, who a person is and whether they are here, the prefix of the keys, the language, and how
a channel wants its cards. And after an import, of which nothing else is said: it may have changed very many issues.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from db import cards, jobs, outbox, previews
from db.announcements import Batch
from db.cards import PostedCard
from db.ids import ChangeId, ChannelId, LabelId, PersonId, WorkspaceId
from db.previews import Previewed
from db.states import Source
from handlers.drawing import following, refreshing
from handlers.jobs import Job, Worker
from handlers.services import Services

JOB: Final = "redraw cards"
# So many are brought up to date at once; more are done patiently, and everything else goes first.
_FEW: Final = 20


async def ask(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    channel_id: ChannelId | None = None,
    person_id: PersonId | None = None,
    change_id: ChangeId | None = None,
) -> None:
    """Has it done in the background: there may be very many, and somebody waits."""
    of = {"channel": channel_id, "person": person_id, "change": change_id}
    wanted = json.dumps(
        {"workspace": workspace_id, **{name: str(one) if one else None for name, one in of.items()}}
    )
    await jobs.enqueue(conn, JOB, wanted.encode(), dedupe_key=f"{JOB}:{wanted}")


async def announce(conn: asyncpg.Connection, batch: Batch) -> None:
    """What was decided of labels and of people changes no issue, and yet what cards say of them. What an import changed
    has no events here."""
    label_ids: list[LabelId] = []
    person_ids: list[PersonId] = []
    for change in batch.changes:
        if change.source is Source.IMPORT:
            await ask(conn, batch.workspace_id, change_id=change.change_id)
        match change.action:
            case "rename_label" | "merge_labels":
                label_ids.append(LabelId(UUID(change.summary["label_id"])))
            case "merge_people":
                person_ids.append(PersonId(UUID(change.summary["into"])))
            case "deactivate" | "reactivate" | "erase_person":
                person_ids.append(PersonId(UUID(change.summary["person_id"])))
    if label_ids:
        await _redraw(conn, batch.workspace_id, label_ids=label_ids)
    if person_ids:
        await _redraw(conn, batch.workspace_id, person_ids=person_ids)


async def _redraw(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    channel_id: ChannelId | None = None,
    person_ids: Sequence[PersonId] | None = None,
    label_ids: Sequence[LabelId] | None = None,
) -> None:
    """The newest first: all of the workspace, or those that are in the channel, or name a person, or have a label."""
    shown = await cards.outdate(
        conn, workspace_id, channel_id=channel_id, person_ids=person_ids, label_ids=label_ids
    )
    named: Sequence[Previewed] = ()
    # How a channel wants its cards is nothing to what is shown of issues that somebody named.
    if channel_id is None:
        named = await previews.showing(conn, workspace_id, person_ids=person_ids, label_ids=label_ids)
    await _wish(conn, workspace_id, shown, named)


async def _follow(conn: asyncpg.Connection, workspace_id: WorkspaceId, change_id: ChangeId) -> None:
    """What shows issues that the change touched."""
    touched = await cards.touched(conn, workspace_id, change_id)
    await _wish(conn, workspace_id, *await cards.everywhere(conn, workspace_id, touched))


async def _wish(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    shown: Sequence[PostedCard],
    named: Sequence[Previewed],
) -> None:
    patient = len(shown) > _FEW
    wishes = [refreshing(card.channel_id, card.message_ts, card.issue_id, patient=patient) for card in shown]
    await outbox.put(conn, workspace_id, [*wishes, *map(following, named)])


class Redrawing:
    """The job; a killed one begins anew, which wishes for nothing twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        wanted = json.loads(job.payload)
        async with self._services.database.connection() as conn:
            # What is decided while this one is at it is a reason to begin once more.
            await jobs.open_dedupe(conn, job.id)
        workspace_id = WorkspaceId(wanted["workspace"])
        async with self._services.database.transaction() as conn:
            await outbox.line_up(conn, workspace_id)
            if wanted.get("change"):
                await _follow(conn, workspace_id, ChangeId(UUID(wanted["change"])))
            else:
                await _redraw(
                    conn,
                    workspace_id,
                    channel_id=ChannelId(wanted["channel"]) if wanted["channel"] else None,
                    person_ids=[PersonId(UUID(wanted["person"]))] if wanted["person"] else None,
                )
        self._services.bell.ring()


def register_jobs(worker: Worker, services: Services) -> None:
    worker.on(JOB, Redrawing(services).run)
