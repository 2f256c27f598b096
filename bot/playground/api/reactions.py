"""reactions.*"""

from bot.playground import reacting
from bot.playground.api.call import Call, Method
from bot.playground.directory import Channel
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError


def _message(call: Call) -> tuple[Channel, Json]:
    if not call.args.text("channel") or not call.args.text("timestamp"):
        raise SlackError("no_item_specified")
    channel = call.channel()
    message = channel.log.get(call.args.required("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


async def add_reaction(call: Call) -> Json:
    name = call.args.required("name", "invalid_name").strip(":")
    channel, message = _message(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    reacting.add(call.service, channel, message, call.app.bot_user_id, name)
    return {}


async def remove_reaction(call: Call) -> Json:
    name = call.args.required("name", "invalid_name").strip(":")
    channel, message = _message(call)
    reacting.remove(call.service, channel, message, call.app.bot_user_id, name)
    return {}


async def get_reactions(call: Call) -> Json:
    channel, message = _message(call)
    return {"type": "message", "channel": channel.id, "message": message}


METHODS = {
    "reactions.add": Method(handler=add_reaction, tier=Tier.THREE, scopes=("reactions:write",)),
    "reactions.remove": Method(handler=remove_reaction, tier=Tier.TWO, scopes=("reactions:write",)),
    "reactions.get": Method(handler=get_reactions, tier=Tier.THREE, scopes=("reactions:read",)),
}
