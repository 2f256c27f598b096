"""`GET /issues/{id}`: where a link to an issue leads outside Slack.

Who follows it is unknown here, so the page says nothing of the issue, not even whether it exists.
"""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An issue in Lodge</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<style>:root { color-scheme: light dark } body { font: 18px/1.6 system-ui, sans-serif; max-width: 34rem;
margin: 18vh auto 0; padding: 0 1rem } a { color: inherit }</style></head><body>
<h1>This issue lives in Slack</h1>
<p>Paste its link into a channel where Lodge is, and Lodge shows the issue there.</p>
<p><a href="slack://open">Open Slack</a></p></body></html>"""


def create_links() -> web.Application:
    """To be mounted at /issues."""
    app = web.Application()
    app.router.add_get("/{id}", _show)
    return app


async def _show(request: web.Request) -> web.Response:
    try:
        UUID(request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound(text="There is nothing at this address.") from None
    return web.Response(
        text=_PAGE, content_type="text/html", headers={"Cache-Control": "public, max-age=3600"}
    )
