"""auth.*, apps.* and oauth.*: the app itself"""

from bot.playground.api.call import Call, Method
from bot.playground.directory import Installation, Team
from bot.playground.installing import TOKEN_LASTS, reinstall, revoke, uninstall
from bot.playground.rates import Tier
from bot.playground.service import Service
from bot.playground.wire import Json, SlackError


async def auth_test(call: Call) -> Json:
    team = call.service.state.teams[call.team_id]
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.service.state.users[call.app.bot_user_id].name,
        "team_id": team.id,
        "user_id": call.app.bot_user_id,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


async def auth_revoke(call: Call) -> Json:
    if not call.args.flag("test"):
        revoke(call.service, call.app)
    return {"revoked": not call.args.flag("test")}


async def apps_uninstall(call: Call) -> Json:
    config = call.service.config
    if call.args.text("client_id") != config.client_id:
        raise SlackError("invalid_client_id")
    if call.args.text("client_secret") != config.client_secret:
        raise SlackError("bad_client_secret")
    uninstall(call.service, call.team_id)
    return {}


async def connections_open(call: Call) -> Json:
    base = call.service.base_url.replace("http", "ws", 1)
    ticket = call.service.sockets.ticket()
    return {"url": f"{base}/socket/?ticket={ticket}&app_id={call.service.config.app_id}"}


async def oauth_access(call: Call) -> Json:
    service, args = call.service, call.args
    if args.text("client_id") != service.config.client_id:
        raise SlackError("invalid_client_id")
    if args.text("client_secret") != service.config.client_secret:
        raise SlackError("bad_client_secret")
    if args.text("grant_type") == "refresh_token":
        return _renewed(call)
    grant = service.oauth_codes.get(args.text("code") or "")
    if grant is None or service.clock.now() - grant["made_at"] > 600:
        raise SlackError("invalid_code")
    if grant["used"]:
        raise SlackError("code_already_used")
    if grant["redirect_uri"] and args.text("redirect_uri") not in (None, grant["redirect_uri"]):
        raise SlackError("bad_redirect_uri")
    grant["used"] = True
    team = service.state.teams[grant["team_id"]]
    return _installed(service, team, reinstall(service, team, grant["user_id"], grant["scopes"]))


def _renewed(call: Call) -> Json:
    """A refresh token is good for one exchange."""
    service, wanted = call.service, call.args.text("refresh_token")
    for installed in service.state.installations.values():
        if wanted and installed.refresh_token == wanted and not installed.revoked:
            team = service.state.teams[installed.team_id]
            renewed = reinstall(service, team, installed.installer, installed.scopes)
            return _installed(service, team, renewed)
    raise SlackError("invalid_refresh_token")


def _installed(service: Service, team: Team, installed: Installation) -> Json:
    answer: Json = {
        "app_id": service.config.app_id,
        "authed_user": {"id": installed.installer},
        "scope": ",".join(installed.scopes or ()),
        "token_type": "bot",
        "access_token": installed.bot_token,
        "bot_user_id": installed.bot_user_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if installed.refresh_token:
        answer |= {"refresh_token": installed.refresh_token, "expires_in": TOKEN_LASTS}
    return answer


METHODS = {
    "auth.test": Method(handler=auth_test, tier=Tier.SPECIAL),
    "auth.revoke": Method(handler=auth_revoke, tier=Tier.THREE),
    "apps.uninstall": Method(handler=apps_uninstall, tier=Tier.ONE),
    "apps.connections.open": Method(
        handler=connections_open,
        tier=Tier.THREE,
        token="app",  # noqa: S106 - a kind, not a secret
    ),
    "oauth.v2.access": Method(
        handler=oauth_access,
        tier=Tier.FOUR,
        token="none",  # noqa: S106 - a kind, not a secret
    ),
}
