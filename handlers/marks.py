"""The mark on every message sent from the outbox, and how to find a message by it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from db.ids import ChannelId, MessageTs

EVENT_TYPE: Final = "lodge_outbox"
_PAGE: Final = 200
_PAGES: Final = 10
# From what may be two minutes before the attempt until Slack has surely taken it.
_SOON: Final = timedelta(minutes=5)
_NEVER: Final = "9999999999.000000"

_log = logging.getLogger(__name__)


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
    # Where it most likely is, is looked at first: much may have been said since.
    bounds = [_ts(since), _NEVER]
    if datetime.now(UTC) > since + _SOON:
        bounds.insert(1, _ts(since + _SOON))
    for oldest, latest in pairwise(bounds):
        found = await _look_between(client, place, outbox_id, thread_ts, oldest=oldest, latest=latest)
        if found is not None:
            return place, found
    return None


def _ts(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


async def _look_between(
    client: AsyncWebClient,
    place: ChannelId,
    outbox_id: int,
    thread_ts: str | None,
    *,
    oldest: str,
    latest: str,
) -> MessageTs | None:
    """Both ends are named: from an open one, what is beyond the first page may not be had."""
    options: dict[str, Any] = {
        "channel": place,
        "oldest": oldest,
        "latest": latest,
        "inclusive": True,
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    for _ in range(_PAGES):
        if thread_ts is not None:
            page = await client.conversations_replies(ts=thread_ts, **options)
        else:
            page = await client.conversations_history(**options)
        for message in page["messages"]:
            if marked(message, outbox_id):
                return MessageTs(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
        options["cursor"] = cursor
    _log.warning("there is too much to look through for an earlier attempt")
    return None
