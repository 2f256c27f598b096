"""A message is found again by its mark, however much was said since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from db.ids import ChannelId
from handlers.marks import look, mark

Json = dict[str, Any]


class Busy:
    """A channel where somebody says something every two seconds; the newest is answered first."""

    def __init__(self, since: datetime, *, ours: timedelta | None) -> None:
        self.since = since
        self.asked: list[Json] = []
        spoken = int((datetime.now(UTC) - since).total_seconds() // 2)
        self.messages: list[Json] = [
            {"ts": f"{(since + timedelta(seconds=2 * number)).timestamp():.6f}"} for number in range(spoken)
        ]
        if ours is not None:
            self.messages.append({"ts": f"{(since + ours).timestamp():.6f}", "metadata": mark(7)})

    async def conversations_history(self, **options: Any) -> Json:
        self.asked.append(options)
        oldest, latest = options["oldest"], options.get("latest") or "9999999999.000000"
        before = options.get("cursor") or f"{latest}+"
        found = sorted(
            (each for each in self.messages if oldest <= each["ts"] < before),
            key=lambda message: str(message["ts"]),
        )
        page = found[-options["limit"] :]
        more = page[0]["ts"] if len(page) < len(found) else ""
        return {"messages": page[::-1], "response_metadata": {"next_cursor": more}}


async def found(channel: Busy) -> str | None:
    place = await look(cast("AsyncWebClient", channel), ChannelId("C1"), 7, channel.since)
    return None if place is None else str(place[1])


async def test_it_is_found_after_hours_in_which_thousands_of_messages_followed() -> None:
    channel = Busy(datetime.now(UTC) - timedelta(hours=6), ours=timedelta(minutes=2))
    assert await found(channel) == channel.messages[-1]["ts"]
    assert len(channel.asked) == 1


async def test_a_later_attempt_is_found_too() -> None:
    channel = Busy(datetime.now(UTC) - timedelta(minutes=25), ours=timedelta(minutes=20))
    assert await found(channel) == channel.messages[-1]["ts"]


async def test_what_was_said_a_moment_ago_is_looked_for_once() -> None:
    channel = Busy(datetime.now(UTC) - timedelta(minutes=2), ours=None)
    assert await found(channel) is None
    assert len(channel.asked) == 1
