"""The mark on every message sent from the outbox, and how to find a message by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from db.ids import ChannelId, MessageTs

EVENT_TYPE: Final = "lodge_outbox"
_PAGES: Final = 5


def mark(outbox_id: int) -> dict[str, Any]:
    """The metadata by which a message is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": str(outbox_id)}}


def marked(message: dict[str, Any], outbox_id: int) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT_TYPE and (metadata.get("event_payload") or {}).get(
        "id"
    ) == str(outbox_id)


async def look(
    client: AsyncWebClient,
    channel_id: ChannelId,
    outbox_id: int,
    since: datetime,
    *,
    thread_ts: str | None = None,
) -> tuple[ChannelId, MessageTs] | None:
    """Channel and time of the message with the mark; None: it is not there. Raises what slack_sdk does."""
    place = channel_id
    if channel_id.startswith(("U", "W")):
        opened = await client.conversations_open(users=channel_id)
        place = ChannelId(opened["channel"]["id"])
    cursor: str | None = None
    for _ in range(_PAGES):
        options: dict[str, Any] = {
            "channel": place,
            "oldest": f"{since.timestamp():.6f}",
            "limit": 100,
            "include_all_metadata": True,
        }
        if cursor:
            options["cursor"] = cursor
        if thread_ts is not None:
            page = await client.conversations_replies(ts=thread_ts, **options)
        else:
            page = await client.conversations_history(**options)
        for message in page["messages"]:
            if marked(message, outbox_id):
                return place, MessageTs(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return None
