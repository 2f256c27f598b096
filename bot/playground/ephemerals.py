"""Messages shown to one person: never kept, and the app is not told of them."""

from bot.playground.directory import Channel
from bot.playground.service import Service
from bot.playground.wire import Json

MAX_EPHEMERALS = 200


def show(service: Service, channel: Channel, user_id: str, message: Json) -> str:
    message["ts"] = channel.log.next_ts(service.clock.now())
    message["is_ephemeral"] = True
    shown = service.state.ephemerals[channel.id, user_id]
    shown.append(message)
    del shown[:-MAX_EPHEMERALS]
    service.push([user_id], "ephemeral", channel=channel.id, message=message)
    ts: str = message["ts"]
    return ts


def drop(service: Service, channel_id: str, user_id: str, ts: str) -> None:
    shown = service.state.ephemerals[channel_id, user_id]
    shown[:] = [message for message in shown if message["ts"] != ts]
    service.push([user_id], "ephemeral_removed", channel=channel_id, ts=ts)


def replace(service: Service, channel_id: str, user_id: str, ts: str, content: Json) -> bool:
    shown = service.state.ephemerals[channel_id, user_id]
    for at, message in enumerate(shown):
        if message["ts"] == ts:
            kept: Json = {key: message[key] for key in ("ts", "thread_ts") if key in message}
            shown[at] = {**content, **kept, "is_ephemeral": True}
            service.push([user_id], "ephemeral", channel=channel_id, message=shown[at])
            return True
    return False
