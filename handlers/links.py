"""`GET /issues/{id}`: where a link to an issue leads outside Slack.

Who follows it is unknown here, so the page says nothing of the issue, not even whether it exists.
"""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from handlers.views import pages
from handlers.words import words_accepted


def create_links() -> web.Application:
    """To be mounted at /issues."""
    app = web.Application()
    app.router.add_get("/{id}", _show)
    return app


async def _show(request: web.Request) -> web.Response:
    words = words_accepted(request.headers.get("Accept-Language", ""))
    try:
        UUID(request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound(text=words.plain("link-nothing")) from None
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Language"}
    return web.Response(text=pages.elsewhere(words), content_type="text/html", headers=headers)
