"""Forms whose data may be slow: a trigger is good for three seconds, so that something has to be open by then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db.errors import LodgeError
from db.query import QueryError
from handlers import asked, reference
from handlers.errors import expected, explain
from handlers.querying import explain_query
from handlers.views import loading as view
from handlers.views.blocks import Json
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words

# Seconds from when it was asked for: most of what a trigger lives is left for the way to Slack.
PATIENCE = 1.0

Made = Json | Reply


async def present(
    opens: Callable[[Json], Awaitable[str]],
    client: AsyncWebClient,
    making: Coroutine[Any, Any, Made],
    words: Words,
) -> Reply | None:
    """Opens the form that is made; a loading view first, when that takes its time, which then becomes the form.

    Where an answer is made instead of a form, it is returned, or stands in what was opened. Raises what `making`
    raises, unless something is open that tells it.
    """
    task = asyncio.ensure_future(making)
    try:
        await asyncio.wait({task}, timeout=asked.left(PATIENCE))
        if task.done():
            return await _at_once(opens, task.result())
        view_id = await opens(view.loading(words))
        try:
            made = await task
        except Exception as error:
            await _become(client, view_id, view.instead(_told(error, words), words))
            if not isinstance(error, LodgeError) or not expected(error):
                raise
            asked.came_out(asked.REFUSED)
        else:
            shown = view.instead(Mrkdwn(made.text), words) if isinstance(made, Reply) else made
            await _become(client, view_id, shown)
        return None
    finally:
        task.cancel()


async def open_form(client: AsyncWebClient, trigger_id: str, form: Json) -> str:
    """Returns the view's id."""
    opened = await client.views_open(trigger_id=trigger_id, view=form)
    return str(opened["view"]["id"])


async def _at_once(opens: Callable[[Json], Awaitable[str]], made: Made) -> Reply | None:
    if isinstance(made, Reply):
        return made
    await opens(made)
    return None


async def _become(client: AsyncWebClient, view_id: str, shown: Json) -> None:
    try:
        await client.views_update(view_id=view_id, view=shown)
    except SlackApiError as error:
        # Whoever waited may have closed it meanwhile.
        if error.response["error"] != "not_found":
            raise


def _told(error: Exception, words: Words) -> Mrkdwn:
    if isinstance(error, QueryError):
        return explain_query(error, words)
    return explain(error, words, reference.current())
