"""Events API envelopes, and which events the app is subscribed and allowed to see."""

from bot.playground.directory import Channel
from bot.playground.ids import new_id
from bot.playground.service import Service
from bot.playground.wire import Json

_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "file_shared": ("files:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}


def subscription(event: Json, channel: Channel | None) -> str:
    """The name under which a manifest subscribes to this event."""
    if event["type"] == "message" and channel is not None:
        return f"message.{channel.scope_family}"
    name: str = event["type"]
    return name


def emit(service: Service, team_id: str, event: Json, *, channel: Channel | None = None) -> None:
    """Send an event to the app if it is subscribed, has the scope and is in the channel."""
    app = service.app(team_id)
    name = subscription(event, channel)
    if app is None or not service.manifest.subscribes(name):
        return
    if channel is not None and app.bot_user_id not in channel.members:
        return
    scopes = _SCOPES.get(name)
    if scopes and not any(service.has_scope(app, scope) for scope in scopes):
        return
    shared = channel is not None and channel.is_ext_shared
    send(service, team_id, event, bot_user_id=app.bot_user_id, ext_shared=shared)


def send(service: Service, team_id: str, event: Json, *, bot_user_id: str, ext_shared: bool = False) -> None:
    now = service.clock.now()
    event.setdefault("event_ts", f"{now:.6f}")
    if not service.event_quota.take(team_id):
        _say_limited(service, team_id, now)
        return
    service.deliveries.event(
        team_id,
        {
            "token": service.config.verification_token,
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": None,
            "api_app_id": service.config.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(now),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team_id,
                    "user_id": bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": ext_shared,
            "event_context": f"4-{new_id('', 40)}",
        },
    )


def _say_limited(service: Service, team_id: str, now: float) -> None:
    """In the place of events above the hourly number, once a minute."""
    minute = int(now // 60 * 60)
    if service.event_quota.said(team_id, minute):
        return
    service.deliveries.event(
        team_id,
        {
            "token": service.config.verification_token,
            "type": "app_rate_limited",
            "team_id": team_id,
            "minute_rate_limited": minute,
            "api_app_id": service.config.app_id,
        },
    )
