"""`POST /control/{verb}`: faults, clock and introspection for tests in any language."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.playground.config import RateMode
from bot.playground.faults import Fault
from bot.playground.service import Service
from bot.playground.wire import Json, dumps, loads

Verb = Callable[[Service, Json], Any]


def _add_fault(service: Service, body: Json) -> Json:
    return service.faults.add(**body).payload()


def _remove_fault(service: Service, body: Json) -> None:
    service.faults.remove(body["id"])


def _faults(service: Service, _: Json) -> list[Json]:
    planned: list[Fault] = list(service.faults)
    return [fault.payload() for fault in planned]


def _clear_faults(service: Service, _: Json) -> None:
    service.faults.clear()


def _advance(service: Service, body: Json) -> float:
    service.clock.advance(float(body["seconds"]))
    return service.clock.now()


def _calls(service: Service, body: Json) -> list[Json]:
    wanted = body.get("method")
    return [asdict(call) for call in service.calls if wanted in (None, call.method)]


def _deliveries(service: Service, body: Json) -> list[Json]:
    wanted = body.get("kind")
    return [item.summary() for item in service.deliveries.log if wanted in (None, item.kind)]


def _state(service: Service, _: Json) -> Json:
    return service.state.summary()


def _request_url(service: Service, body: Json) -> None:
    service.config.request_url = str(body["url"])


def _rate_limits(service: Service, body: Json) -> str:
    modes: dict[str, RateMode] = {"off": "off", "realistic": "realistic", "strict": "strict"}
    service.rates.mode = modes[body["mode"]]
    return service.rates.mode


VERBS: dict[str, Verb] = {
    "faults.add": _add_fault,
    "faults.remove": _remove_fault,
    "faults.list": _faults,
    "faults.clear": _clear_faults,
    "clock.advance": _advance,
    "calls": _calls,
    "deliveries": _deliveries,
    "state": _state,
    "request_url": _request_url,
    "rate_limits": _rate_limits,
}


async def serve(service: Service, request: web.Request) -> web.Response:
    name = request.match_info["verb"]
    text = await request.text()
    try:
        body = loads(text) if text else {}
        result: Any
        if name == "settled":
            await service.activity.settled(float(body.get("timeout", 30)))
            result = True
        elif name == "socket.disconnect":
            await service.sockets.disconnect(body.get("reason", "refresh_requested"))
            result = True
        else:
            result = VERBS[name](service, body)
    except (KeyError, TypeError, ValueError, TimeoutError) as error:
        answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        return web.Response(status=400, text=dumps(answer), content_type="application/json")
    answer = {"ok": True, "result": result}
    return web.Response(text=dumps(answer), content_type="application/json")
