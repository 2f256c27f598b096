"""The HTTP server: Slack's requests, health, metrics, and room for more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware
from prometheus_client import CONTENT_TYPE_LATEST

from bot.metrics import Metrics
from bot.receiving import Receiver
from db.errors import LodgeError
from db.pool import Database
from handlers import reference

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# None: fine. Otherwise why not.
Probe = Callable[[], Awaitable[str | None]]

# Slack's largest requests are forms of many long fields, well below it.
BODY_MAX: Final = 1024 * 1024
# Seconds for a body to arrive.
BODY_WITHIN: Final = 20.0
# Files may be large, and here those who send them are known before anything of them is read.
_UPLOADS: Final = "/api/"


class Observing:
    """Outermost: gives the request its id, counts it, and answers what nobody expected with that id."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._children: dict[tuple[str, int], Callable[[float], None]] = {}

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
            request_id = reference.begin()
            began = time.perf_counter()
            status = 500
            try:
                response = await _in_time(request, handler)
                status = response.status
            except web.HTTPException as error:
                status = error.status
                raise
            except (HttpProcessingError, web.RequestPayloadError):
                response = web.json_response({"error": "the body cannot be read"}, status=400)
                status = response.status
            except Exception as error:
                _log.error("a request failed", exc_info=error)
                response = web.json_response({"error": "internal", "reference": request_id}, status=500)
            finally:
                self._count(request, status, time.perf_counter() - began)
            if not response.prepared:
                response.headers["X-Request-Id"] = request_id
            return response

        return observe

    def _count(self, request: web.Request, status: int, seconds: float) -> None:
        resource = request.match_info.route.resource
        key = (resource.canonical if resource is not None else "other", status)
        count = self._children.get(key)
        if count is None:
            count = self._children[key] = self._child(*key)
        count(seconds)

    def _child(self, route: str, status: int) -> Callable[[float], None]:
        counter = self._metrics.requests.labels(route, str(status))
        histogram = self._metrics.seconds.labels(route)

        def count(seconds: float) -> None:
            counter.inc()
            histogram.observe(seconds)

        return count


async def _in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who sends a body a byte at a time keeps nobody waiting."""
    is_upload = request.content_type == "multipart/form-data" and request.path.startswith(_UPLOADS)
    if is_upload or request.content.is_eof():
        return await handler(request)
    try:
        async with asyncio.timeout(BODY_WITHIN) as limit:
            request.content.on_eof(partial(_lift, limit))
            return await handler(request)
    except TimeoutError:
        if not limit.expired():
            raise
        raise web.HTTPRequestTimeout from None


def _lift(limit: asyncio.Timeout) -> None:
    # What nobody wanted to read may end after the answer: then there is no limit any more.
    with contextlib.suppress(RuntimeError):
        limit.reschedule(None)


def create_server(
    receiver: Receiver,
    metrics: Metrics,
    database: Database,
    probes: Mapping[str, Probe],
    *,
    parts: Mapping[str, web.Application] | None = None,
) -> web.Application:
    """`parts` are mounted below their prefix, such as `/api`."""
    server = web.Application(client_max_size=BODY_MAX, middlewares=[Observing(metrics).middleware])
    server.router.add_post("/slack/events", receiver.__call__)
    server.router.add_get("/healthz", _healthy)
    server.router.add_get("/readyz", _ready(probes))
    server.router.add_get("/metrics", _metrics(metrics, database))
    for prefix, part in (parts or {}).items():
        server.add_subapp(prefix, part)
    return server


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _ready(probes: Mapping[str, Probe]) -> Handler:
    async def ready(_: web.Request) -> web.Response:
        reasons: dict[str, str] = {}
        for part, probe in probes.items():
            try:
                reason = await probe()
            except (LodgeError, OSError) as error:
                reason = str(error) or type(error).__name__
            reasons[part] = reason or "ok"
        fine = all(reason == "ok" for reason in reasons.values())
        return web.json_response({"ok": fine, "parts": reasons}, status=200 if fine else 503)

    return ready


def _metrics(metrics: Metrics, database: Database) -> Handler:
    async def show(_: web.Request) -> web.Response:
        try:
            body = await metrics.render(database)
        except LodgeError as error:
            return web.Response(status=503, text=str(error))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return show


class Listening:
    """A server on its address. `close` stops accepting, then waits for the requests under way."""

    def __init__(self, server: web.Application, *, drain: float) -> None:
        # No access log: metrics count, and Slack's URLs tell nothing.
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=drain)

    async def open(self, host: str, port: int) -> int:
        """Returns the port, which the system chose when 0 was asked for. Raises OSError."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        await self._runner.cleanup()
