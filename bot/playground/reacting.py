"""Emoji under messages."""

import re

from bot.playground.directory import Channel
from bot.playground.events import emit
from bot.playground.service import Service
from bot.playground.wire import Json, SlackError

MAX_KINDS = 23
_NAME = re.compile(r"[a-z0-9_'+-]+(::skin-tone-[2-6])?")


def add(service: Service, channel: Channel, message: Json, user_id: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    reactions = [dict(item) for item in message.get("reactions", ())]
    found = next((item for item in reactions if item["name"] == name), None)
    if found is None:
        if len(reactions) >= MAX_KINDS:
            raise SlackError("too_many_emoji")
        reactions.append({"name": name, "users": [user_id], "count": 1})
    elif user_id in found["users"]:
        raise SlackError("already_reacted")
    else:
        found["users"] = [*found["users"], user_id]
        found["count"] += 1
    _save(service, channel, message, reactions)
    _tell(service, channel, message, user_id, name, "reaction_added")


def remove(service: Service, channel: Channel, message: Json, user_id: str, name: str) -> None:
    reactions = [dict(item) for item in message.get("reactions", ())]
    found = next((item for item in reactions if item["name"] == name), None)
    if found is None or user_id not in found["users"]:
        raise SlackError("no_reaction")
    found["users"] = [item for item in found["users"] if item != user_id]
    found["count"] -= 1
    _save(service, channel, message, [item for item in reactions if item["count"]])
    _tell(service, channel, message, user_id, name, "reaction_removed")


def _save(service: Service, channel: Channel, message: Json, reactions: list[Json]) -> None:
    changed = {**message, "reactions": reactions}
    if not reactions:
        changed.pop("reactions")
    service.state.save_message(channel, changed)
    service.push(
        service.watchers(channel),
        "reaction",
        channel=channel.id,
        ts=message["ts"],
        reactions=reactions,
    )


def _tell(service: Service, channel: Channel, message: Json, user_id: str, name: str, kind: str) -> None:
    event: Json = {
        "type": kind,
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
    }
    if "user" in message:
        event["item_user"] = message["user"]
    emit(service, channel.team_id, event, channel=channel)
