"""`POST /hooks/{id}`: checked, understood, done, in one transaction; an answer of 200 means that it is kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never
from urllib.parse import parse_qs

import asyncpg
import orjson
from aiohttp import web

from db import limits, webhooks
from db.errors import Busy, Invalid, Unavailable
from db.ids import IssueId
from db.webhooks import Hook, Kind
from handlers.hooks import alertmanager, github, mapping, sentry
from handlers.hooks.applying import apply
from handlers.hooks.checking import authentic, purpose
from handlers.hooks.signals import Signal, Unreadable, table
from handlers.services import Services
from handlers.vault import Sealed
from handlers.words import words

_log = logging.getLogger(__name__)

BODY_MAX: Final = 1024 * 1024
RETRY_AFTER: Final = "10"
# Headers that name the delivery: the same again is the same delivery.
_IDS: Final = ("x-github-delivery", "webhook-id", "idempotency-key", "request-id")
_KEPT_HEADERS: Final = (*_IDS, "content-type", github.EVENT, sentry.RESOURCE, sentry.TIMESTAMP)
_KEY_MAX: Final = 200
_TRIES: Final = 3

# The database is there, but could not do it now: the sender is to come again.
_LATER = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`headers` by lower-case name, only those that say how to read the body."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a delivery."""

    issue_ids: tuple[IssueId, ...] = ()
    repeated: bool = False


def understand(hook: Hook, delivery: Delivery) -> list[Signal]:
    """Raises Unreadable."""
    try:
        return [_storable(signal) for signal in _read(hook, delivery)]
    except RecursionError as error:
        # Nested deeper than it can be written down.
        raise Unreadable("no-json", error) from None


def _read(hook: Hook, delivery: Delivery) -> list[Signal]:
    body = _json(delivery)
    match hook.kind:
        case Kind.GENERIC:
            return mapping.read(body, hook.mapping)
        case Kind.ALERTMANAGER:
            return alertmanager.read(table(body, "{}"))
        case Kind.SENTRY:
            return sentry.read(table(body, "{}"), delivery.headers)
        case Kind.GITHUB:
            return github.read(table(body, "{}"), delivery.headers)
    assert_never(hook.kind)


def _storable(signal: Signal) -> Signal:
    """Its texts for people are; JSON's `\\u0000` can stand in a name too."""
    reference = signal.external_ref
    return replace(
        signal,
        key=None if signal.key is None else limits.clean(signal.key) or None,
        external_ref=None if reference is None else limits.clean(reference),
    )


def _json(delivery: Delivery) -> Any:
    raw = delivery.body
    if delivery.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raw = parse_qs(raw.decode(errors="replace")).get("payload", [""])[0].encode()
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable("no-json", error) from None


def _named(delivery: Delivery) -> str | None:
    name = next((delivery.headers[each] for each in _IDS if delivery.headers.get(each)), None)
    if name is None:
        return None
    return f"id:{name}" if len(name) <= _KEY_MAX else f"id:{hashlib.sha256(name.encode()).hexdigest()}"


def digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


async def take(services: Services, hook: Hook, delivery: Delivery, *, key: str | None = None) -> Taken:
    """Does what the body says. `key` names a kept delivery that is tried again.

    Raises Unreadable, Busy, Unavailable.
    """
    signals = understand(hook, delivery)
    key = key or _named(delivery)
    if key is None and any(signal.key is None for signal in signals):
        # Nothing else tells one that comes again from another.
        key = digest(delivery.body)
    for tried in range(1, _TRIES + 1):
        try:
            taken = await _take(services, hook, signals, key)
        except asyncpg.DeadlockDetectedError:
            if tried == _TRIES:
                raise
        except Invalid as error:
            raise Unreadable("refused", error) from error
        else:
            services.bell.ring()
            return taken
    raise AssertionError("unreachable")


async def _take(services: Services, hook: Hook, signals: list[Signal], key: str | None) -> Taken:
    now = services.clock()
    async with services.database.transaction() as conn:
        if key is not None and not await webhooks.claim(conn, hook, key):
            return Taken(repeated=True)
        # In one order everywhere, so that two deliveries about the same things do not wait for each other.
        found = [
            await apply(conn, hook, signal, now)
            for signal in sorted(signals, key=lambda each: each.key or "")
        ]
    return Taken(issue_ids=tuple(issue_id for issue_id in found if issue_id is not None))


def create_hooks(services: Services) -> web.Application:
    """To be mounted at /hooks."""
    app = web.Application(client_max_size=BODY_MAX)

    async def receive(request: web.Request) -> web.Response:
        try:
            return await _receive(services, request)
        except (Busy, Unavailable, *_LATER) as error:
            _log.warning("a webhook delivery is to come again", extra={"error": type(error).__name__})
            return _answer(503, {"error": "try again in a moment"}, {"Retry-After": RETRY_AFTER})

    app.router.add_post("/{id:[0-9a-f]{1,64}}", receive)
    return app


async def _receive(services: Services, request: web.Request) -> web.Response:
    async with services.database.connection() as conn:
        hook = await webhooks.by_id(conn, request.match_info["id"])
    if hook is None:
        return _answer(404, {"error": "there is no such webhook"})
    body = await request.read()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        secret = services.vault.unseal(purpose(hook.webhook_id), hook.sealed_secret)
    except Sealed as error:
        _log.error("a webhook's secret cannot be opened", extra={"webhook": hook.webhook_id})
        raise Unavailable("the webhook's secret cannot be opened: rotate it") from error
    if not authentic(hook.auth, secret, headers, body):
        return _answer(401, {"error": "the signature or token is missing or wrong"})
    # A header may hold any bytes, the database no such text.
    kept = {name: limits.clean(headers[name]) for name in _KEPT_HEADERS if name in headers}
    delivery = Delivery(headers=kept, body=body)
    try:
        taken = await take(services, hook, delivery)
    except Unreadable as error:
        await _keep(services, hook, delivery, error)
        return _answer(422, {"error": explained(str(error), None), "kept": True})
    result = "repeated" if taken.repeated else "done" if taken.issue_ids else "ignored"
    return _answer(200, {"result": result, "issues": [str(each) for each in taken.issue_ids]})


async def _keep(services: Services, hook: Hook, delivery: Delivery, error: Unreadable) -> None:
    key = _named(delivery) or digest(delivery.body)
    async with services.database.transaction() as conn:
        await webhooks.keep_failed(conn, hook, key, str(error), delivery.headers, delivery.body)


def explained(error: str, locale: str | None) -> str:
    """A kept error in words: it is kept as the code of a message, and what was odd."""
    code, _, what = error.partition(" ")
    return words(locale).plain(f"hook-unreadable-{code}", what=what)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )
