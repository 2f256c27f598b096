"""The bodies of commands and interactions, shaped as Slack shapes them."""

from typing import Any

from bot.playground.directory import Channel, User
from bot.playground.messages import without_metadata
from bot.playground.modals import snapshot
from bot.playground.service import Service
from bot.playground.wire import Json


def response_url(service: Service, key: str) -> str:
    return f"{service.base_url}/response/{key}"


def user_stub(user: User) -> Json:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def channel_stub(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.spoken_name}


def interaction(service: Service, kind: str, user: User) -> Json:
    """What every interactive payload carries."""
    team = service.state.teams[user.team_id]
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "user": user_stub(user),
        "api_app_id": service.config.app_id,
        "token": service.config.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(service: Service, user: User, channel: Channel, name: str, text: str) -> Json:
    team = service.state.teams[user.team_id]
    key = service.responses.issue(team_id=team.id, channel_id=channel.id, user_id=user.id)
    return {
        "token": service.config.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.spoken_name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": service.config.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(service, key),
        "trigger_id": service.triggers.issue(user.id, team.id),
    }


def in_message(service: Service, user: User, channel: Channel, message: Json) -> Json:
    """The container and its surroundings for an interaction inside a message."""
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": bool(message.get("is_ephemeral")),
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    key = service.responses.issue(
        team_id=user.team_id,
        channel_id=channel.id,
        user_id=user.id,
        message_ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        ephemeral=container["is_ephemeral"],
    )
    body: Json = {
        "container": container,
        "trigger_id": service.triggers.issue(user.id, user.team_id),
        "channel": channel_stub(channel),
        "response_url": response_url(service, key),
    }
    if not container["is_ephemeral"]:
        # Of an ephemeral message Slack sends no more than where it stands.
        body["message"] = without_metadata(message)
    return body


def in_view(service: Service, user: User, view: Json) -> Json:
    return {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": service.triggers.issue(user.id, user.team_id, view["id"]),
        "view": snapshot(view),
    }


def action(service: Service, block_id: str, element: Json, value: dict[str, Any]) -> Json:
    """One entry of `actions`."""
    now = f"{service.clock.now():.6f}"
    entry: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": now,
    }
    for key in ("text", "value", "style", "placeholder", "confirm", "url"):
        if key in element:
            entry[key] = element[key]
    return entry | value
