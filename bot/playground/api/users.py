"""users.*, and what else tells who is there: usergroups.*, team.*, bots.*"""

from bot.playground.api.call import Call, Method
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError


def _email(call: Call) -> bool:
    return call.service.has_scope(call.app, "users:read.email")


async def list_users(call: Call) -> Json:
    locale, email = call.args.flag("include_locale"), _email(call)
    users = [user.payload(email=email, locale=locale) for user in call.service.state.users_of(call.team_id)]
    page, following = call.page(users, 1000)
    now = int(call.service.clock.now())
    return {"members": page, "cache_ts": now, "response_metadata": following}


async def info(call: Call) -> Json:
    user = call.user()
    locale = call.args.flag("include_locale")
    return {"user": user.payload(email=_email(call), locale=locale)}


async def lookup_by_email(call: Call) -> Json:
    email = call.args.required("email").lower()
    for user in call.service.state.users_of(call.team_id):
        if user.email and user.email.lower() == email and not user.deleted:
            return {"user": user.payload()}
    raise SlackError("users_not_found")


async def profile(call: Call) -> Json:
    if not call.args.text("user"):
        return {"profile": call.service.state.users[call.app.bot_user_id].profile()}
    return {"profile": call.user().profile(email=_email(call))}


async def usergroups(_: Call) -> Json:
    return {"usergroups": []}


async def team_info(call: Call) -> Json:
    wanted = call.args.text("team")
    if wanted is not None and wanted != call.team_id:
        raise SlackError("team_not_found")
    return {"team": call.service.state.teams[call.team_id].payload()}


async def bots_info(call: Call) -> Json:
    wanted = call.args.text("bot") or call.app.bot_id
    if wanted != call.app.bot_id:
        raise SlackError("bot_not_found")
    bot = call.service.state.users[call.app.bot_user_id]
    return {
        "bot": {
            "id": call.app.bot_id,
            "deleted": False,
            "name": bot.real_name,
            "updated": bot.updated,
            "app_id": call.service.config.app_id,
            "user_id": bot.id,
            "icons": {},
        }
    }


METHODS = {
    "users.list": Method(handler=list_users, tier=Tier.TWO, scopes=("users:read",)),
    "users.info": Method(handler=info, tier=Tier.FOUR, scopes=("users:read",)),
    "users.lookupByEmail": Method(handler=lookup_by_email, tier=Tier.THREE, scopes=("users:read.email",)),
    "users.profile.get": Method(handler=profile, tier=Tier.FOUR, scopes=("users.profile:read", "users:read")),
    "usergroups.list": Method(handler=usergroups, tier=Tier.TWO, scopes=("usergroups:read",)),
    "team.info": Method(handler=team_info, tier=Tier.THREE, scopes=("team:read",)),
    "bots.info": Method(handler=bots_info, tier=Tier.THREE, scopes=("users:read",)),
}
