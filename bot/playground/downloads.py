"""Files over HTTP: private downloads for the app, uploads by ticket, and the page's own."""

from urllib.parse import quote

from aiohttp import web

from bot.playground import sharing
from bot.playground.directory import File
from bot.playground.people import Person
from bot.playground.service import Service

_LOGIN = """<!DOCTYPE html><html lang="en-US"><head><title>Slack</title></head>
<body><form id="signin_form" action="/" method="post">Sign in to see this file</form></body></html>"""


def _login() -> web.Response:
    """What Slack sends, with a 200, to whoever may not see a file."""
    return web.Response(text=_LOGIN, content_type="text/html")


def _send(file: File, content: bytes, *, attachment: bool) -> web.Response:
    kind = "attachment" if attachment else "inline"
    return web.Response(
        body=content,
        content_type=file.mimetype,
        headers={
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name)}",
            # Someone else's HTML must not run as the page it is shown beside.
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def private(service: Service, request: web.Request) -> web.Response:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    installation = service.state.installation_by_token(token.strip())
    if scheme.lower() != "bearer" or installation is None or installation.revoked:
        return _login()
    if not service.has_scope(installation, "files:read"):
        return _login()
    file = service.state.files.get(request.match_info["path"].rpartition("-")[2])
    if file is None or file.team_id != installation.team_id:
        return web.Response(status=404, text="file_not_found")
    channels = [service.state.channels[item] for item in file.channels]
    if (
        file.user != installation.bot_user_id
        and not file.in_form
        and not any(
            installation.bot_user_id in channel.members or channel.list_type == "public_channel"
            for channel in channels
        )
    ):
        return _login()
    return _send(file, service.state.contents[file.id], attachment=True)


async def upload(service: Service, request: web.Request) -> web.Response:
    file = service.state.files.get(request.match_info["ticket"])
    if file is None or file.complete:
        return web.Response(status=404, text="upload_not_found")
    if request.content_type == "multipart/form-data":
        content = b""
        async for part in await request.multipart():
            content = await part.read() if hasattr(part, "read") else b""  # type: ignore[union-attr]  # a nested reader carries no file
    else:
        content = await request.read()
    if len(content) != file.size:
        return web.Response(status=400, text="length mismatch")
    service.state.save_file(file, bytes(content))
    return web.Response(text=f"OK - {file.size}")


async def for_page(service: Service, person: Person, request: web.Request) -> web.Response:
    file = service.state.files.get(request.match_info["file_id"])
    if file is None or file.team_id != person.user.team_id:
        raise web.HTTPNotFound(text="file_not_found")
    visible = (person.id in service.watchers(service.state.channels[item]) for item in file.channels)
    # An app's picture that is shared nowhere is there for the image blocks of its messages: whoever sees one of
    # these sees it too.
    in_block = (
        service.state.users[file.user].is_bot and not file.channels and file.mimetype.startswith("image/")
    )
    if file.user != person.id and not in_block and not any(visible):
        raise web.HTTPNotFound(text="file_not_found")
    return _send(file, service.state.contents[file.id], attachment="download" in request.query)


async def from_page(service: Service, person: Person, request: web.Request) -> tuple[list[File], str]:
    """The files of a multipart form, kept but not yet shared, and the words typed with them."""
    kept: list[File] = []
    text = request.query.get("text", "")
    form = await request.post()
    for name, field in form.items():
        if isinstance(field, web.FileField):
            content = field.file.read()
            kept.append(sharing.upload(service, person.user.team_id, person.id, field.filename, content))
        elif name == "text":
            text = str(field)
    return kept, text
