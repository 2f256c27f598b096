"""Everything the local Slack knows, in memory, written through to the store."""

from collections import defaultdict
from typing import Any

from bot.playground.directory import Channel, File, Installation, Team, User, document
from bot.playground.store import Store
from bot.playground.wire import Json


class State:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.installations: dict[str, Installation] = {}
        self.files: dict[str, File] = {}
        self.contents: dict[str, bytes] = {}
        self.homes: dict[str, Json] = {}
        self.last_read: dict[str, str] = {}
        self.ephemerals: dict[tuple[str, str], list[Json]] = defaultdict(list)
        self._tokens: dict[str, Installation] = {}
        self._load()

    def _load(self) -> None:
        for key, body in self.store.each("team"):
            self.teams[key] = Team(**body)
        for key, body in self.store.each("user"):
            self.users[key] = User(**body)
        for key, body in self.store.each("channel"):
            self.channels[key] = Channel(**body)
        for key, body in self.store.each("file"):
            self.files[key] = File(**body)
        for _, body in self.store.each("installation"):
            self._index(Installation(**body))
        for key, body in self.store.each("message"):
            self.channels[key.partition("/")[0]].log.add(body)
        for key, body in self.store.each("home"):
            self.homes[key] = body
        for key, body in self.store.each("read"):
            self.last_read[key] = body["ts"]
        self.contents = self.store.contents()

    def _index(self, installation: Installation) -> None:
        self.installations[installation.team_id] = installation
        self._tokens[installation.bot_token] = installation

    def save_team(self, team: Team) -> None:
        self.teams[team.id] = team
        self.store.put("team", team.id, document(team))

    def save_user(self, user: User) -> None:
        self.users[user.id] = user
        self.store.put("user", user.id, document(user))

    def save_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self.store.put("channel", channel.id, channel.document())

    def save_installation(self, installation: Installation) -> None:
        self._index(installation)
        # By token: a re-installation must not make an old token unknown instead of revoked.
        self.store.put("installation", installation.bot_token, document(installation))

    def save_file(self, file: File, content: bytes | None = None) -> None:
        self.files[file.id] = file
        self.store.put("file", file.id, document(file))
        if content is not None:
            self.contents[file.id] = content
            self.store.put_content(file.id, content)

    def save_message(self, channel: Channel, message: Json) -> None:
        if channel.log.get(message["ts"]) is None:
            channel.log.add(message)
        else:
            channel.log.replace(message)
        self.store.put("message", f"{channel.id}/{message['ts']}", message)

    def drop_message(self, channel: Channel, ts: str) -> None:
        channel.log.remove(ts)
        self.store.drop("message", f"{channel.id}/{ts}")

    def save_home(self, user_id: str, view: Json) -> None:
        self.homes[user_id] = view
        self.store.put("home", user_id, view)

    def mark_read(self, channel_id: str, user_id: str, ts: str) -> None:
        key = f"{channel_id}/{user_id}"
        self.last_read[key] = ts
        self.store.put("read", key, {"ts": ts})

    def unread(self, channel: Channel, user_id: str) -> int:
        after = self.last_read.get(f"{channel.id}/{user_id}", "")
        return sum(1 for message in channel.log.roots(after) if message.get("user") != user_id)

    def installation_by_token(self, token: str) -> Installation | None:
        return self._tokens.get(token)

    def users_of(self, team_id: str) -> list[User]:
        return [user for user in self.users.values() if user.team_id == team_id]

    def channels_of(self, team_id: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.team_id == team_id]

    def find_user(self, team_id: str, name_or_id: str) -> User | None:
        wanted = name_or_id.removeprefix("@")
        user = self.users.get(wanted)
        if user is not None:
            return user if user.team_id == team_id else None
        named = [user for user in self.users_of(team_id) if user.name.casefold() == wanted.casefold()]
        return next((user for user in named if user.name == wanted), named[0] if named else None)

    def find_channel(self, team_id: str, name_or_id: str) -> Channel | None:
        wanted = name_or_id.removeprefix("#")
        channel = self.channels.get(wanted)
        if channel is not None:
            return channel if channel.team_id == team_id else None
        for channel in self.channels_of(team_id):
            if channel.name == wanted and not channel.is_im:
                return channel
        return None

    def find_im(self, team_id: str, members: set[str]) -> Channel | None:
        for channel in self.channels_of(team_id):
            if (channel.is_im or channel.is_mpim) and set(channel.members) == members:
                return channel
        return None

    def message(self, channel_id: str, ts: str) -> Json | None:
        channel = self.channels.get(channel_id)
        return channel.log.get(ts) if channel else None

    def summary(self) -> dict[str, Any]:
        return {
            "teams": len(self.teams),
            "users": len(self.users),
            "channels": len(self.channels),
            "messages": sum(len(channel.log) for channel in self.channels.values()),
            "files": len(self.files),
        }
