"""functions.* (steps of workflows) and oauth.*"""

from bot.playground.api.call import Call, Method
from bot.playground.installing import reinstall
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError


def _execution(call: Call) -> Json:
    found = call.service.functions.get(call.args.required("function_execution_id"))
    if found is None or found["team_id"] != call.team_id:
        raise SlackError("function_execution_not_found")
    if found["state"] != "running":
        raise SlackError("execution_not_in_running_state")
    return found


async def complete_success(call: Call) -> Json:
    execution = _execution(call)
    outputs = call.args.structure("outputs")
    if not isinstance(outputs, dict):
        raise SlackError("parameter_validation_failed")
    execution |= {"state": "succeeded", "outputs": outputs}
    return {}


async def complete_error(call: Call) -> Json:
    execution = _execution(call)
    execution |= {"state": "failed", "error": call.args.required("error")}
    return {}


async def oauth_access(call: Call) -> Json:
    service, args = call.service, call.args
    if args.text("client_id") != service.config.client_id:
        raise SlackError("invalid_client_id")
    if args.text("client_secret") != service.config.client_secret:
        raise SlackError("bad_client_secret")
    grant = service.oauth_codes.get(args.text("code") or "")
    if grant is None or service.clock.now() - grant["made_at"] > 600:
        raise SlackError("invalid_code")
    if grant["used"]:
        raise SlackError("code_already_used")
    if grant["redirect_uri"] and args.text("redirect_uri") not in (None, grant["redirect_uri"]):
        raise SlackError("bad_redirect_uri")
    grant["used"] = True
    team = service.state.teams[grant["team_id"]]
    installed = reinstall(service, team, grant["user_id"], grant["scopes"])
    return {
        "app_id": service.config.app_id,
        "authed_user": {"id": grant["user_id"]},
        "scope": ",".join(grant["scopes"]),
        "token_type": "bot",
        "access_token": installed.bot_token,
        "bot_user_id": installed.bot_user_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


METHODS = {
    "functions.completeSuccess": Method(handler=complete_success, tier=Tier.THREE),
    "functions.completeError": Method(handler=complete_error, tier=Tier.THREE),
    "oauth.v2.access": Method(
        handler=oauth_access,
        tier=Tier.FOUR,
        token="none",  # noqa: S106 - a kind, not a secret
    ),
}
