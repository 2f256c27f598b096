"""An endpoint: what it takes, what it answers, and the function that does it."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import BaseModel

from db import tokens
from db.access import Actor
from db.errors import NotFound
from db.issues import Origin
from db.tokens import Token
from handlers.api.problems import Problem
from handlers.api.secrets import BadToken, TokenChecker
from handlers.services import Services

Model = TypeVar("Model", bound=BaseModel)

# Larger than the largest description in JSON escapes, or 10,000 ids.
BODY_LIMIT = 1_000_000
# Smaller answers gain nothing from compression.
_GZIP_FROM = 1_000
_REFUSES_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One authorised request. `body` and `query` are already what the endpoint's models say."""

    services: Services
    request: web.Request
    token: Token
    actor: Actor
    body: BaseModel | None
    query: BaseModel | None
    origin: Origin

    def sent(self, model: type[Model]) -> Model:
        """The body, as `model`."""
        return cast("Model", self.body)

    def asked(self, model: type[Model]) -> Model:
        """The query parameters, as `model`."""
        return cast("Model", self.query)

    def id(self, kind: str) -> UUID:
        """The id in the path. Raises NotFound for what cannot be one."""
        text = self.request.match_info["id"]
        try:
            return UUID(text)
        except ValueError:
            raise NotFound(kind, text) from None


Act = Callable[[ApiCall], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`path` is below /api/v1. `answer` is the model of a success, `listed` when it comes in pages."""

    method: str
    path: str
    summary: str
    act: Act
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    listed: bool = False
    status: int = 200
    problems: tuple[int, ...] = ()
    upload: bool = False
    headers: tuple[str, ...] = field(default=())

    def handler(self, services: Services, checker: TokenChecker) -> Callable[[web.Request], Awaitable[Any]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            token = await authorise(request, checker)
            raw = b"" if self.upload or self.body is None else await _read(request)
            call = ApiCall(
                services=services,
                request=request,
                token=token,
                actor=token.actor(),
                body=_parse(self.body, raw) if self.body else None,
                query=self.query.model_validate(dict(request.query)) if self.query else None,
                # What is uploaded is not read yet: its endpoint claims the key.
                origin=Origin() if self.upload else await claim_key(services, token, request, raw),
            )
            return await self.act(call)

        return handle


async def authorise(request: web.Request, checker: TokenChecker) -> Token:
    """The token that `Authorization: Bearer` carries. Raises BadToken, TooManyTries."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise BadToken
    return await checker.check(text.strip(), request.remote or "")


async def _read(request: web.Request) -> bytes:
    if request.content_type not in ("application/json", "application/octet-stream"):
        raise Problem(415, "unsupported-media-type", "send application/json")
    raw = await request.read()
    if len(raw) > BODY_LIMIT:
        raise Problem(413, "too-large", f"a body may have {BODY_LIMIT:,} bytes")
    return raw


def _parse(model: type[BaseModel], raw: bytes) -> BaseModel:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "malformed", f"the body is not JSON: {error}") from None
    return model.model_validate(value)


async def claim_key(services: Services, token: Token, request: web.Request, raw: bytes) -> Origin:
    """With an Idempotency-Key, the same request again changes nothing again. Raises Problem 422 for a key reused."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return Origin()
    # An id of the request for the log, too, so only what prints; a key that is kept takes part in other keys.
    if not (1 <= len(key) <= 255 and key.isprintable()):
        message = "Idempotency-Key has 1 to 255 printable characters"
        error = {"field": "Idempotency-Key", "code": "malformed", "message": message}
        raise Problem(422, "invalid", message, errors=[error])
    digest = hashlib.sha256(request.path.encode() + b"\0" + raw).digest()
    request_key = f"api:{token.token_id}:{key}"
    async with services.database.connection() as conn:
        same = await tokens.claim_request(conn, token.workspace_id, token.token_id, request_key, digest)
    if not same:
        raise Problem(422, "key-reused", "use a new Idempotency-Key for a new request")
    return Origin(request_key=request_key)


def answer(
    call: ApiCall, value: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """`value` as JSON, compressed for who accepts it."""
    # asyncpg's UUIDs are of a class of their own, which orjson does not know.
    return packed(call, orjson.dumps(value, default=str), status=status, headers=headers)


def packed(
    call: ApiCall, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """JSON that is written already, compressed for who accepts it."""
    headers = dict(headers or {})
    if len(body) >= _GZIP_FROM:
        headers["Vary"] = "Accept-Encoding"
        if _accepts_gzip(call.request.headers.get("Accept-Encoding")):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def listed(call: ApiCall, items: list[dict[str, Any]], following: object) -> web.Response:
    """One page. `following` is the cursor of the next, which also stands in a Link header."""
    return answer(call, {"items": items, "next_cursor": following}, headers=next_page(call, following))


def next_page(call: ApiCall, following: object) -> dict[str, str] | None:
    """The Link header (RFC 8288) that leads there, if there is one."""
    if following is None:
        return None
    asked = {**call.request.query, "cursor": str(following)}
    return {"Link": f'<{call.request.path}?{urlencode(asked)}>; rel="next"'}


def _accepts_gzip(accepted: str | None) -> bool:
    return accepted is not None and "gzip" in accepted and not _REFUSES_GZIP.search(accepted)
