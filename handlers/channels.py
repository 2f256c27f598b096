"""What Slack says about a channel."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient


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
