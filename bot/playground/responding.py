"""What an app answers to a command or through a response_url."""

from collections.abc import Mapping
from typing import Any

from bot.playground import ephemerals
from bot.playground.content import app_content, has_content, metadata
from bot.playground.directory import Channel
from bot.playground.posting import by_app, change, delete, post
from bot.playground.service import Service
from bot.playground.triggers import ResponseUrl
from bot.playground.wire import Json, SlackError


def use_response_url(service: Service, key: str, fields: Any) -> None:
    if not isinstance(fields, dict):
        raise SlackError("invalid_payload")
    target = service.responses.use(key)
    respond(service, target, fields)


def respond(service: Service, target: ResponseUrl, fields: Mapping[str, Any]) -> None:
    """Works wherever the command did, also in channels the app is not in."""
    channel = service.state.channels[target.channel_id]
    if fields.get("delete_original"):
        _delete(service, channel, target)
        return
    content = app_content(fields)
    if not has_content(content):
        raise SlackError("no_text")
    if fields.get("replace_original") and target.message_ts is not None:
        _replace(service, channel, target, content)
        return
    app = service.app(target.team_id)
    if app is None:
        raise SlackError("expired_url")
    thread_ts = fields.get("thread_ts") or target.thread_ts
    message = by_app(service, app, **content, thread_ts=thread_ts)
    if fields.get("response_type") == "in_channel":
        if (extra := metadata(fields)) is not None:
            message["metadata"] = extra
        post(service, channel, message)
    else:
        ephemerals.show(service, channel, target.user_id, message)


def _delete(service: Service, channel: Channel, target: ResponseUrl) -> None:
    if target.message_ts is None:
        raise SlackError("message_not_found")
    if target.ephemeral:
        ephemerals.drop(service, channel.id, target.user_id, target.message_ts)
    elif channel.log.get(target.message_ts) is not None:
        delete(service, channel, target.message_ts)


def _replace(service: Service, channel: Channel, target: ResponseUrl, content: Json) -> None:
    ts = target.message_ts or ""
    # What the new content leaves out is gone, as with chat.update.
    whole: Json = {"text": "", "blocks": None, "attachments": None, **content}
    if target.ephemeral:
        app = service.app(target.team_id)
        if app is None:
            raise SlackError("expired_url")
        kept = {key: value for key, value in whole.items() if value is not None}
        ephemerals.replace(service, channel.id, target.user_id, ts, by_app(service, app, **kept))
        return
    if channel.log.get(ts) is None:
        raise SlackError("message_not_found")
    change(service, channel, ts, whole, service.state.installations[target.team_id].bot_user_id)
