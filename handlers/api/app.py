"""The API as one aiohttp application, to be mounted at /api."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import cache
from importlib.metadata import version

import orjson
from aiohttp import web

from handlers.api import imports, issues, people, reports
from handlers.api.endpoint import BODY_LIMIT, Endpoint
from handlers.api.manual import page
from handlers.api.openapi import document
from handlers.api.problems import problems
from handlers.api.secrets import TokenChecker
from handlers.services import Services

ENDPOINTS: tuple[Endpoint, ...] = (
    *people.ENDPOINTS,
    *issues.ENDPOINTS,
    *imports.ENDPOINTS,
    *reports.ENDPOINTS,
)


def create_api(services: Services, checker: TokenChecker) -> web.Application:
    """Routes below /api: /v1/..., /openapi.json and /docs."""
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    for endpoint in ENDPOINTS:
        handler = endpoint.handler(services, checker)
        if endpoint.method == "GET":
            # With HEAD, which aiohttp answers as GET without the body.
            app.router.add_get(f"/v1{endpoint.path}", handler)
        else:
            app.router.add_route(endpoint.method, f"/v1{endpoint.path}", handler)
    app.router.add_get("/openapi.json", _show_openapi)
    app.router.add_get("/docs", _show_docs)
    app.cleanup_ctx.append(_closing(checker))
    return app


@cache
def _described() -> tuple[bytes, str]:
    """The OpenAPI document and the page made of it: half of what a start would take, for what few ask for."""
    lodge = version("lodge")
    return orjson.dumps(document(ENDPOINTS, lodge)), page(ENDPOINTS, lodge)


async def _show_openapi(_: web.Request) -> web.Response:
    openapi, _docs = await asyncio.to_thread(_described)
    return web.Response(body=openapi, content_type="application/json")


async def _show_docs(_: web.Request) -> web.Response:
    _openapi, docs = await asyncio.to_thread(_described)
    return web.Response(text=docs, content_type="text/html")


def _closing(checker: TokenChecker) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_: web.Application) -> AsyncIterator[None]:
        yield
        checker.close()

    return context
