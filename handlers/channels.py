"""What Slack says about a channel: whether the bot may post there, and who reads it."""

from __future__ import annotations

import time
from typing import Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db import people
from db.ids import SlackUserId, WorkspaceId
from db.states import Role
from handlers.requesting import role_of
from handlers.services import Services

# Seconds that an answer is believed.
_KEPT: Final = 60.0
_PAGE: Final = 200
# In a channel of more people nobody is counted: it is treated as if a guest were among them.
_MOST: Final = 1000
_STRANGERS: Final = 10
_CLOSED: Final = frozenset({"channel_not_found", "missing_scope", "not_in_channel", "fetch_members_failed"})


async def can_post(client: AsyncWebClient, channel_id: str) -> bool:
    """A direct message always arrives; a channel only where the bot is a member."""
    if channel_id.startswith(("U", "W", "D")):
        return True
    try:
        info = await client.conversations_info(channel=channel_id)
    except SlackApiError as error:
        if error.response["error"] in ("channel_not_found", "missing_scope"):
            return False
        raise
    return bool(info["channel"].get("is_member")) and not info["channel"].get("is_archived")


class Audience:
    """Whether everybody in a channel may see every issue: no guest, no other organisation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: dict[tuple[WorkspaceId, str], tuple[float, bool]] = {}

    async def sees_all(self, client: AsyncWebClient, workspace_id: WorkspaceId, channel_id: str) -> bool:
        """No, where it cannot be told."""
        key = (workspace_id, channel_id)
        until, known = self._kept.get(key, (0.0, False))
        if until > time.monotonic():
            return known
        try:
            answer = await self._ask(client, workspace_id, channel_id)
        except SlackApiError as error:
            if error.response["error"] not in _CLOSED:
                raise
            answer = False
        if len(self._kept) > _MOST:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + _KEPT, answer)
        return answer

    async def _ask(self, client: AsyncWebClient, workspace_id: WorkspaceId, channel_id: str) -> bool:
        info = (await client.conversations_info(channel=channel_id))["channel"]
        if info.get("is_ext_shared") or info.get("is_pending_ext_shared") or info.get("is_org_shared"):
            return False
        members: list[str] = []
        cursor: str | None = None
        while True:
            page = await client.conversations_members(channel=channel_id, limit=_PAGE, cursor=cursor)
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if len(members) > _MOST:
                return False
            if not cursor:
                return await self._full(client, workspace_id, members)

    async def _full(self, client: AsyncWebClient, workspace_id: WorkspaceId, members: list[str]) -> bool:
        async with self._services.database.connection() as conn:
            known = await people.by_slack_ids(conn, workspace_id, [SlackUserId(each) for each in members])
        if any(person.role is Role.GUEST for person in known.values()):
            return False
        strangers = [each for each in members if each not in known]
        if len(strangers) > _STRANGERS:
            return False
        for stranger in strangers:
            user = (await client.users_info(user=stranger))["user"]
            if not user.get("is_bot") and role_of(user, workspace_id) is Role.GUEST:
                return False
        return True
