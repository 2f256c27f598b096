"""Who is in the workspace: read from Slack ahead, so that a name in a file or a query finds its person."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import asyncpg
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from db import hearsay, people, standing
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.people import Person
from db.states import Role, Source
from handlers import redrawing
from handlers.commands import Commands
from handlers.installing import Installation
from handlers.requesting import described
from handlers.services import Services

_log = logging.getLogger(__name__)

# Seconds for which a reading is good enough: changes since then arrive as events.
_FRESH = 600.0
# What users.list hands out at once; Slack asks for no more than 200, and allows 20 calls a minute.
_PAGE = 200
_TIME = re.compile(r"\d{1,12}(\.\d{1,9})?")
# What is kept of somebody, by what Slack calls it.
_LEFT_OUT = (("timezone", "tz"), ("locale", "locale"))


class Members:
    """Keeps people in step with Slack: who joins, changes their name or leaves."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def changed(self, event: dict[str, Any], context: dict[str, Any]) -> None:
        """`user_change` and `team_join` carry the whole user: one that comes late must not bring back who they were."""
        installation: Installation | None = context.get("installation")
        user = event["user"]
        if installation is None or not _human(user):
            return
        workspace_id, user_id = installation.workspace_id, SlackUserId(user["id"])
        await self._services.directory.workspace(workspace_id)
        async with self._services.database.transaction() as conn:
            at = str(event.get("event_ts") or "")
            timed = _TIME.fullmatch(at) is not None
            if timed and not await hearsay.is_newest(conn, workspace_id, user_id, at):
                return
            known = await people.by_slack_ids(conn, workspace_id, [user_id])
            if await _keep(conn, workspace_id, user, known) and timed and user_id not in known:
                # There was nobody of whom it could have been noted.
                await hearsay.is_newest(conn, workspace_id, user_id, at)
        self._services.directory.forget_person(installation.workspace_id, SlackUserId(user["id"]))
        self._services.bell.ring()


class ReadAhead:
    """Reads the members of a workspace when that was last done a while ago; never a reason to fail."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._last: dict[WorkspaceId, float] = {}

    async def before_names_matter(self, workspace_id: WorkspaceId) -> None:
        last = self._last.get(workspace_id)
        if last is not None and last > time.monotonic() - _FRESH:
            return
        try:
            await read_members(self._services, workspace_id)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("members could not be read", extra={"error": str(error) or repr(error)})
        else:
            self._last[workspace_id] = time.monotonic()


async def read_members(services: Services, workspace_id: WorkspaceId) -> int:
    """Brings everybody in the workspace up to date, and returns how many were new or changed.

    Raises what the Web API raises.
    """
    client = await services.slack.client(workspace_id)
    kept = 0
    async for users in _pages(client):
        async with services.database.transaction() as conn:
            known = await people.by_slack_ids(conn, workspace_id, [SlackUserId(u["id"]) for u in users])
            for user in users:
                kept += await _keep(conn, workspace_id, user, known)
    return kept


async def _pages(client: AsyncWebClient) -> AsyncIterator[list[dict[str, Any]]]:
    cursor: str | None = None
    while True:
        answer = await client.users_list(limit=_PAGE, cursor=cursor, include_locale=True)
        yield [user for user in answer["members"] if _human(user)]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


def _human(user: Mapping[str, Any]) -> bool:
    return not user.get("is_bot") and user.get("id") != "USLACKBOT"


async def _keep(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    user: Mapping[str, Any],
    known: Mapping[SlackUserId, Person],
) -> bool:
    person = known.get(SlackUserId(user["id"]))
    if user.get("deleted"):
        return await _left(conn, workspace_id, person)
    wanted = described(user, workspace_id)
    if person is not None:
        # What Slack tells of a change does not always say these.
        wanted |= {kept: getattr(person, kept) for kept, told in _LEFT_OUT if not user.get(told)}
    if person is not None and person.active and all(getattr(person, k) == v for k, v in wanted.items() if v):
        return False
    kept = await people.ensure_slack(conn, workspace_id, SlackUserId(user["id"]), **wanted)
    if person is not None and kept.active and not person.active:
        await redrawing.ask(conn, workspace_id, person_id=kept.person_id)
    return True


async def _left(conn: asyncpg.Connection, workspace_id: WorkspaceId, person: Person | None) -> bool:
    if person is None or not person.active:
        return False
    system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    await standing.deactivate(conn, system, person.person_id)
    return True


def register(app: AsyncApp, _: Commands, services: Services) -> None:
    members = Members(services)
    app.event("user_change")(members.changed)
    app.event("team_join")(members.changed)
