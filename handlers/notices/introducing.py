"""People who are named before Lodge has heard of them: they are looked up, and told like everybody."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, Final

import asyncpg
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db import announcements, jobs, people, spent
from db.announcements import Batch, Event
from db.ids import EventId, PersonId, SlackUserId, WorkspaceId
from handlers.errors import NotInstalled
from handlers.jobs import Again, Job
from handlers.outcomes import Limited, Refused, failure
from handlers.requesting import described
from handlers.services import Services

JOB: Final = "introduce"
# A text can name anybody, also who is not there: so many of one batch are looked up.
MOST: Final = 20


async def ask(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, strangers: Collection[str], events: Sequence[Event]
) -> None:
    """Has these people looked up, and told of the events that name them."""
    if strangers:
        asked = {
            "workspace": workspace_id,
            "people": sorted(strangers)[:MOST],
            "events": [event.event_id for event in events],
        }
        await jobs.enqueue(conn, JOB, json.dumps(asked).encode())


Gather = Callable[..., Awaitable[None]]
"""Of a connection, a batch and, as `only`, whom it is about."""


class Introducing:
    """The job; one that is run again tells nobody twice. `met` note what is news to some, each in its way."""

    def __init__(self, services: Services, *met: Gather) -> None:
        self._services = services
        self.met = list(met)

    async def run(self, job: Job) -> None:
        asked = json.loads(job.payload)
        workspace_id = WorkspaceId(asked["workspace"])
        found = [await self._meet(workspace_id, SlackUserId(each)) for each in asked["people"]]
        met = frozenset(person_id for person_id in found if person_id is not None)
        if not met:
            return
        async with self._services.database.transaction() as conn:
            if not await spent.first(conn, workspace_id, f"{JOB}:{job.id}"):
                return
            ids = [EventId(each) for each in asked["events"]]
            events = await announcements.events(conn, workspace_id, ids)
            batch = Batch(workspace_id=workspace_id, changes=(), events=events, waited=timedelta(0))
            for note in self.met:
                await note(conn, batch, only=met)

    async def _meet(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> PersonId | None:
        """None for a program, and for whom nobody here may know."""
        async with self._services.database.connection() as conn:
            known = await people.by_slack_ids(conn, workspace_id, [slack_user_id])
        if slack_user_id in known:
            return known[slack_user_id].person_id
        try:
            user = await _look_up(await self._services.slack.client(workspace_id), slack_user_id)
        except NotInstalled:
            return None
        if user is None or user.get("is_bot") or user.get("deleted") or slack_user_id == "USLACKBOT":
            return None
        async with self._services.database.transaction() as conn:
            met = await people.ensure_slack(
                conn, workspace_id, slack_user_id, **described(user, workspace_id)
            )
        return met.person_id


async def _look_up(client: AsyncWebClient, slack_user_id: SlackUserId) -> dict[str, Any] | None:
    """Raises Again, and whatever may be otherwise the next time."""
    try:
        answer = await client.users_info(user=slack_user_id, include_locale=True)
    except SlackApiError as error:
        match failure(error):
            case Limited(pause=pause):
                raise Again(pause) from error
            case Refused():
                return None
            case _:
                raise
    user: dict[str, Any] = answer["user"]
    return user
