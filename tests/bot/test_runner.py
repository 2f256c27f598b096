import asyncio
import hashlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs
from slack_bolt.listener.async_listener import AsyncCustomListener
from slack_bolt.listener.asyncio_runner import AsyncioListenerRunner
from slack_bolt.listener_matcher.async_builtins import AsyncBuiltinListenerMatcher
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.models.blocks import DividerBlock

from bot import runner
from bot.arguments import FOUND, arguments, names_of
from bot.background import BackgroundTasks
from bot.receiving import dispatch_again
from bot.runner import AwaitingRunner

# What bot/runner.py, bot/arguments.py and bot/app.py replace or rely on, as it was when they were written.
RELIED_ON: dict[str, tuple[Any, str]] = {
    "AsyncioListenerRunner": (AsyncioListenerRunner, "35518b0376203c6b"),
    "AsyncAck": (AsyncAck, "1346c5dbc1774358"),
    "AsyncBuiltinListenerMatcher": (AsyncBuiltinListenerMatcher, "8bc8c0c5821df189"),
    "AsyncCustomListener": (AsyncCustomListener, "3a992ec61c6441f8"),
    "build_async_required_kwargs": (build_async_required_kwargs, "18726300b4526a46"),
    "AsyncApp.async_dispatch": (AsyncApp.async_dispatch, "9933aad9b4dc0525"),
    "AsyncApp._init_context": (AsyncApp._init_context, "eb460f816a1d7e60"),
    "AsyncApp._register_listener": (AsyncApp._register_listener, "1386097e30327e2d"),
}


@pytest.mark.parametrize("name", RELIED_ON)
def test_bolt_is_still_written_as_it_was(name: str) -> None:
    part, known = RELIED_ON[name]
    source = hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:16]
    assert source == known, (
        f"{name} changed in Bolt: read it, mend bot/runner.py, bot/arguments.py and bot/app.py, then note {source}"
    )


class Passing(AsyncMiddleware):
    async def async_process(self, *, req: Any, resp: Any, next: Any) -> Any:  # noqa: A002
        return await next()


Listen = Callable[..., Awaitable[Any]]


def app_with(listen: Listen, background: BackgroundTasks, *, event: bool = False) -> AsyncApp:
    async def authorize() -> Any:
        raise AssertionError("not asked for here")

    app = AsyncApp(
        name="test", authorize=authorize, request_verification_enabled=False, logger=logging.getLogger("test")
    )
    app._async_middleware_list[:] = [Passing()]
    app._async_listener_runner = AwaitingRunner.replacing(app.listener_runner, background)
    (app.event("reaction_added") if event else app.command("/issue"))(listen)

    async def explain(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
        return BoltResponse(status=500, body=str(error)) if response is not None else None

    app.error(explain)
    return app


COMMAND = {"command": "/issue", "text": "", "team_id": "T1", "user_id": "U1"}
EVENT = {"type": "event_callback", "team_id": "T1", "event": {"type": "reaction_added", "user": "U1"}}


async def dispatch(app: AsyncApp, body: dict[str, Any]) -> BoltResponse:
    return await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))


async def test_answers_at_the_ack_while_the_listener_goes_on() -> None:
    background, go_on, done = BackgroundTasks(), asyncio.Event(), asyncio.Event()

    async def listen(ack: AsyncAck) -> None:
        await ack("taken")
        await go_on.wait()
        done.set()

    response = await dispatch(app_with(listen, background), COMMAND)
    assert (response.status, response.body) == (200, "taken")
    assert not done.is_set()
    assert len(background) == 1
    go_on.set()
    assert await background.drain(60) == 0
    assert done.is_set()


async def test_who_asked_is_answered_before_the_listener_goes_on() -> None:
    background, order = BackgroundTasks(), []

    async def listen(ack: AsyncAck) -> None:
        await ack("taken")
        order.append("went on")

    await dispatch(app_with(listen, background), COMMAND)
    order.append("answered")
    assert await background.drain(60) == 0
    assert order == ["answered", "went on"]


async def test_a_listener_that_fails_before_its_ack_is_answered_by_the_boundary() -> None:
    async def listen() -> None:
        raise ValueError("broken")

    response = await dispatch(app_with(listen, BackgroundTasks()), COMMAND)
    assert (response.status, response.body) == (500, "broken")


async def test_a_failure_after_the_ack_leaves_the_answer_as_it_was() -> None:
    background = BackgroundTasks()

    async def listen(ack: AsyncAck) -> None:
        await ack("taken")
        raise ValueError("broken")

    response = await dispatch(app_with(listen, background), COMMAND)
    await background.drain(60)
    assert (response.status, response.body) == (200, "taken")


async def test_a_listener_that_never_acks_is_waited_for_no_longer_than_slack_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "ANSWER_WITHIN", 0.05)
    background, never = BackgroundTasks(), asyncio.Event()

    async def listen() -> None:
        await never.wait()

    response = await asyncio.wait_for(dispatch(app_with(listen, background), COMMAND), 30)
    assert response.status == 404
    assert await background.drain(0) == 1


async def test_a_listener_that_ends_without_ack_is_not_waited_for() -> None:
    async def listen() -> None:
        return

    response = await asyncio.wait_for(dispatch(app_with(listen, BackgroundTasks()), COMMAND), 30)
    assert response.status == 404


async def test_an_event_is_answered_when_its_listener_is_through() -> None:
    through = []

    async def listen() -> None:
        await asyncio.sleep(0)
        through.append(True)

    response = await dispatch(app_with(listen, BackgroundTasks(), event=True), EVENT)
    assert response.status == 200
    assert through


async def test_an_event_whose_listener_fails_is_answered_so_that_slack_sends_it_again() -> None:
    async def listen() -> None:
        raise ValueError("broken")

    response = await dispatch(app_with(listen, BackgroundTasks(), event=True), EVENT)
    assert response.status == 500


async def test_a_slow_event_is_acknowledged_in_time_and_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "ANSWER_WITHIN", 0.05)
    background, go_on = BackgroundTasks(), asyncio.Event()

    async def listen() -> None:
        await go_on.wait()

    response = await dispatch(app_with(listen, background, event=True), EVENT)
    assert response.status == 200
    go_on.set()
    assert await background.drain(60) == 0


async def test_a_slow_event_hands_on_its_listener_and_what_its_failure_is_to_be_answered_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "ANSWER_WITHIN", 0.05)
    go_on = asyncio.Event()

    async def listen() -> None:
        await go_on.wait()
        raise ValueError("broken")

    app = app_with(listen, BackgroundTasks(), event=True)
    request = AsyncBoltRequest(body=EVENT, mode="socket_mode")
    assert (await app.async_dispatch(request)).status == 200
    at_work: asyncio.Task[BoltResponse | None] = request.context[runner.AT_WORK]
    go_on.set()
    failed = await at_work
    assert failed is not None
    assert (failed.status, failed.body) == (500, "broken")


async def test_a_quick_event_hands_on_nothing() -> None:
    async def listen() -> None:
        return

    request = AsyncBoltRequest(body=EVENT, mode="socket_mode")
    await app_with(listen, BackgroundTasks(), event=True).async_dispatch(request)
    assert runner.AT_WORK not in request.context


@pytest.mark.parametrize(("fails", "status"), [(False, 200), (True, 500)])
async def test_an_event_that_nobody_waits_for_is_answered_when_its_listener_is_through(
    monkeypatch: pytest.MonkeyPatch, *, fails: bool, status: int
) -> None:
    monkeypatch.setattr(runner, "ANSWER_WITHIN", 0.0)
    through = []

    async def listen() -> None:
        await asyncio.sleep(0.01)
        through.append(True)
        if fails:
            raise ValueError("broken")

    response = await dispatch_again(app_with(listen, BackgroundTasks(), event=True), EVENT)
    assert response.status == status
    assert through


async def test_draining_cancels_what_does_not_end() -> None:
    background = BackgroundTasks()

    async def forever() -> None:
        await asyncio.Event().wait()

    background.start(forever(), name="forever")
    assert await background.drain(0.01) == 1
    assert len(background) == 0


async def test_whole_answers_are_written_whatever_is_in_them() -> None:
    half = "half a character: \ud83d"
    answers: list[dict[str, Any]] = [
        {"text": "Grüße 🔴", "blocks": [{"type": "divider"}]},
        {"text": half},
        {"text": "a model", "blocks": [DividerBlock()]},
    ]

    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(answers[int(body["text"])])

    app = app_with(listen, BackgroundTasks())
    written = [
        json.loads((await dispatch(app, COMMAND | {"text": str(number)})).body)
        for number in range(len(answers))
    ]
    assert written[0] == {"text": "Grüße 🔴", "blocks": [{"type": "divider"}]}
    assert written[1] == {"text": half}
    assert written[2] == {"text": "a model", "blocks": [{"type": "divider"}]}


BODIES: list[dict[str, Any]] = [
    COMMAND,
    EVENT,
    {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "view": {"id": "V1", "hash": "1"},
    },
    {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "view": {"id": "V1"},
        "actions": [{"action_id": "a"}],
    },
]


@pytest.mark.parametrize("body", BODIES, ids=["command", "event", "form", "button"])
def test_a_listener_is_given_what_bolt_would_give(body: dict[str, Any]) -> None:
    request = AsyncBoltRequest(body=body, mode="socket_mode")
    request.context["asker"] = "somebody"
    given = arguments(tuple(FOUND), request)
    bolts = build_async_required_kwargs(
        logger=logging.getLogger("test"), required_arg_names=list(FOUND), request=request, response=None
    )
    assert given == bolts


class Several:
    async def known(self, ack: AsyncAck, body: object) -> None:
        assert body
        await ack("known")

    async def more(self, ack: AsyncAck, payload: object) -> None:
        assert payload
        await ack("more")


@pytest.mark.parametrize("name", ["known", "more"])
async def test_a_method_is_called_as_bolt_does_also_where_it_wants_more(name: str) -> None:
    app = app_with(getattr(Several(), name), BackgroundTasks())
    assert (names_of(app._async_listeners[0]) is None) == (name == "more")
    for _ in range(2):
        assert (await dispatch(app, COMMAND)).body == name
