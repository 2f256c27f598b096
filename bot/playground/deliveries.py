"""What Slack sends to the app: signed, over HTTP or the socket, events with retries."""

import asyncio
import hashlib
import hmac
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from bot.playground.activity import Activity
from bot.playground.config import PlaygroundConfig
from bot.playground.faults import Fault, Faults
from bot.playground.ids import new_id
from bot.playground.sockets import Sockets
from bot.playground.wire import Json, dumps, loads

Failure = Literal["operation_timeout", "dispatch_failed", "http_service_error"]

_RETRY_DELAYS = (0.0, 60.0, 300.0)
# Slack follows so many and gives up at the next.
_REDIRECTS = 2
_RETRY_REASONS = {
    "operation_timeout": "http_timeout",
    "dispatch_failed": "connection_failed",
    "http_service_error": "http_error",
}
# A retry that is minutes away is not something to wait for in settled().
_SOON = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    failure: Failure | None = None
    reason: str | None = None
    status: int = 0
    body: Any = None
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        return self.failure is None


@dataclass(slots=True, kw_only=True)
class Delivery:
    """`kind` is "command", "event", or the type of an interactive payload."""

    id: str
    number: int
    kind: str
    team_id: str
    payload: Json
    transport: str = "http"
    answers: list[Answer] = field(default_factory=list)

    @property
    def acked(self) -> bool:
        return bool(self.answers) and self.answers[-1].acked

    def summary(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "team_id": self.team_id,
            "payload": self.payload,
            "transport": self.transport,
            "answers": [
                {"failure": item.failure, "status": item.status, "body": item.body} for item in self.answers
            ],
        }


@dataclass(slots=True)
class _Held:
    number: int
    left: int
    turn: asyncio.Event


class Deliveries:
    def __init__(
        self, config: PlaygroundConfig, faults: Faults, sockets: Sockets, activity: Activity
    ) -> None:
        self._config = config
        self._faults = faults
        self._sockets = sockets
        self._activity = activity
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[_Held] = []
        self._count = 0
        self.log: deque[Delivery] = deque(maxlen=config.log_size)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=200, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self._session

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def interact(self, kind: str, team_id: str, payload: Json) -> Answer:
        """Deliver a command or an interaction once and wait for its acknowledgement."""
        delivery, fault, turn = self._record(kind, team_id, payload)
        with self._activity.under_way():
            return await self._first(delivery, fault, turn)

    async def probe(self, kind: str, team_id: str, payload: Json) -> Answer:
        """A request of Slack's own that nobody caused; never over the socket, never again."""
        delivery, _, _ = self._record(kind, team_id, payload)
        with self._activity.under_way():
            delivery.answers.append(await self._over_http(delivery, None))
        return delivery.answers[-1]

    def event(self, team_id: str, envelope: Json) -> Delivery:
        """Deliver an event in the background, with Slack's three retries."""
        delivery, fault, turn = self._record("event", team_id, envelope)
        # Under way from now on, not from when the task gets to run.
        self._activity.begin()
        task = asyncio.get_running_loop().create_task(self._deliver_event(delivery, fault, turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    def _record(
        self, kind: str, team_id: str, payload: Json
    ) -> tuple[Delivery, Fault | None, asyncio.Event | None]:
        self._count += 1
        delivery = Delivery(id=new_id("Dv"), number=self._count, kind=kind, team_id=team_id, payload=payload)
        self.log.append(delivery)
        fault = self._faults.for_delivery(kind, payload)
        turn: asyncio.Event | None = None
        if fault is not None and fault.reorder:
            turn = asyncio.Event()
            self._held.append(_Held(delivery.number, fault.reorder, turn))
        return delivery, fault, turn

    async def _first(self, delivery: Delivery, fault: Fault | None, turn: asyncio.Event | None) -> Answer:
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if turn is not None:
            await turn.wait()
        copies = fault.duplicate if fault is not None else 0
        if fault is not None and fault.at_once:
            answer, *_ = await asyncio.gather(*(self._attempt(delivery) for _ in range(1 + copies)))
        else:
            answer = await self._attempt(delivery)
            for _ in range(copies):
                await self._attempt(delivery)
        self._let_go(delivery)
        return answer

    def _let_go(self, passed: Delivery) -> None:
        """Free held-back deliveries that enough later ones have overtaken."""
        for held in list(self._held):
            if passed.number > held.number:
                held.left -= 1
                if held.left <= 0:
                    held.turn.set()
                    self._held.remove(held)

    async def _deliver_event(
        self, delivery: Delivery, fault: Fault | None, turn: asyncio.Event | None
    ) -> None:
        try:
            answer = await self._first(delivery, fault, turn)
            for number, delay in enumerate(_RETRY_DELAYS, start=1):
                if answer.failure is None:
                    return
                if answer.no_retry and answer.failure != "operation_timeout":
                    return
                await self._pause(delay * self._config.retry_scale)
                reason = answer.reason or _RETRY_REASONS[answer.failure]
                answer = await self._attempt(delivery, (number, reason))
        finally:
            self._activity.end()

    async def _pause(self, seconds: float) -> None:
        if seconds <= _SOON:
            await asyncio.sleep(seconds)
            return
        self._activity.end()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._activity.begin()

    async def _attempt(self, delivery: Delivery, retry: tuple[int, str] | None = None) -> Answer:
        if self._sockets.connected:
            delivery.transport = "socket"
            answer = await self._over_socket(delivery, retry)
        else:
            delivery.transport = "http"
            answer = await self._over_http(delivery, retry)
        delivery.answers.append(answer)
        self._activity.changed()
        return answer

    async def _over_socket(self, delivery: Delivery, retry: tuple[int, str] | None) -> Answer:
        kind = {"command": "slash_commands", "event": "events_api"}.get(delivery.kind, "interactive")
        extra: Json = {}
        if kind == "events_api":
            number, reason = retry or (0, "")
            extra = {"retry_attempt": number, "retry_reason": reason}
        try:
            reply = await self._sockets.send(kind, delivery.payload, self._config.ack_timeout, **extra)
        except TimeoutError:
            return Answer(failure="operation_timeout")
        except (ConnectionError, RuntimeError):
            return Answer(failure="dispatch_failed")
        payload = reply.get("payload")
        return Answer(status=200, body=None if payload == {} else payload)

    async def _over_http(self, delivery: Delivery, retry: tuple[int, str] | None) -> Answer:
        url = self._config.request_url
        if url is None:
            return Answer(failure="dispatch_failed")
        body, content_type = encoded(delivery)
        headers = self._headers(body, content_type)
        if retry is not None:
            headers["X-Slack-Retry-Num"] = str(retry[0])
            headers["X-Slack-Retry-Reason"] = retry[1]
        timeout = aiohttp.ClientTimeout(total=self._config.ack_timeout)
        try:
            async with self._http().post(
                url, data=body, headers=headers, timeout=timeout, max_redirects=_REDIRECTS + 1
            ) as response:
                content = await response.read()
                return _answer(response, content)
        except TimeoutError:
            return Answer(failure="operation_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(failure="http_service_error", reason="too_many_redirects")
        except aiohttp.ClientSSLError:
            return Answer(failure="dispatch_failed", reason="ssl_error")
        except aiohttp.ClientError:
            return Answer(failure="dispatch_failed")

    def _headers(self, body: bytes, content_type: str) -> dict[str, str]:
        # Real time, not the movable clock: the app checks it against its own.
        timestamp = str(int(time.time()))
        return {
            "Accept": "application/json,*/*",
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._config.signing_secret, timestamp, body),
        }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """The body of its request, and the body's type."""
    if delivery.kind == "event":
        return dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.kind == "command" else {"payload": dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _answer(response: aiohttp.ClientResponse, content: bytes) -> Answer:
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    if not 200 <= response.status < 300:
        return Answer(failure="http_service_error", status=response.status, no_retry=no_retry)
    body: Any = content.decode("utf-8", "replace") or None
    if body is not None and response.content_type == "application/json":
        try:
            body = loads(body)
        except ValueError:
            return Answer(failure="http_service_error", status=response.status)
    return Answer(status=response.status, body=body)
