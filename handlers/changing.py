"""Bringing up to date what stands in Slack: how that is asked for, and what it means when Slack refuses."""

from __future__ import annotations

from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from db.ids import ChannelId, MessageTs
from db.outbox import Waiting
from handlers.drawing import UNFURL, Drawn, is_preview
from handlers.outcomes import Failure, Refused, Transient, failure

# The card cannot be changed any more, but can be posted anew.
_STUCK: Final = frozenset({"edit_window_closed", "cant_update_message"})
_GONE: Final = frozenset({"message_not_found", "thread_not_found"})
# Said of a link also while Slack waits for its event to be acknowledged.
_TOO_EARLY: Final = "cannot_unfurl_url"


async def change(client: AsyncWebClient, channel_id: ChannelId, ts: MessageTs, drawn: Drawn) -> None:
    if drawn.method == UNFURL:
        await client.chat_unfurl(channel=channel_id, ts=ts, unfurls=drawn.arguments["unfurls"])
    else:
        text, blocks = drawn.arguments["text"], drawn.arguments["blocks"]
        await client.chat_update(channel=channel_id, ts=ts, text=text, blocks=blocks)


def outcome_of(row: Waiting, error: Exception) -> Failure:
    """Raises `error` again when it is none of Slack's or of the way there."""
    outcome = failure(error)
    if isinstance(outcome, Refused) and outcome.error == _TOO_EARLY and row.attempts == 0:
        return Transient(why=outcome.error, unknown=False)
    return outcome


def is_lost(row: Waiting, outcome: Failure) -> bool:
    """Whether the message is gone or stays as it is; of a preview nobody need hear why."""
    return isinstance(outcome, Refused) and (is_preview(row) or outcome.error in _GONE | _STUCK)


def is_stuck(outcome: Failure) -> bool:
    return isinstance(outcome, Refused) and outcome.error in _STUCK
