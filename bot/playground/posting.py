"""Messages: posting, changing and deleting them, whoever does it."""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bot.playground.directory import Channel, Installation, User
from bot.playground.events import emit
from bot.playground.ids import new_id
from bot.playground.messages import without_metadata
from bot.playground.service import Service
from bot.playground.wire import Json

_URL = re.compile(r"<(https?://[^|>]+)")


def by_person(user: User, text: str, blocks: list[Json]) -> Json:
    return {
        "type": "message",
        "user": user.id,
        "client_msg_id": str(uuid4()),
        "text": text,
        "team": user.team_id,
        "blocks": blocks,
    }


def by_app(service: Service, app: Installation, **content: Any) -> Json:
    """A message of the app's bot user; a name of its own turns it into a `bot_message`."""
    bot = service.state.users[app.bot_user_id]
    message: Json = {
        "type": "message",
        "bot_id": app.bot_id,
        "app_id": service.config.app_id,
        "user": app.bot_user_id,
        "team": app.team_id,
        "bot_profile": {
            "id": app.bot_id,
            "app_id": service.config.app_id,
            "user_id": app.bot_user_id,
            "name": bot.real_name,
            "icons": {},
            "deleted": False,
            "updated": bot.updated,
            "team_id": app.team_id,
        },
    }
    message |= {key: value for key, value in content.items() if value not in (None, [])}
    if "username" in message or "icons" in message:
        message["subtype"] = "bot_message"
        message.pop("user")
    return message


def post(service: Service, channel: Channel, message: Json) -> Json:
    """Give the message its ts, keep it, show it to people and tell the app."""
    state = service.state
    message["ts"] = channel.log.next_ts(service.clock.now())
    root = message.get("thread_ts")
    parent = channel.log.get(root) if root else None
    if parent is not None:
        message["parent_user_id"] = parent.get("user", parent.get("bot_id"))
    state.save_message(channel, message)
    service.push(service.watchers(channel), "message", channel=channel.id, message=without_metadata(message))
    if parent is not None:
        _count_reply(service, channel, parent, message)
    author = message.get("user")
    if author is not None and author in channel.members:
        state.mark_read(channel.id, author, message["ts"])
    _tell(service, channel, message)
    return message


def announce(service: Service, channel: Channel, user_id: str, subtype: str, text: str) -> Json:
    """A line Slack itself writes: "has joined the channel"."""
    message = {"type": "message", "subtype": subtype, "user": user_id, "text": text}
    return post(service, channel, message)


def change(service: Service, channel: Channel, ts: str, content: Json, editor: str | None) -> Json:
    """Replace parts of a message. With an editor it is marked as edited."""
    before = channel.log.get(ts)
    if before is None:
        raise KeyError(ts)
    message = {**before, **content}
    message = {key: value for key, value in message.items() if value not in (None, [])}
    now = service.clock.now()
    if editor is not None:
        message["edited"] = {"user": editor, "ts": f"{int(now)}.000000"}
    service.state.save_message(channel, message)
    show_change(service, channel, message)
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": without_metadata(message),
        "previous_message": without_metadata(before),
    }
    _emit(service, channel, event)
    return message


def show_change(service: Service, channel: Channel, message: Json) -> None:
    service.push(
        service.watchers(channel),
        "message_changed",
        channel=channel.id,
        message=without_metadata(message),
    )


def delete(service: Service, channel: Channel, ts: str) -> None:
    message = channel.log.get(ts)
    if message is None:
        raise KeyError(ts)
    root = message.get("thread_ts")
    if channel.log.replies(ts):
        tombstone: Json = {
            **{key: message[key] for key in ("type", "ts", "team") if key in message},
            **{key: value for key, value in message.items() if key.startswith(("reply", "latest"))},
            "thread_ts": ts,
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "hidden": True,
            "text": "This message was deleted.",
        }
        service.state.save_message(channel, tombstone)
        show_change(service, channel, tombstone)
    else:
        service.state.drop_message(channel, ts)
        service.push(service.watchers(channel), "message_deleted", channel=channel.id, ts=ts)
    if root is not None and root != ts:
        _recount(service, channel, root)
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": ts,
        "previous_message": without_metadata(message),
    }
    _emit(service, channel, event)


def _count_reply(service: Service, channel: Channel, parent: Json, reply: Json) -> None:
    author = reply.get("user") or reply.get("bot_id")
    users = parent.get("reply_users", [])
    if author not in users:
        users = [*users, author]
    _save_thread(service, channel, parent, users, reply["ts"])


def _recount(service: Service, channel: Channel, root: str) -> None:
    parent = channel.log.get(root)
    replies = channel.log.replies(root)
    if parent is None:
        return
    if not replies:
        plain = {
            key: value
            for key, value in parent.items()
            if not key.startswith(("reply_", "latest_reply"))
            and key not in ("thread_ts", "is_locked", "subscribed")
        }
        service.state.save_message(channel, plain)
        show_change(service, channel, plain)
        return
    users = list(dict.fromkeys(reply.get("user") or reply.get("bot_id") for reply in replies))
    _save_thread(service, channel, parent, users, replies[-1]["ts"])


def _save_thread(service: Service, channel: Channel, parent: Json, users: list[Any], latest: str) -> None:
    parent = {
        **parent,
        "thread_ts": parent["ts"],
        "reply_count": len(channel.log.replies(parent["ts"])),
        "reply_users_count": len(users),
        "latest_reply": latest,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }
    service.state.save_message(channel, parent)
    show_change(service, channel, parent)


def _emit(service: Service, channel: Channel, event: Json) -> None:
    ts = f"{service.clock.now():.6f}"
    event = {
        **event,
        "channel": channel.id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.type,
    }
    emit(service, channel.team_id, event, channel=channel)


def _unseen(file: Json) -> Json:
    """A file in a channel shared with others comes without its particulars: `files.info` has them."""
    kept = ("id", "created", "timestamp", "user", "user_team")
    return {
        **{key: value for key, value in file.items() if key in kept},
        "mode": "file_access",
        "file_access": "check_file_info",
    }


def _tell(service: Service, channel: Channel, message: Json) -> None:
    if channel.is_ext_shared and message.get("files"):
        message = {**message, "files": [_unseen(file) for file in message["files"]]}
    event = {
        **without_metadata(message),
        "channel": channel.id,
        "event_ts": message["ts"],
        "channel_type": channel.type,
    }
    emit(service, channel.team_id, event, channel=channel)
    if "client_msg_id" in message:
        _tell_mention(service, channel, message)
        _tell_links(service, channel, message)


def _tell_mention(service: Service, channel: Channel, message: Json) -> None:
    app = service.app(channel.team_id)
    if app is None or channel.is_im or f"<@{app.bot_user_id}>" not in message["text"]:
        return
    event = {
        **{key: value for key, value in message.items() if key != "parent_user_id"},
        "type": "app_mention",
        "channel": channel.id,
        "event_ts": message["ts"],
    }
    event.pop("subtype", None)
    emit(service, channel.team_id, event, channel=channel)


def _tell_links(service: Service, channel: Channel, message: Json) -> None:
    domains = service.manifest.unfurl_domains
    links = [
        {"domain": domain, "url": url}
        for url in _URL.findall(message["text"])
        for domain in domains
        if f".{urlsplit(url).hostname}".endswith(f".{domain}")
    ]
    if not links:
        return
    app = service.app(channel.team_id)
    event: Json = {
        "type": "link_shared",
        "channel": channel.id,
        "is_bot_user_member": app is not None and app.bot_user_id in channel.members,
        "user": message["user"],
        "message_ts": message["ts"],
        "unfurl_id": f"{channel.id}-{message['ts']}-{new_id('', 8)}",
        "source": "conversations_history",
        "links": links,
    }
    if "thread_ts" in message:
        event["thread_ts"] = message["thread_ts"]
    # Unlike messages, links are shared with the app also where it is not a member.
    emit(service, channel.team_id, event)
