"""Runs listeners and answers Slack the moment they acknowledge.

Bolt's own runner looks every 10 ms whether `ack` was called. This one is told. It relies on how Bolt's
runner and AsyncAck are written; tests/bot/test_runner.py fails when they change.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.listener.async_listener import AsyncListener
from slack_bolt.listener.asyncio_runner import AsyncioListenerRunner
from slack_bolt.logger.messages import warning_did_not_call_ack
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.arguments import arguments, names_of
from bot.background import BackgroundTasks
from handlers.responding import encoded
from handlers.timers import Timers

# Slack waits 3 s, and some of them pass on the way.
ANSWER_WITHIN = 2.5

# What a request's context holds when it was answered before its listener was through: the listener's task, whose result
# is what its failure is to be answered with, or None.
AT_WORK: Final = "at_work"
# Put into the context of a request that nobody waits for: it is answered when its listener is through, however late.
UNHURRIED: Final = "unhurried"


class TellingAck(AsyncAck):
    """An `ack` that wakes whoever waits for it."""

    def __init__(self, answered: asyncio.Future[None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        self._answered = answered
        self.through = False

    async def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        whole = _encoded(args[0]) if len(args) == 1 and not kwargs else None
        if whole is None:
            response = await super().__call__(*args, **kwargs)
        else:
            response = self.response = BoltResponse(status=200, body=whole)
        self.tell()
        # Slack is answered before the listener goes on with what it says elsewhere.
        await asyncio.sleep(0)
        return response

    def tell(self) -> None:
        if not self._answered.done():
            self._answered.set_result(None)


def _encoded(answer: object) -> str | None:
    """A whole answer as JSON, many times faster than Bolt's own; None where only that can write it: it takes models of
    slack_sdk too."""
    if not isinstance(answer, dict):
        return None
    try:
        return encoded(answer).decode()
    except TypeError:
        return None


class AwaitingRunner(AsyncioListenerRunner):
    """An acknowledged listener goes on as a task of `background`.

    Slack is told that an event arrived only when its listener is through, or is slow: one that fails
    is answered with an error, and Slack delivers the event again. A slow one is kept until it is through
    (handlers/unfinished.py).
    """

    background: BackgroundTasks
    _timers: Timers
    _names: dict[AsyncListener, tuple[str, ...] | None]

    @classmethod
    def replacing(cls, runner: AsyncioListenerRunner, background: BackgroundTasks) -> AwaitingRunner:
        made = cls(
            logger=runner.logger,
            process_before_response=False,
            listener_error_handler=runner.listener_error_handler,
            listener_start_handler=runner.listener_start_handler,
            listener_completion_handler=runner.listener_completion_handler,
            lazy_listener_runner=runner.lazy_listener_runner,
        )
        made.background = background
        made._timers = Timers()
        made._names = {}
        return made

    async def run(
        self,
        request: AsyncBoltRequest,
        response: BoltResponse,
        listener_name: str,
        listener: AsyncListener,
        starting_time: float | None = None,
    ) -> BoltResponse | None:
        if listener.lazy_functions or request.lazy_only:
            return await super().run(request, response, listener_name, listener, starting_time)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[None] = loop.create_future()
        ack = TellingAck(answered)
        request.context["ack"] = ack
        task = loop.create_task(self._listen(ack, request, listener), name=listener_name)
        self.background.track(task)
        if request.context.get(UNHURRIED):
            if (failed := await asyncio.shield(task)) is not None:
                return failed
        else:
            late = self._timers.later(_patience(starting_time), ack.tell)
            try:
                await answered
            finally:
                late.cancel()
        if not ack.through:
            request.context[AT_WORK] = task
        if ack.response is None and listener.auto_acknowledgement:
            await ack()
        if ack.response is None:
            self.logger.warning(warning_did_not_call_ack(listener_name))
        return ack.response

    async def _listen(
        self, ack: TellingAck, request: AsyncBoltRequest, listener: AsyncListener
    ) -> BoltResponse | None:
        """What its failure is to be answered with; None where it did not fail, or was answered before."""
        failed: BoltResponse | None = None
        try:
            await self.listener_start_handler.handle(request=request, response=None)
            await self._call(listener, request)
        except Exception as error:
            # An event that was acknowledged is kept: whoever keeps it asks whether it is to come again.
            if ack.response is None or request.body.get("type") == "event_callback":
                failed = BoltResponse(status=500)
            await self.listener_error_handler.handle(error=error, request=request, response=failed)
            if ack.response is None:
                ack.response = failed
        finally:
            ack.through = True
            ack.tell()
            await self.listener_completion_handler.handle(request=request, response=None)
        return failed

    async def _call(self, listener: AsyncListener, request: AsyncBoltRequest) -> None:
        if listener not in self._names:
            self._names[listener] = names_of(listener)
        names = self._names[listener]
        if names is None:
            await listener.run_ack_function(request=request, response=None)  # type: ignore[arg-type]  # as Bolt does
        else:
            await listener.ack_function(**arguments(names, request))


def _patience(starting_time: float | None) -> float:
    gone = 0.0 if starting_time is None else time.time() - starting_time
    return max(0.0, ANSWER_WITHIN - gone)
