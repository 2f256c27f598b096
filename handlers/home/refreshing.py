"""Draws Home anew for somebody who has it open: the job that changes cause."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from db import homes, jobs, pace
from db.access import Actor
from db.ids import PersonId, SlackUserId, WorkspaceId
from db.pace import Rate
from handlers.errors import NotInstalled
from handlers.jobs import Again, Job
from handlers.outcomes import Limited, Refused, failure
from handlers.publishing import SAID_FOR, Owner, draw
from handlers.services import Services
from handlers.views.home import State

JOB: Final = "home"
# Slack allows a hundred a minute; whoever opens theirs has a right to some of these.
_RATE: Final = Rate(every=timedelta(seconds=1), burst=20)
_LANE: Final = "views.publish"
# Seconds between two for one person: a burst of changes is shown as it ended.
REST: Final = 2.0
_MOST_KEPT: Final = 5_000
_KEPT: Final = timedelta(days=90)


def address(workspace_id: WorkspaceId, person_id: PersonId) -> bytes:
    return f"{workspace_id}:{person_id}".encode()


class Refreshing:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._next: dict[bytes, float] = {}

    async def run(self, job: Job) -> None:
        self._rest(job.payload)
        workspace, _, person = job.payload.decode().rpartition(":")
        workspace_id, person_id = WorkspaceId(workspace), PersonId(UUID(person))
        async with self._services.database.connection() as conn:
            if wait := await pace.take(conn, workspace_id, _LANE, _RATE):
                raise Again(wait)
            await jobs.open_dedupe(conn, job.id)
            kept = await homes.of_person(conn, workspace_id, person_id)
        if kept is None:
            return
        home, slack_user_id = kept
        await self._publish(workspace_id, slack_user_id, State.of_metadata(home.state))
        async with self._services.database.connection() as conn:
            now = await homes.of_person(conn, workspace_id, person_id)
        if now is not None and now[0].state != home.state:
            # They chose something else meanwhile: what was published may have come over it.
            raise Again(timedelta(0))

    def _rest(self, payload: bytes) -> None:
        """Raises Again while it is too soon; whatever changes meanwhile needs no job of its own."""
        now = time.monotonic()
        if (due := self._next.get(payload, now)) > now:
            raise Again(timedelta(seconds=due - now))
        while len(self._next) >= _MOST_KEPT:
            del self._next[next(iter(self._next))]
        self._next[payload] = now + REST

    async def _publish(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId, state: State) -> None:
        directory = self._services.directory
        person = await directory.person(workspace_id, slack_user_id)
        workspace = await directory.workspace(workspace_id)
        actor = Actor(workspace_id=workspace_id, person_id=person.person_id, role=person.role)
        if state.said and self._services.clock().timestamp() - state.said.at > SAID_FOR.total_seconds():
            state = replace(state, said=None)
        owner = Owner(actor=actor, person=person, workspace=workspace)
        drawn = await draw(self._services, owner, state, seen=False)
        try:
            client = await self._services.slack.sender(workspace_id)
            await client.views_publish(user_id=slack_user_id, view=drawn)
        except NotInstalled:
            return
        except Exception as error:
            await self._failed(workspace_id, error)

    async def _failed(self, workspace_id: WorkspaceId, error: Exception) -> None:
        """Raises the error again where trying again may help; a Home that Slack refuses is drawn when it is opened."""
        match failure(error):
            case Limited(pause=pause):
                async with self._services.database.connection() as conn:
                    await pace.block(conn, workspace_id, _LANE, pause)
                raise Again(pause) from error
            case Refused():
                return
            case _:
                raise error

    async def forget(self) -> None:
        async with self._services.database.connection() as conn:
            await homes.forget_old(conn, _KEPT)
