"""Errors as `application/problem+json` (RFC 9457): a stable `type`, and one entry for each bad field."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ValidationError

from db.bulk import BulkStopped
from db.errors import Busy, Conflict, Forbidden, Invalid, LodgeError, NotFound, Unavailable
from db.issues import Clash
from handlers import reference
from handlers.api.secrets import BadToken, TooManyTries

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# `type` of every problem; the API's documentation explains each under this name.
TYPES = {
    "invalid": "Some fields cannot be accepted",
    "malformed": "The request cannot be read",
    "unauthorized": "A valid token is needed",
    "forbidden": "This token may not do that",
    "not-found": "There is no such thing here",
    "method-not-allowed": "This address does not take that method",
    "conflict": "That exists already",
    "version-clash": "The issue was changed since that version",
    "key-reused": "This Idempotency-Key was used for another request",
    "too-large": "The request is too large",
    "unsupported-media-type": "The body is of the wrong kind",
    "too-many-tries": "Too many wrong tokens",
    "busy": "Busy; try again in a moment",
    "internal": "Something went wrong here",
}


class Problem(LodgeError):
    """A problem of the HTTP layer itself; `name` is one of TYPES."""

    def __init__(self, status: int, name: str, detail: str, **extra: Any) -> None:
        self.status = status
        self.name = name
        self.detail = detail
        self.extra = extra
        super().__init__(detail)


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> web.Response:
    body = {
        "type": f"/api/docs#{problem.name}",
        "title": TYPES[problem.name],
        "status": problem.status,
        "detail": problem.detail,
        **problem.extra,
    }
    return web.json_response(
        body, status=problem.status, headers=headers, content_type="application/problem+json"
    )


# What is called otherwise in requests than in the database.
_FIELDS = {
    "assignee": "assignee_id",
    "reporter": "reporter_id",
    "parent": "parent_id",
    "reason": "close_reason",
    "comment": "body",
}


def _fields(error: Invalid) -> list[dict[str, Any]]:
    return [
        {
            "field": _FIELDS.get(e.field, e.field),
            "code": e.code,
            "message": e.message,
            **({"limit": e.limit} if e.limit else {}),
        }
        for e in error.errors
    ]


def _entries(error: ValidationError | Invalid | BulkStopped) -> list[dict[str, Any]]:
    """One for each bad field, all at once."""
    if isinstance(error, Invalid):
        return _fields(error)
    if isinstance(error, BulkStopped):
        return [{"field": "ids", "code": error.why, "message": f"nothing was changed: {error}"}]
    return [
        {"field": ".".join(map(str, e["loc"])) or "body", "code": e["type"], "message": e["msg"]}
        for e in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def from_error(error: Exception) -> tuple[Problem, dict[str, str]] | None:
    """The problem a domain error is to a program, with headers; None for what nobody expected."""
    headers: dict[str, str] = {}
    match error:
        case Problem():
            found = error
        case ValidationError() | Invalid() | BulkStopped():
            found = Problem(422, "invalid", "see errors", errors=_entries(error))
        case HttpProcessingError() | web.RequestPayloadError():
            found = Problem(400, "malformed", "the body cannot be read: it is not encoded as its head says")
        case BadToken():
            found = Problem(
                401, "unauthorized", "send Authorization: Bearer ldg_...; make one by /issue token"
            )
            headers["WWW-Authenticate"] = "Bearer"
        case TooManyTries():
            found = Problem(429, "too-many-tries", str(error))
            headers["Retry-After"] = str(error.retry_after)
        case Forbidden():
            found = Problem(403, "forbidden", f"{error.action} needs {error.needs}")
        case NotFound():
            found = Problem(404, "not-found", str(error))
        case Clash():
            detail = f"the issue is at version {error.issue.version}: read it, then send your change again"
            found = Problem(412, "version-clash", detail, version=error.issue.version)
        case Conflict():
            found = Problem(409, "conflict", str(error))
        case Busy() | Unavailable():
            found = Problem(503, "busy", str(error))
            headers["Retry-After"] = "1"
        case LodgeError():
            found = Problem(422, "invalid", str(error), errors=[])
        case _:
            return None
    return found, headers


def _from_http(error: web.HTTPException) -> Problem:
    names = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
    return Problem(error.status, names.get(error.status, "malformed"), error.reason)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where errors of API requests become answers."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return problem_response(_from_http(error), allowed)
    except Exception as error:
        known = from_error(error)
        if known is not None:
            return problem_response(*known)
        told = reference.current()
        log.exception("API request failed")
        return problem_response(Problem(500, "internal", f"reference {told}", reference=told))
