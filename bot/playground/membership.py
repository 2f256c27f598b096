"""Who is in which channel, and channels that come and go."""

from bot.playground.directory import Channel, User
from bot.playground.events import emit
from bot.playground.ids import new_id
from bot.playground.posting import announce
from bot.playground.service import Service
from bot.playground.wire import Json


def create(service: Service, user: User, name: str, *, is_private: bool = False) -> Channel:
    now = int(service.clock.now())
    channel = Channel(
        id=new_id("C"),
        team_id=user.team_id,
        name=name,
        created=now,
        creator=user.id,
        is_private=is_private,
        members=[user.id],
    )
    service.state.save_channel(channel)
    service.push_channel(channel)
    if not is_private:
        shown: Json = {"id": channel.id, "name": name, "created": now, "creator": user.id}
        emit(service, user.team_id, {"type": "channel_created", "channel": shown})
    return channel


def open_direct(service: Service, team_id: str, members: list[str]) -> tuple[Channel, bool]:
    """The direct (or group direct) message of these people, and whether it is a new one."""
    channel = service.state.find_im(team_id, set(members))
    if channel is not None:
        return channel, False
    alone = len(set(members)) <= 2
    channel = Channel(
        id=new_id("D" if alone else "C"),
        team_id=team_id,
        name="" if alone else "mpdm-" + "--".join(_names(service, members)) + "-1",
        created=int(service.clock.now()),
        creator=members[0],
        is_im=alone,
        is_mpim=not alone,
        members=list(dict.fromkeys(members)),
    )
    service.state.save_channel(channel)
    service.push_channel(channel)
    return channel, True


def _names(service: Service, members: list[str]) -> list[str]:
    return [service.state.users[member].name for member in members]


def add(service: Service, channel: Channel, user_id: str, inviter: str | None = None) -> None:
    channel.members.append(user_id)
    service.state.save_channel(channel)
    service.push_channel(channel)
    kind = "group_join" if channel.is_private else "channel_join"
    announce(service, channel, user_id, kind, f"<@{user_id}> has joined the channel")
    event: Json = {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": channel.team_id,
    }
    if inviter is not None:
        event["inviter"] = inviter
    emit(service, channel.team_id, event, channel=channel)


def remove(service: Service, channel: Channel, user_id: str) -> None:
    kind = "group_leave" if channel.is_private else "channel_leave"
    announce(service, channel, user_id, kind, f"<@{user_id}> has left the channel")
    watchers = service.watchers(channel)
    channel.members.remove(user_id)
    service.state.save_channel(channel)
    for watcher in watchers:
        service.push([watcher], "channel", channel=service.channel_view(channel, watcher))
    event = {
        "type": "member_left_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": channel.team_id,
    }
    emit(service, channel.team_id, event, channel=channel)


def archive(service: Service, channel: Channel, user_id: str) -> None:
    """Nobody writes there any more. Apps are taken out of it, for good: who unarchives it has to add them anew."""
    channel.is_archived = True
    announce(service, channel, user_id, _kind(channel, "archive"), "archived the channel")
    _tell_of(service, channel, user_id, "archive")
    channel.members = [member for member in channel.members if not service.state.users[member].is_bot]
    service.state.save_channel(channel)
    service.push_channel(channel)


def unarchive(service: Service, channel: Channel, user_id: str) -> None:
    """Whoever does it is in the channel from then on."""
    channel.is_archived = False
    if user_id not in channel.members:
        channel.members.append(user_id)
    announce(service, channel, user_id, _kind(channel, "unarchive"), "un-archived the channel")
    service.state.save_channel(channel)
    service.push_channel(channel)
    _tell_of(service, channel, user_id, "unarchive")


def _kind(channel: Channel, what: str) -> str:
    return f"{'group' if channel.is_private else 'channel'}_{what}"


def _tell_of(service: Service, channel: Channel, user_id: str, what: str) -> None:
    """Of public channels everybody hears, in them or not."""
    event = {"type": _kind(channel, what), "channel": channel.id, "user": user_id}
    emit(service, channel.team_id, event, channel=channel if channel.is_private else None)


def change_user(service: Service, user: User) -> None:
    """A user's profile or role changed."""
    user.updated = int(service.clock.now())
    service.state.save_user(user)
    shown = user.payload(locale=True)
    service.push([item.id for item in service.state.users_of(user.team_id)], "user", user=shown)
    event = {"type": "user_change", "user": shown, "cache_ts": user.updated}
    emit(service, user.team_id, event)


def join_team(service: Service, user: User) -> None:
    service.state.save_user(user)
    shown = user.payload(locale=True)
    service.push([item.id for item in service.state.users_of(user.team_id)], "user", user=shown)
    emit(service, user.team_id, {"type": "team_join", "user": shown})
