"""The HTTP side of the whole process, by signed requests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.background import BackgroundTasks
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from bot.receiving import SignatureCheck
from bot.server import BODY_MAX
from db.errors import Busy, FieldError, Invalid, NotFound
from db.ids import WorkspaceId
from handlers.acting import Place, tell
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views.replies import Reply
from handlers.words import COMMAND, call_command, words
from tests.settings import settings_for

heard: list[Asker | None] = []


def register(app: AsyncApp, _: Services) -> None:
    async def command(ack: AsyncAck, asker: Asker, body: dict[str, str]) -> None:
        heard.append(asker)
        if body["text"] == "missing":
            raise NotFound("issue", "LDG-9")
        if body["text"] == "invalid":
            raise Invalid(FieldError(field="title", code="no_such_code", message="is too long"))
        if body["text"] == "broken":
            raise RuntimeError("secret detail")
        await ack("done")

    async def reaction(asker: Asker) -> None:
        heard.append(asker)
        if len(heard) == 1 and asker.slack_user_id.endswith("GRACE"):
            raise RuntimeError("the first time fails")
        if len(heard) == 1 and asker.slack_user_id.endswith("LINUS"):
            raise Busy

    async def choices(ack: AsyncAck, asker: Asker) -> None:
        heard.append(asker)
        await ack({"options": []})

    app.command("/issue")(command)
    app.options("choices")(choices)
    app.event("reaction_added")(reaction)


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    heard.clear()
    async with LocalSlack(rate_limits="off") as local:
        yield local


@asynccontextmanager
async def served(slack: LocalSlack, dsn: str) -> AsyncIterator[Process]:
    settings = settings_for(slack, dsn)
    options = Options(register=register, register_jobs=lambda _worker, _services: None)
    async with running(settings, options) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield process


@pytest.fixture
async def process(slack: LocalSlack, db_url: str) -> AsyncIterator[Process]:
    async with served(slack, db_url) as running_process:
        yield running_process


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def signed(
    slack: LocalSlack, body: bytes, *, at: float | None = None, secret: str | None = None
) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    mac = hmac.new(
        (secret or slack.signing_secret).encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256
    )
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={mac.hexdigest()}",
    }


def command(slack: LocalSlack, text: str = "", **more: str) -> bytes:
    fields = {
        "command": "/issue",
        "text": text,
        "team_id": slack.team_id,
        "user_id": slack.person("ada").user.id,
        "channel_id": slack.channel("general").id,
        "trigger_id": f"1.{time.perf_counter_ns()}",
        "response_url": f"{slack.url}/response/none",
    }
    return urlencode(fields | more).encode()


async def drained(process: Process) -> None:
    background = process.services.background
    assert isinstance(background, BackgroundTasks)
    assert await background.drain(30) == 0


async def post(
    http: aiohttp.ClientSession, process: Process, body: bytes, headers: dict[str, str]
) -> tuple[int, str]:
    async with http.post(f"{process.url}/slack/events", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_a_signed_command_is_answered_and_its_asker_known(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    body = command(slack)
    assert await post(http, process, body, signed(slack, body)) == (200, "done")
    asker = heard[0]
    assert asker is not None
    assert asker.actor.role == "admin"
    assert asker.channel_id == slack.channel("general").id
    assert asker.request_key is not None


async def test_what_the_command_is_called_is_known_from_the_next_start_on(
    slack: LocalSlack, db_url: str, http: aiohttp.ClientSession
) -> None:
    try:
        async with served(slack, db_url) as process:
            # The first use is that which makes the workspace known.
            for _ in range(2):
                body = command(slack, command="/ticket")
                await post(http, process, body, signed(slack, body))
                await drained(process)
        call_command(COMMAND)
        async with served(slack, db_url):
            assert words("en").command == "/ticket"
    finally:
        call_command(COMMAND)


async def test_a_warm_request_asks_neither_slack_nor_the_database(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    for _ in range(2):
        body = command(slack)
        await post(http, process, body, signed(slack, body))
    calls = len(slack.calls)
    process.services.database.acquire_timeout = 0.0
    taken = [
        await process.services.database.pool.acquire()
        for _ in range(process.services.database.pool.get_max_size())
    ]
    body = command(slack)
    try:
        assert await post(http, process, body, signed(slack, body)) == (200, "done")
    finally:
        for conn in taken:
            await process.services.database.pool.release(conn)
    assert len(slack.calls) == calls


async def test_an_answer_by_a_response_url_does_not_hang_for_minutes(
    slack: LocalSlack, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.process.HANGING", aiohttp.ClientTimeout(total=0.1))
    over = asyncio.Event()

    async def silence(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", silence)
    async with served(slack, db_url) as process, TestServer(app) as server, asyncio.timeout(60):
        client = await process.services.slack.client(WorkspaceId(slack.team_id))
        with pytest.raises(TimeoutError):
            await tell(Place(response_url=str(server.make_url("/"))), Reply(text="x"), client, "U0ADA")
        over.set()


async def test_wrong_stale_and_missing_signatures_are_refused(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    body = command(slack)
    wrong = signed(slack, body, secret="another")
    stale = signed(slack, body, at=time.time() - 301)
    future = signed(slack, body, at=time.time() + 360)
    tampered = signed(slack, body + b"x")
    for headers in (wrong, stale, future, tampered, {}, {"X-Slack-Request-Timestamp": "never"}):
        status, _ = await post(http, process, body, headers)
        assert status == 401
    assert not heard


async def test_the_very_same_request_is_refused_the_second_time(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    body = command(slack)
    headers = signed(slack, body)
    assert (await post(http, process, body, headers))[0] == 200
    assert (await post(http, process, body, headers))[0] == 409
    assert len(heard) == 1


async def test_a_menu_that_is_opened_twice_in_a_second_shows_its_choices_twice(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    ada = slack.person("ada").user.id
    opened = {
        "type": "block_suggestion",
        "team": {"id": slack.team_id},
        "user": {"id": ada, "team_id": slack.team_id},
        "action_id": "choices",
        "block_id": "labels",
        "value": "",
    }
    body = urlencode({"payload": json.dumps(opened)}).encode()
    headers = signed(slack, body)
    answers = [await post(http, process, body, headers) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 200]
    assert answers[0] == answers[1]
    assert len(heard) == 2


async def test_what_slack_says_of_itself_is_acknowledged(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    held_back = {"type": "app_rate_limited", "team_id": slack.team_id, "minute_rate_limited": 1795389780}
    checked = {"type": "url_verification", "challenge": "said back"}
    for told, answer in ((held_back, ""), (checked, '{"challenge": "said back"}')):
        body = json.dumps(told).encode()
        headers = signed(slack, body) | {"Content-Type": "application/json"}
        assert await post(http, process, body, headers) == (200, answer)
    assert "holds events back" in caplog.text
    assert not heard


async def test_a_body_over_the_limit_is_refused(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    body = b"x" * (BODY_MAX + 1)
    async with http.post(
        f"{process.url}/slack/events", data=io.BytesIO(body), headers=signed(slack, body)
    ) as answer:
        assert answer.status == 413


async def test_a_body_that_is_not_text_is_refused(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    for body, kind in ((b"\xff\xfe", "application/json"), (b"{not json", "application/json")):
        status, _ = await post(http, process, body, signed(slack, body) | {"Content-Type": kind})
        assert status == 400


def test_an_empty_secret_checks_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        SignatureCheck(" ")


async def test_a_domain_error_is_said_in_words(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    for text, told in (("missing", "LDG-9"), ("invalid", "is too long")):
        body = command(slack, text)
        status, answer = await post(http, process, body, signed(slack, body))
        assert status == 200
        assert told in answer
        assert "ephemeral" in answer


async def test_an_unexpected_error_shows_the_reference_that_is_in_the_log(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    body = command(slack, "broken")
    async with http.post(f"{process.url}/slack/events", data=body, headers=signed(slack, body)) as answer:
        text, request_id = await answer.text(), answer.headers["X-Request-Id"]
    assert request_id in text
    assert "secret detail" not in text
    assert any(record.exc_info for record in caplog.records)


async def test_another_workspace_is_told_that_the_app_is_not_installed(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    body = command(slack, team_id="T0STRANGER")
    status, answer = await post(http, process, body, signed(slack, body))
    assert status == 200
    assert "not installed" in answer
    assert not heard


async def test_an_event_that_reaches_two_replicas_is_handled_once(
    slack: LocalSlack, db_url: str, process: Process, http: aiohttp.ClientSession
) -> None:
    event = {"type": "reaction_added", "user": slack.person("ada").user.id, "reaction": "eyes", "item": {}}
    body = json.dumps(
        {"type": "event_callback", "team_id": slack.team_id, "event_id": "Ev1", "event": event}
    ).encode()
    headers = signed(slack, body) | {"Content-Type": "application/json"}
    again = headers | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    async with served(slack, db_url) as other:
        answers = await asyncio.gather(
            post(http, process, body, headers),
            post(http, other, body, headers),
            post(http, process, body, again),
        )
        last = await post(http, other, body, again)
    assert [status for status, _ in (*answers, last)] == [200] * 4
    assert len(heard) == 1


async def test_an_event_another_has_died_over_is_not_called_handled(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.dedupe._PATIENCE", 0.2)
    event = {"type": "reaction_added", "user": slack.person("ada").user.id, "reaction": "eyes", "item": {}}
    body = json.dumps(
        {"type": "event_callback", "team_id": slack.team_id, "event_id": "Ev1", "event": event}
    ).encode()
    async with process.services.database.connection() as conn:
        await conn.execute(
            "INSERT INTO deliveries (workspace_id, delivery_key) VALUES ($1, 'Ev1')", slack.team_id
        )
    headers = {"Content-Type": "application/json", "X-Slack-Retry-Num": "1"}
    assert (await post(http, process, body, signed(slack, body) | headers))[0] == 503
    async with process.services.database.connection() as conn:
        await conn.execute("UPDATE deliveries SET claimed_at = now() - interval '1 hour'")
    assert (await post(http, process, body, signed(slack, body) | headers))[0] == 200
    assert len(heard) == 1


async def test_an_event_whose_handling_failed_is_taken_on_when_it_comes_again(
    process: Process, slack: LocalSlack
) -> None:
    ts = await slack.person("ada").send("general", "hello")
    await slack.person("grace").react("general", ts, "eyes")
    await slack.until(lambda: len(heard) == 2)
    await slack.settled()
    assert len(heard) == 2


async def test_an_event_that_finds_the_database_busy_comes_again(process: Process, slack: LocalSlack) -> None:
    ts = await slack.person("ada").send("general", "hello")
    await slack.person("linus").react("general", ts, "eyes")
    await slack.until(lambda: len(heard) == 2)
    await slack.settled()
    assert [answer.status for answer in slack.deliveries[-1].answers] == [503, 200]


async def test_health_readiness_and_metrics(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{process.url}/healthz") as answer:
        assert answer.status == 200
    async with http.get(f"{process.url}/readyz") as answer:
        parts = (await answer.json())["parts"]
    assert set(parts) == {"database", "migrations", "worker", "slack"}
    assert parts["database"] == parts["migrations"] == parts["slack"] == "ok"
    async with http.get(f"{process.url}/metrics") as answer:
        assert 'lodge_requests_total{route="/healthz",status="200"}' in await answer.text()


async def test_readiness_says_which_part_is_not_ready(
    process: Process, slack: LocalSlack, http: aiohttp.ClientSession
) -> None:
    slack.faults.add(method="auth.test", error="account_inactive", times=None)
    async with http.get(f"{process.url}/readyz") as answer:
        assert answer.status == 503
        assert "account_inactive" in (await answer.json())["parts"]["slack"]
