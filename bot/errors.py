"""The error boundary: what a listener raises becomes words for the person, or a traceback with a reference.

A person sees the answer where they asked: in the acknowledgement while there is one to give, else
through the response URL, a message only they see, or a small dialog on top of the one they have open.
"""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import BackgroundTasks
from db.errors import Busy, Invalid, Unavailable
from handlers import asked, reference
from handlers.commands import whole
from handlers.errors import at_fields, expected, explain
from handlers.responding import respond
from handlers.views.replies import Reply, handing_back
from handlers.words import Mrkdwn, Words, letters, words

_log = logging.getLogger(__name__)


class Boundary:
    """Registered with `app.error`: sees what listeners and middleware raise."""

    def __init__(self, background: BackgroundTasks) -> None:
        self._background = background

    async def handle(
        self,
        error: Exception,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        known = expected(error)
        asked.came_out(asked.REFUSED if known else asked.FAILED)
        if known:
            _log.info("refused", extra={"error": type(error).__name__})
        else:
            _log.error("a listener failed", exc_info=error)
        asker = context.get("asker")
        speech = words(asker.locale if asker is not None else None)
        text = explain(error, speech, reference.current())
        if response is not None:
            if body.get("type") == "event_callback" and (not known or isinstance(error, Busy)):
                # Slack delivers it again; only the person's last resort is a message.
                return BoltResponse(status=503 if isinstance(error, (Busy, Unavailable)) else 500)
            answer = _in_answer(error, body, speech, text)
            if answer is not None:
                return BoltResponse(status=200, body=answer)
        self._background.start(_afterwards(body, context, client, speech, text), name="tell of an error")
        return BoltResponse(status=200) if response is not None else None


def _in_answer(error: Exception, body: dict[str, Any], speech: Words, text: Mrkdwn) -> dict[str, Any] | None:
    """The body of an acknowledgement that tells it, where an acknowledgement can."""
    if "command" in body:
        return handing_back(Reply(text=text), whole(body), speech).body()
    kind = body.get("type")
    if kind == "view_submission":
        errors = _beside(error, body["view"], speech, text)
        if errors:
            return {
                "response_action": "errors",
                "errors": {at: letters(said) for at, said in errors.items()},
            }
        return {"response_action": "push", "view": _dialog(speech, text)}
    if kind == "block_suggestion":
        return {"options": []}
    return None


def _beside(error: Exception, view: dict[str, Any], speech: Words, text: Mrkdwn) -> dict[str, Mrkdwn]:
    """The form stays as it was filled in; what is about no field in particular stands at the first."""
    if isinstance(error, Invalid):
        return at_fields(error, view, speech)
    inputs = [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]
    return {inputs[0]: text} if inputs else {}


_SECTION_MAX = 3_000


def _dialog(speech: Words, text: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": speech.plain("error-title")[:24]},
        "close": {"type": "plain_text", "text": speech.plain("error-close")[:24]},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text[:_SECTION_MAX]}}],
    }


async def _afterwards(
    body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, speech: Words, text: str
) -> None:
    try:
        if context.response_url is not None:
            reply = Reply(text=text)
            if "command" in body:
                reply = handing_back(reply, whole(body), speech)
            await respond(context.response_url, reply.body() | {"replace_original": False}, client)
        elif context.channel_id is not None and context.user_id is not None:
            await client.chat_postEphemeral(
                channel=context.channel_id, user=context.user_id, text=text, thread_ts=context.thread_ts
            )
        elif (trigger := body.get("trigger_id")) is not None:
            open_modal = body.get("view", {}).get("type") == "modal"
            show = client.views_push if open_modal else client.views_open
            await show(trigger_id=trigger, view=_dialog(speech, text))
    except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as failure:
        _log.warning(
            "the person could not be told of an error", extra={"error": str(failure) or repr(failure)}
        )
