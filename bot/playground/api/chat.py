"""chat.*"""

from bot.playground import ephemerals
from bot.playground.api.call import Call, Method
from bot.playground.content import MAX_TEXT, MAX_UPDATE_TEXT, app_content, has_content, metadata
from bot.playground.directory import Channel
from bot.playground.membership import open_direct
from bot.playground.messages import without_metadata
from bot.playground.posting import by_app, change, delete, post
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError

_CUSTOM = ("username", "icon_emoji", "icon_url")


def _content(call: Call, max_text: int = MAX_TEXT) -> Json:
    content = app_content(call.args.values, max_text=max_text)
    if not has_content(content):
        raise SlackError("no_text")
    return content


def _custom(call: Call) -> Json:
    given = {key: call.args.text(key) for key in _CUSTOM if call.args.text(key)}
    if not given:
        return {}
    call.need("chat:write.customize")
    custom: Json = {}
    if "username" in given:
        custom["username"] = given["username"]
    if icons := {
        key.removeprefix("icon_").replace("url", "image_64"): value
        for key, value in given.items()
        if key != "username"
    }:
        custom["icons"] = icons
    return custom


def _destination(call: Call) -> Channel:
    """A channel by id or name; a user's id means the direct message with them."""
    wanted = call.args.text("channel") or ""
    user = call.service.state.users.get(wanted)
    if user is not None and user.team_id == call.team_id:
        if user.deleted:
            raise SlackError("channel_not_found")
        return open_direct(call.service, call.team_id, [call.app.bot_user_id, user.id])[0]
    channel = call.channel(by_name=True)
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.app.bot_user_id not in channel.members and not call.service.has_scope(
        call.app, "chat:write.public"
    ):
        raise SlackError("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> Json:
    thread_ts = call.args.text("thread_ts")
    if thread_ts is None:
        return {}
    root = channel.log.get(thread_ts)
    if root is None:
        raise SlackError("thread_not_found")
    # Slack starts a thread at the root even when told the ts of a reply.
    found: Json = {"thread_ts": root.get("thread_ts", thread_ts)}
    if call.args.flag("reply_broadcast"):
        found["subtype"] = "thread_broadcast"
    return found


async def post_message(call: Call) -> Json:
    channel = _destination(call)
    content = _content(call)
    extra = metadata(call.args.values)
    custom = _custom(call)
    call.service.rates.check_channel(channel.id)
    message = by_app(call.service, call.app, **{"text": "", **content}, **custom, **_thread(call, channel))
    if extra is not None:
        message["metadata"] = extra
    posted = post(call.service, channel, message)
    return {"channel": channel.id, "ts": posted["ts"], "message": posted}


async def update(call: Call) -> Json:
    channel = call.channel()
    ts = call.args.required("ts")
    if channel.is_archived:
        # What is there can be changed no more: the one method that has a word of its own for it.
        raise SlackError("is_inactive")
    message = channel.log.get(ts)
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.app.bot_id:
        raise SlackError("cant_update_message")
    content = _content(call, MAX_UPDATE_TEXT)
    if "blocks" not in content and "text" in content:
        # Text alone replaces the blocks; attachments stay until an empty list takes them away.
        content["blocks"] = None
    content.setdefault("text", "")
    if "metadata" in call.args.values:
        content["metadata"] = metadata(call.args.values)
    changed = change(call.service, channel, ts, content, call.app.bot_user_id)
    shown = without_metadata(changed)
    return {"channel": channel.id, "ts": ts, "text": changed["text"], "message": shown}


async def delete_message(call: Call) -> Json:
    channel = call.channel()
    ts = call.args.required("ts")
    message = channel.log.get(ts)
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.app.bot_id:
        raise SlackError("cant_delete_message")
    delete(call.service, channel, ts)
    return {"channel": channel.id, "ts": ts}


async def post_ephemeral(call: Call) -> Json:
    channel = call.channel(by_name=True)
    if channel.is_archived:
        raise SlackError("is_archived")
    user_id = call.args.required("user")
    if call.app.bot_user_id not in channel.members and not call.service.has_scope(
        call.app, "chat:write.public"
    ):
        raise SlackError("channel_not_found")
    if user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = _content(call)
    message = by_app(
        call.service,
        call.app,
        **{"text": "", **content},
        **_custom(call),
        **_thread(call, channel),
    )
    return {"message_ts": ephemerals.show(call.service, channel, user_id, message)}


async def get_permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.args.required("message_ts")
    message = channel.log.get(ts)
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.service.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    root = message.get("thread_ts")
    if root is not None and root != ts:
        link += f"?thread_ts={root}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def unfurl(call: Call) -> Json:
    unfurls = call.args.structure("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("missing_unfurls")
    if not all(isinstance(item, dict) for item in unfurls.values()):
        raise SlackError("cannot_unfurl_url")
    channel, message = _linking(call)
    for url in unfurls:
        if url not in message["text"]:
            raise SlackError("cannot_unfurl_message")
        if not call.service.manifest.unfurls(url):
            raise SlackError("cannot_unfurl_url")
    # Called again, it changes what is there rather than add more.
    shown = {
        each.get("from_url") or number: each for number, each in enumerate(message.get("attachments", ()))
    }
    wanted = shown | {
        url: {"from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, **body}
        for url, body in unfurls.items()
    }
    made = app_content({"attachments": list(wanted.values())})["attachments"]
    change(call.service, channel, message["ts"], {"attachments": made}, None)
    return {}


def _linking(call: Call) -> tuple[Channel, Json]:
    """The message whose links are unfurled, in this method's own words where there is none."""
    call.args.required("channel", "missing_channel")
    try:
        channel = call.channel()
    except SlackError:
        raise SlackError("cannot_find_channel") from None
    message = channel.log.get(call.args.required("ts", "missing_ts"))
    if message is None or message.get("subtype") == "tombstone":
        raise SlackError("cannot_find_message")
    return channel, message


async def schedule_message(call: Call) -> Json:
    """Refused: the local Slack has no future, and Slack's own drops messages with metadata."""
    call.args.required("post_at")
    raise SlackError("restricted_action", detail="the local Slack schedules nothing")


METHODS = {
    "chat.postMessage": Method(handler=post_message, tier=Tier.SPECIAL, scopes=("chat:write",)),
    "chat.update": Method(handler=update, tier=Tier.THREE, scopes=("chat:write",)),
    "chat.delete": Method(handler=delete_message, tier=Tier.THREE, scopes=("chat:write",)),
    "chat.postEphemeral": Method(handler=post_ephemeral, tier=Tier.FOUR, scopes=("chat:write",)),
    "chat.getPermalink": Method(handler=get_permalink, tier=Tier.SPECIAL),
    "chat.unfurl": Method(handler=unfurl, tier=Tier.THREE, scopes=("links:write",)),
    "chat.scheduleMessage": Method(handler=schedule_message, tier=Tier.THREE, scopes=("chat:write",)),
}
