"""The OAuth consent page: GET shows it, Allow sends the browser back with a code."""

import html
from urllib.parse import urlencode

from aiohttp import web

from bot.playground.ids import new_id
from bot.playground.service import Service

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Allow {app}?</title>
<body><main><h1>{app} is asking to be installed</h1><p>It will be able to: {scopes}</p>
<form method="post">{fields}<label>Workspace <select name="team">{teams}</select></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Cancel</button></form></main></body></html>"""
_FIELDS = ("client_id", "scope", "state", "redirect_uri")


async def show(service: Service, request: web.Request) -> web.Response:
    if request.query.get("client_id") != service.config.client_id:
        return web.Response(status=400, text="invalid_client_id")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(request.query.get(name, ""))}">'
        for name in _FIELDS
    )
    teams = "".join(
        f'<option value="{team.id}">{html.escape(team.name)}</option>'
        for team in service.state.teams.values()
    )
    text = _PAGE.format(
        app=html.escape(service.manifest.name),
        scopes=html.escape(request.query.get("scope", "").replace(",", ", ")),
        fields=fields,
        teams=teams,
    )
    return web.Response(text=text, content_type="text/html")


async def decide(service: Service, request: web.Request) -> web.Response:
    form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    redirect_uri = form.get("redirect_uri", "")
    team = service.state.teams.get(form.get("team", ""))
    if team is None or not redirect_uri:
        return web.Response(status=400, text="bad_redirect_uri")
    answer = {"state": form.get("state", "")}
    if form.get("decision") != "allow":
        answer["error"] = "access_denied"
    else:
        admins = [user for user in service.state.users_of(team.id) if user.is_admin]
        code = f"{new_id('', 12)}.{new_id('', 24)}"
        service.oauth_codes[code] = {
            "team_id": team.id,
            "user_id": admins[0].id if admins else "",
            "redirect_uri": redirect_uri,
            "scopes": [item for item in form.get("scope", "").split(",") if item],
            "made_at": service.clock.now(),
            "used": False,
        }
        answer["code"] = code
    joiner = "&" if "?" in redirect_uri else "?"
    raise web.HTTPFound(f"{redirect_uri}{joiner}{urlencode(answer)}")
