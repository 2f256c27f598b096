"""A form that was sent: answered in time, and finished where its work takes longer than Slack waits.

Then the form becomes a view that says so, and that becomes what came of it. Nothing but the form itself can say at
which field something is wrong, so it comes back as it was filled in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError, SlackClientError

from db.errors import Invalid
from handlers import asked, reference
from handlers.errors import at_fields, expected, explain
from handlers.views import late as view
from handlers.views.blocks import Json
from handlers.views.loading import instead
from handlers.words import Mrkdwn, escape

if TYPE_CHECKING:
    from handlers.acting import Outcome, Submission

_log = logging.getLogger(__name__)

# Seconds from when it was sent; Slack gives up at 3, and the rest is for the way there and back.
PATIENCE = 2.0
# Seconds from the answer: Slack has taken it by then, or given up. What is shown sooner could be painted over by it.
SETTLED = 1.0
# Seconds that a stopping process has for giving a form back.
_FAREWELL = 3.0


@dataclass(slots=True)
class Sendings:
    """Forms whose work is under way. The same delivery, come again meanwhile, waits for the one answer."""

    _running: dict[tuple[str, str, str], asyncio.Task[Outcome]] = field(default_factory=dict)

    async def answer(
        self, ack: AsyncAck, sent: Submission, handler: Callable[[Submission], Awaitable[Outcome]]
    ) -> None:
        """Raises what the handler raises, unless the form was answered by then."""
        # Not by its request: that of a form that was given back, and corrected, is the first one's.
        key = (sent.asker.actor.workspace_id, str(sent.view["id"]), str(sent.view.get("hash")))
        running = self._running.get(key)
        if running is not None:
            await _in_time(ack, sent, running)
            return
        work = self._running[key] = asyncio.ensure_future(handler(sent))
        try:
            if await _in_time(ack, sent, work):
                outcome: Outcome | None = work.result()
            else:
                outcome = await _finished(sent, work)
            if outcome is not None and outcome.then is not None:
                await sent.tell(outcome.then)
        finally:
            work.cancel()
            del self._running[key]


async def _in_time(ack: AsyncAck, sent: Submission, work: asyncio.Task[Outcome]) -> bool:
    """Whether the answer is what came of it."""
    await asyncio.wait({work}, timeout=asked.left(PATIENCE))
    if not work.done():
        await ack({"response_action": "update", "view": view.working(sent.view, sent.words)})
        return False
    answer = work.result().ack()
    await (ack(answer) if answer else ack())
    return True


async def _finished(sent: Submission, work: asyncio.Task[Outcome]) -> Outcome | None:
    """None where there is nothing left to be said."""
    loop = asyncio.get_running_loop()
    settled = loop.time() + SETTLED
    try:
        await asyncio.wait({work})
        await asyncio.sleep(settled - loop.time())
        outcome = work.result()
    except asyncio.CancelledError:
        await _leave(sent)
        raise
    except Exception as error:
        await _failed(sent, error)
        return None
    if outcome.errors:
        await _back(sent, outcome.errors, Mrkdwn("\n".join(map(escape, outcome.errors.values()))))
    elif outcome.view is None:
        await _show(sent, view.done(outcome.then, sent.words, close_all=outcome.close_all))
    elif not await _show(sent, outcome.view):
        await _give_back(sent, sent.words("late-unfinished"))
    return outcome


async def _failed(sent: Submission, error: Exception) -> None:
    if expected(error):
        _log.info("refused", extra={"error": type(error).__name__})
    else:
        _log.error("a form failed after it was answered", exc_info=error)
    errors = at_fields(error, sent.view, sent.words) if isinstance(error, Invalid) else {}
    await _back(sent, errors, explain(error, sent.words, reference.current()))


async def _back(sent: Submission, errors: Mapping[str, str], why: Mrkdwn) -> None:
    """With the errors at their fields, or else what went wrong on top."""
    top = sent.words("late-again") if errors else why
    if not await _show(sent, _form_again(sent, errors, top)):
        await _give_back(sent, sent.words("late-closed", why=why))


def _form_again(sent: Submission, errors: Mapping[str, str], top: Mrkdwn) -> Json:
    return view.again(sent.view, sent.words, errors=errors, said=top, first=sent.asker.request_key)


async def _give_back(sent: Submission, said: Mrkdwn) -> None:
    # Where it is open still, and Slack only did not take what was to be shown.
    await _show(sent, instead(said, sent.words))
    wrote = view.written(sent.view)
    await sent.tell(view.given_back(said, wrote))
    if len(wrote) > view.WRITTEN_MAX:
        opened = await sent.client.conversations_open(users=sent.asker.slack_user_id)
        await sent.client.files_upload_v2(
            channel=opened["channel"]["id"], content=wrote, filename=f"{sent.words.plain('late-file')}.md"
        )


async def _leave(sent: Submission) -> None:
    """The process stops over it: whoever takes the form up again loses nothing, and does nothing twice."""
    try:
        async with asyncio.timeout(_FAREWELL):
            await _show(sent, _form_again(sent, {}, sent.words("late-interrupted")))
    except TimeoutError:
        _log.warning("a form could not be given back")


async def _show(sent: Submission, shown: Json) -> bool:
    """False when it is not open any more, or cannot be shown."""
    try:
        await sent.client.views_update(view_id=sent.view["id"], view=shown)
    except SlackApiError as error:
        if error.response["error"] != "not_found":
            _log.warning("a form could not be answered", extra={"error": error.response["error"]})
        return False
    except (SlackClientError, aiohttp.ClientError, OSError) as error:
        _log.warning("a form could not be answered", extra={"error": str(error) or repr(error)})
        return False
    return True
