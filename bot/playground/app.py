"""The local Slack as one aiohttp application."""

from pathlib import Path
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground import api, authorize, control, downloads
from bot.playground.config import PlaygroundConfig
from bot.playground.interactions import PersonError
from bot.playground.page import Page
from bot.playground.people import Person
from bot.playground.responding import use_response_url
from bot.playground.seed import TEAM_ID, seed
from bot.playground.service import Service
from bot.playground.wire import SlackError, dumps, loads

STATIC = Path(__file__).with_name("static")
SERVICE = web.AppKey("service", Service)
MAX_BODY = 64 * 1024 * 1024


def create_playground(config: PlaygroundConfig) -> web.Application:
    service = Service(config)
    seed(service, chatter=config.chatter)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_same_origin])
    app[SERVICE] = service
    app.add_routes(
        [
            web.get("/", _index),
            web.get("/page/ws", _page_socket),
            web.post("/page/upload", _page_upload),
            web.get("/page/file/{file_id}", _page_file),
            web.get("/api/{method}", _api),
            web.post("/api/{method}", _api),
            web.post("/response/{key}", _response),
            web.get("/files/{path}/{name:.*}", _file),
            web.post("/upload/{ticket}", _upload),
            web.get("/socket/", _socket),
            web.get(r"/archives/{channel}/p{digits:\d{7,}}", _permalink),
            web.get("/oauth/v2/authorize", _authorize),
            web.post("/oauth/v2/authorize", _authorize_decision),
        ]
    )
    if STATIC.is_dir():
        app.router.add_static("/static/", STATIC)
    if config.control:
        app.router.add_post("/control/{verb}", _control)
    app.on_shutdown.append(_hang_up)
    app.on_cleanup.append(_close)
    return app


@web.middleware
async def _same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages of other sites, open in the same browser, may not act as these people."""
    origin = request.headers.get("Origin")
    guarded = request.path.startswith(("/page/", "/control/"))
    if guarded and origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="cross_origin")
    return await handler(request)


async def _hang_up(app: web.Application) -> None:
    service = app[SERVICE]
    service.hub.close_all()
    await service.sockets.close()


async def _close(app: web.Application) -> None:
    await app[SERVICE].close()


def _person(request: web.Request) -> Person:
    service = request.app[SERVICE]
    wanted = request.query.get("user", "")
    user = service.state.users.get(wanted) or service.state.find_user(TEAM_ID, wanted)
    if user is None or user.is_bot or user.deleted:
        raise web.HTTPNotFound(text="user_not_found")
    return Person(service, user)


async def _index(_: web.Request) -> web.FileResponse:
    page = STATIC / "index.html"
    if not page.is_file():
        raise web.HTTPNotFound(text="this installation has no page")
    return web.FileResponse(page, headers={"Cache-Control": "no-cache"})


async def _permalink(request: web.Request) -> web.Response:
    """To the place in the page that a permalink names."""
    channel, digits = request.match_info["channel"], request.match_info["digits"]
    ts = f"{digits[:-6]}.{digits[-6:]}"
    place = f"#/{quote(channel)}/{quote(request.query.get('thread_ts', '-'))}/{ts}"
    user = request.query.get("user")
    raise web.HTTPFound(f"/{f'?user={quote(user)}' if user else ''}{place}")


async def _page_socket(request: web.Request) -> web.StreamResponse:
    return await Page(request.app[SERVICE], _person(request)).serve(request)


async def _page_upload(request: web.Request) -> web.Response:
    person = _person(request)
    files, text = await downloads.from_page(request.app[SERVICE], person, request)
    names = [file.id for file in files]
    answer: dict[str, object] = {"ok": True, "files": names}
    try:
        channel = request.query.get("channel")
        if channel:
            thread_ts = request.query.get("thread_ts") or None
            answer["ts"] = await person.send(channel, text, thread_ts, names)
        else:
            base = request.app[SERVICE].base_url
            answer["files"] = [file.payload(base) for file in files]
    except PersonError as error:
        answer = {"ok": False, "error": error.code, "message": error.message}
    return web.Response(text=dumps(answer), content_type="application/json")


async def _page_file(request: web.Request) -> web.Response:
    return await downloads.for_page(request.app[SERVICE], _person(request), request)


async def _api(request: web.Request) -> web.StreamResponse:
    return await api.serve(request.app[SERVICE], request)


async def _response(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    with service.activity.under_way():
        try:
            use_response_url(service, request.match_info["key"], loads(await request.read() or b"{}"))
        except SlackError as error:
            gone = error.code in ("used_url", "expired_url")
            answer = dumps(error.answer())
            return web.Response(status=404 if gone else 400, text=answer, content_type="application/json")
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
    return web.Response(text="ok")


async def _file(request: web.Request) -> web.Response:
    return await downloads.private(request.app[SERVICE], request)


async def _upload(request: web.Request) -> web.Response:
    return await downloads.upload(request.app[SERVICE], request)


async def _socket(request: web.Request) -> web.StreamResponse:
    return await request.app[SERVICE].sockets.serve(request)


async def _authorize(request: web.Request) -> web.Response:
    return await authorize.show(request.app[SERVICE], request)


async def _authorize_decision(request: web.Request) -> web.Response:
    return await authorize.decide(request.app[SERVICE], request)


async def _control(request: web.Request) -> web.Response:
    return await control.serve(request.app[SERVICE], request)
