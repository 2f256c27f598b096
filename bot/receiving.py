"""POST /slack/events: is it from Slack, now, and for the first time?"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.forms import read_request
from bot.runner import AT_WORK, UNHURRIED
from db.errors import Busy, Unavailable
from handlers import asked
from handlers.dedupe import Handled, Once
from handlers.rush import Rush

_log = logging.getLogger(__name__)

# Seconds a request's time may be off, as Slack advises.
TOLERANCE = 300


# How often Slack tells of an event again: at once, after a minute and after five.
RETRIES = 3

# Hears of an event that could not be taken on the last time that Slack told of it.
Lost = Callable[[Mapping[str, Any]], Awaitable[None]]
# Told what was asked for, how it came out, and the seconds until it was acknowledged.
Observe = Callable[[str, str, float], None]


class SignatureCheck:
    """Verifies Slack's v0 signatures and remembers them for as long as they would be accepted again."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        if not secret.strip():
            raise ValueError("a signing secret cannot be empty")
        self._key = hmac.new(secret.encode(), digestmod=hashlib.sha256)
        self._clock = clock
        # Two generations, swapped when the younger is as old as a signature can get.
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()
        self._swap_at = clock() + 2 * TOLERANCE

    def refusal(self, timestamp: str, signature: str, body: bytes) -> str | None:
        """Why it is refused, or None."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return "no timestamp"
        if abs(self._clock() - int(timestamp)) > TOLERANCE:
            return "stale timestamp"
        mac = self._key.copy()
        mac.update(b"v0:" + timestamp.encode() + b":" + body)
        if not hmac.compare_digest(
            b"v0=" + mac.hexdigest().encode(), signature.encode(errors="surrogateescape")
        ):
            return "wrong signature"
        return None

    def replayed(self, signature: str) -> bool:
        """Whether this very request came before. Only for verified ones: others must not fill the memory."""
        now = self._clock()
        if now >= self._swap_at:
            self._seen_before, self._seen = self._seen, set()
            self._swap_at = now + 2 * TOLERANCE
        if signature in self._seen or signature in self._seen_before:
            return True
        self._seen.add(signature)
        return False


class Receiver:
    """Hands verified requests to the app, events once."""

    def __init__(
        self,
        app: AsyncApp,
        once: Once,
        check: SignatureCheck | None,
        *,
        observe: Observe | None = None,
        lost: Lost | None = None,
        rush: Rush | None = None,
    ) -> None:
        self._app = app
        self._once = once
        self._check = check
        self._observe = observe or (lambda _what, _outcome, _seconds: None)
        self._lost = lost
        self._rush = rush or Rush()

    async def __call__(self, request: web.Request) -> web.Response:
        if self._check is None:
            return _refuse(404, "this bot uses Socket Mode")
        body = await request.read()
        headers = request.headers
        signature = headers.get("X-Slack-Signature", "")
        refusal = self._check.refusal(headers.get("X-Slack-Request-Timestamp", ""), signature, body)
        if refusal is not None:
            _log.warning("request refused", extra={"reason": refusal})
            return _refuse(401, refusal)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return _refuse(400, "the body is not UTF-8")
        try:
            bolt_request = read_request(
                text, query=request.query_string, headers=_needed(headers), kind=request.content_type
            )
        except (ValueError, TypeError, AttributeError):
            return _refuse(400, "the body cannot be read")
        if self._check.replayed(signature) and not _may_come_again(bolt_request):
            _log.warning("request refused", extra={"reason": "replayed"})
            return _refuse(409, "this very request was handled already")
        return _answer(await self.handle(bolt_request))

    async def handle(self, request: AsyncBoltRequest) -> BoltResponse:
        """For both ways in, HTTP and Socket Mode."""
        body = request.body
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": body.get("challenge", "")})
        if body.get("type") == "app_rate_limited":
            # More than 30,000 events of a workspace in an hour; https://docs.slack.dev/apis/events-api/#rate-limiting
            _log.warning("Slack holds events back", extra={"workspace": body.get("team_id")})
            return BoltResponse(status=200, body="")
        if "ssl_check" in body:
            return BoltResponse(status=200, body="")
        began, noted = time.perf_counter(), asked.begin(body)
        try:
            with self._rush.answering():
                response = await self._once.handle(body, lambda: self._dispatch(request))
        except (Busy, Unavailable) as error:
            _log.error("an event could not be taken on", extra={"error": type(error).__name__})
            response = BoltResponse(status=503, headers={"Retry-After": "5"})
        if response.status >= 500 and self._lost is not None and _is_last(request):
            await self._lost(body)
        outcome = noted.outcome if response.status < 500 else asked.FAILED
        self._observe(noted.what, outcome, time.perf_counter() - began)
        return response

    async def _dispatch(self, request: AsyncBoltRequest) -> Handled:
        response = await self._app.async_dispatch(request)
        return Handled(response=response, at_work=request.context.get(AT_WORK))


async def dispatch_again(app: AsyncApp, body: dict[str, Any]) -> BoltResponse:
    """Of an event that was acknowledged: nobody waits, and the answer says whether its listener failed."""
    request = AsyncBoltRequest(mode="socket_mode", body=body, context={UNHURRIED: True})
    return await app.async_dispatch(request)


def _may_come_again(request: AsyncBoltRequest) -> bool:
    """Within one second a retry bears the same signature, whose event_id tells whether it is new; and so does the
    opening of a menu that was opened already, by which nothing is changed."""
    return "x-slack-retry-num" in request.headers or request.body.get("type") == "block_suggestion"


def _is_last(request: AsyncBoltRequest) -> bool:
    number = "".join(request.headers.get("x-slack-retry-num", ()))
    return number.isdecimal() and int(number) >= RETRIES


def _needed(headers: Mapping[str, str]) -> dict[str, str | Sequence[str]]:
    """What Bolt looks at; it copies every header it is given."""
    given: dict[str, str | Sequence[str]] = {}
    for name in ("Content-Type", "X-Slack-Retry-Num", "X-Slack-Retry-Reason"):
        value = headers.get(name)
        if value is not None:
            given[name] = value
    return given


def _refuse(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status)


def _answer(response: BoltResponse) -> web.Response:
    body = response.body or ""
    kind = "application/json" if body.startswith("{") else "text/plain"
    answer = web.Response(status=response.status, body=body.encode(), content_type=kind, charset="utf-8")
    if response.status == 503:
        answer.headers["Retry-After"] = "5"
    return answer
