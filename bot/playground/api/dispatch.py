"""`POST /api/{method}`: who calls, may they, how often, and what comes back."""

import asyncio
import base64

from aiohttp import web

from bot.playground.api import apps, chat, conversations, files, functions, reactions, users, views
from bot.playground.api.call import Arguments, Call, Method
from bot.playground.directory import Installation
from bot.playground.faults import Fault
from bot.playground.service import ApiCall, Service
from bot.playground.wire import Json, RateLimitedError, SlackError, dumps, loads

METHODS: dict[str, Method] = {
    **apps.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **functions.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}


async def serve(service: Service, request: web.Request) -> web.StreamResponse:
    name = request.match_info["method"]
    with service.activity.under_way():
        try:
            values = await _arguments(request)
        except SlackError as error:
            return _response(error.answer())
        token = _token(request, values)
        fault = service.faults.for_call(name, values)
        early = await _fail_early(service, name, values, fault, request)
        if early is not None:
            return early
        installation, answer, status = await _run(service, name, token, values)
        team_id = installation.team_id if installation else None
        dropped = fault is not None and fault.drop == "after"
        _log(service, name, values, None if dropped else answer, status, team_id)
        if dropped:
            return _break(request)
        return _response(answer, status, _headers(service, name, installation, answer))


async def _run(
    service: Service, name: str, token: str | None, values: Json
) -> tuple[Installation | None, Json, int]:
    installation: Installation | None = None
    try:
        method = _method(name)
        installation = _authorize(service, method, token)
        call = Call(service=service, method=name, args=Arguments(values), installation=installation)
        if method.scopes:
            call.need(*method.scopes)
        owner = installation.team_id if installation else "-"
        service.rates.check_method(name, owner, method.tier)
        return installation, {"ok": True, **await method.handler(call)}, 200
    except RateLimitedError as error:
        return installation, error.answer() | {"retry_after": error.retry_after}, 429
    except SlackError as error:
        return installation, error.answer(), 200


def _method(name: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    return method


def _authorize(service: Service, method: Method, token: str | None) -> Installation | None:
    if method.token == "none":  # noqa: S105 - a kind, not a secret
        return None
    if not token:
        raise SlackError("not_authed")
    if method.token == "app":  # noqa: S105 - a kind, not a secret
        if token != service.config.app_token:
            known = service.state.installation_by_token(token) is not None
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")
        return None
    installation = service.state.installation_by_token(token)
    if installation is None:
        own = token == service.config.app_token
        raise SlackError("not_allowed_token_type" if own else "invalid_auth")
    if installation.revoked:
        raise SlackError("token_revoked")
    newest = service.state.installations[installation.team_id]
    if installation.expires_at is not None:
        # One that was renewed serves until its end.
        if service.clock.now() >= installation.expires_at:
            raise SlackError("token_expired")
        if newest.revoked:
            raise SlackError("token_revoked")
    elif newest is not installation:
        raise SlackError("token_revoked")
    return installation


async def _arguments(request: web.Request) -> Json:
    values: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        content = await request.read()
        try:
            body = loads(content) if content else {}
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return values | body
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        return values | {key: value for key, value in form.items() if isinstance(value, str)}
    if request.can_read_body and kind != "application/octet-stream":
        raise SlackError("invalid_post_type")
    return values


def _token(request: web.Request, values: Json) -> str | None:
    """Bearer, or `token` in the body; Basic carries a client's id and secret."""
    sent = values.pop("token", None)
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        pair = base64.b64decode(credentials).decode("utf-8", "replace")
        client_id, _, secret = pair.partition(":")
        values.setdefault("client_id", client_id)
        values.setdefault("client_secret", secret)
        return None
    if scheme.lower() == "bearer":
        return credentials.strip()
    return sent if "token" not in request.query else None


async def _fail_early(
    service: Service, name: str, values: Json, fault: Fault | None, request: web.Request
) -> web.StreamResponse | None:
    if fault is None:
        return None
    if fault.slow:
        await asyncio.sleep(fault.slow)
    if fault.drop == "before":
        _log(service, name, values, None, 0, None)
        return _break(request)
    if fault.status == 429 or fault.retry_after is not None:
        answer: Json = {"ok": False, "error": "ratelimited"}
        _log(service, name, values, answer, 429, None)
        seconds = str(fault.retry_after if fault.retry_after is not None else 1)
        return _response(answer, 429, {"Retry-After": seconds})
    if fault.status is not None:
        _log(service, name, values, None, fault.status, None)
        return web.Response(status=fault.status, text="something went wrong on our side")
    if fault.error is not None:
        answer = {"ok": False, "error": fault.error}
        _log(service, name, values, answer, 200, None)
        return _response(answer)
    return None


def _break(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _log(
    service: Service, name: str, values: Json, answer: Json | None, status: int, team_id: str | None
) -> None:
    service.calls.append(
        ApiCall(
            method=name,
            args=values,
            answer=answer,
            status=status,
            at=service.clock.now(),
            team_id=team_id,
        )
    )


def _headers(service: Service, name: str, installation: Installation | None, answer: Json) -> dict[str, str]:
    headers: dict[str, str] = {}
    if installation is not None:
        scopes = service.scopes(installation)
        if scopes is not None:
            headers["X-OAuth-Scopes"] = ",".join(sorted(scopes))
        method = METHODS.get(name)
        if method is not None and method.scopes:
            headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
    seconds = answer.pop("retry_after", None)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    return headers


def _response(answer: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=dumps(answer).encode(),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )
