"""conversations.*"""

import re

from bot.playground import membership
from bot.playground.api.call import Call, Method
from bot.playground.directory import Channel
from bot.playground.messages import without_metadata
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError

_TYPES = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}
_TS = re.compile(r"\d+(\.\d+)?")
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def _wanted(call: Call) -> list[str]:
    types = call.args.names("types") or ["public_channel"]
    for kind in types:
        if kind not in _TYPES:
            raise SlackError("invalid_types")
        call.need(f"{_TYPES[kind]}:read")
    return types


async def list_channels(call: Call) -> Json:
    types = _wanted(call)
    hide = call.args.flag("exclude_archived")
    bot = call.app.bot_user_id
    found = [
        channel.payload(bot)
        for channel in call.service.state.channels_of(call.team_id)
        if channel.list_type in types
        and not (hide and channel.is_archived)
        and (channel.list_type == "public_channel" or bot in channel.members)
    ]
    page, following = call.page(found, 100)
    return {"channels": page, "response_metadata": following}


async def list_own(call: Call) -> Json:
    types = _wanted(call)
    user_id = call.args.text("user") or call.app.bot_user_id
    bot = call.app.bot_user_id
    found = [
        channel.payload(bot)
        for channel in call.service.state.channels_of(call.team_id)
        if channel.list_type in types
        and user_id in channel.members
        and (channel.list_type == "public_channel" or bot in channel.members)
        and not (call.args.flag("exclude_archived") and channel.is_archived)
    ]
    page, following = call.page(found, 100)
    return {"channels": page, "response_metadata": following}


async def info(call: Call) -> Json:
    channel = call.channel()
    call.need_for(channel, "read")
    body = channel.payload(call.app.bot_user_id)
    if not call.args.flag("include_num_members"):
        body.pop("num_members", None)
    if call.args.flag("include_locale"):
        body["locale"] = "en-US"
    return {"channel": body}


async def members(call: Call) -> Json:
    channel = call.channel()
    call.need_for(channel, "read")
    page, following = call.page(channel.members, 100)
    return {"members": page, "response_metadata": following}


def _window(call: Call) -> tuple[str, str, bool]:
    oldest, latest = call.args.text("oldest") or "", call.args.text("latest") or ""
    if oldest and not _TS.fullmatch(oldest):
        raise SlackError("invalid_ts_oldest")
    if latest and not _TS.fullmatch(latest):
        raise SlackError("invalid_ts_latest")
    oldest = "" if oldest == "0" else oldest
    return oldest, latest, call.args.flag("inclusive")


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_for(channel, "history")
    if call.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _shown(call: Call, messages: list[Json]) -> list[Json]:
    whole = call.args.flag("include_all_metadata")
    return [message if whole else without_metadata(message) for message in messages]


async def history(call: Call) -> Json:
    channel = _readable(call)
    oldest, latest, inclusive = _window(call)
    cursor = call.args.text("cursor")
    limit = min(max(call.args.number("limit", 100), 1), 999)
    if cursor is not None:
        head, _, at = cursor.partition(":")
        if head != "before" or not _TS.fullmatch(at):
            raise SlackError("invalid_cursor")
        found = channel.log.roots(oldest, at)
    else:
        found = channel.log.roots(oldest, latest, inclusive=inclusive)
    # With `oldest` alone Slack answers the messages nearest to it, else the newest.
    page = found[:limit] if oldest and not latest and cursor is None else found[-limit:]
    more = len(found) > len(page)
    body: Json = {
        "messages": _shown(call, page[::-1]),
        "has_more": more,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if more and page:
        body["response_metadata"] = {"next_cursor": f"before:{page[0]['ts']}"}
    return body


async def replies(call: Call) -> Json:
    channel = _readable(call)
    ts = call.args.required("ts", "thread_not_found")
    root = channel.log.get(ts)
    if root is None:
        raise SlackError("thread_not_found")
    root = channel.log.get(root.get("thread_ts", ts)) or root
    oldest, latest, inclusive = _window(call)
    inside = [
        reply
        for reply in channel.log.replies(root["ts"])
        if (not oldest or reply["ts"] > oldest or (inclusive and reply["ts"] == oldest))
        and (not latest or reply["ts"] < latest or (inclusive and reply["ts"] == latest))
    ]
    page, following = call.page([root, *inside], 1000)
    body: Json = {"messages": _shown(call, page), "has_more": bool(following["next_cursor"])}
    if body["has_more"]:
        body["response_metadata"] = following
    return body


async def join(call: Call) -> Json:
    channel = call.channel()
    if channel.list_type != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    bot = call.app.bot_user_id
    body: Json = {}
    if bot in channel.members:
        body = {"warning": "already_in_channel"}
    else:
        membership.add(call.service, channel, bot)
    return {"channel": channel.payload(bot), **body}


async def invite(call: Call) -> Json:
    channel = call.channel()
    if channel.is_im or channel.is_mpim:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    users = call.args.names("users")
    if not users:
        raise SlackError("no_user")
    for user_id in users:
        user = call.service.state.users.get(user_id)
        if user is None or user.team_id != call.team_id:
            raise SlackError("user_not_found")
        if user_id == call.app.bot_user_id:
            raise SlackError("cant_invite_self")
        if user_id in channel.members:
            raise SlackError("already_in_channel")
    for user_id in users:
        membership.add(call.service, channel, user_id, call.app.bot_user_id)
    return {"channel": channel.payload(call.app.bot_user_id)}


def _archivable(call: Call) -> Channel:
    channel = call.channel()
    if channel.is_im or channel.is_mpim:
        raise SlackError("method_not_supported_for_channel_type")
    call.need_for(channel, "manage" if channel.list_type == "public_channel" else "write")
    return channel


async def archive(call: Call) -> Json:
    channel = _archivable(call)
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    if call.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    membership.archive(call.service, channel, call.app.bot_user_id)
    return {}


async def unarchive(call: Call) -> Json:
    """Archiving takes apps out of the channel, so that Slack refuses every bot here: a person has to do it."""
    channel = _archivable(call)
    if not channel.is_archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


async def leave(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_general:
        raise SlackError("cant_leave_general")
    if call.app.bot_user_id not in channel.members:
        return {"not_in_channel": True}
    membership.remove(call.service, channel, call.app.bot_user_id)
    return {}


async def open_conversation(call: Call) -> Json:
    bot = call.app.bot_user_id
    if call.args.text("channel"):
        channel = call.channel()
        return {"no_op": True, "already_open": True, "channel": channel.payload(bot)}
    users = call.args.names("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 8:
        raise SlackError("too_many_users")
    for user_id in users:
        user = call.service.state.users.get(user_id)
        if user is None or user.team_id != call.team_id:
            raise SlackError("user_not_found")
        if user.deleted:
            raise SlackError("user_disabled")
    call.need("im:write" if len(users) == 1 else "mpim:write")
    channel, fresh = membership.open_direct(call.service, call.team_id, [bot, *users])
    whole = call.args.flag("return_im")
    body: Json = {"channel": channel.payload(bot) if whole else {"id": channel.id}}
    return body if fresh else {"no_op": True, "already_open": True, **body}


METHODS = {
    "conversations.list": Method(handler=list_channels, tier=Tier.TWO),
    "users.conversations": Method(handler=list_own, tier=Tier.THREE),
    "conversations.info": Method(handler=info, tier=Tier.THREE, scopes=_READ),
    "conversations.members": Method(handler=members, tier=Tier.FOUR, scopes=_READ),
    "conversations.history": Method(handler=history, tier=Tier.THREE, scopes=_HISTORY),
    "conversations.replies": Method(handler=replies, tier=Tier.THREE, scopes=_HISTORY),
    "conversations.join": Method(handler=join, tier=Tier.THREE, scopes=("channels:join",)),
    "conversations.leave": Method(handler=leave, tier=Tier.THREE, scopes=("channels:manage", "groups:write")),
    "conversations.archive": Method(handler=archive, tier=Tier.TWO, scopes=_MANAGE),
    "conversations.unarchive": Method(handler=unarchive, tier=Tier.TWO, scopes=_MANAGE),
    "conversations.invite": Method(
        handler=invite,
        tier=Tier.THREE,
        scopes=("channels:manage", "groups:write", "channels:write.invites"),
    ),
    "conversations.open": Method(
        handler=open_conversation, tier=Tier.THREE, scopes=("im:write", "mpim:write")
    ),
}
