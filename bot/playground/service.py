"""The parts of one local Slack, put together."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.playground.activity import Activity
from bot.playground.clock import Clock
from bot.playground.config import PlaygroundConfig
from bot.playground.deliveries import Deliveries
from bot.playground.directory import Channel, Installation, User
from bot.playground.faults import Faults
from bot.playground.hub import Hub
from bot.playground.inputs import state_values
from bot.playground.manifest import read_manifest
from bot.playground.modals import Modals
from bot.playground.rates import EventQuota, Rates
from bot.playground.sockets import Sockets
from bot.playground.state import State
from bot.playground.store import Store
from bot.playground.triggers import ResponseUrls, Triggers
from bot.playground.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One Web API call the app made. `answer` is None when the connection was broken instead."""

    method: str
    args: Json
    answer: Json | None
    status: int
    at: float
    team_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What Slack shows a person when the app did not do its part."""

    kind: str
    channel: str | None
    text: str
    at: float


class Service:
    def __init__(self, config: PlaygroundConfig) -> None:
        self.config = config
        self.clock = Clock()
        self.manifest = read_manifest(config.manifest)
        self.state = State(Store(config.database))
        self.activity = Activity()
        self.hub = Hub()
        self.faults = Faults()
        self.rates = Rates(config.rate_limits, self.clock)
        self.event_quota = EventQuota(self.clock)
        self.triggers = Triggers(self.clock, config)
        self.responses = ResponseUrls(self.clock)
        self.modals = Modals()
        self.sockets = Sockets(config.app_id, self.activity)
        self.deliveries = Deliveries(config, self.faults, self.sockets, self.activity)
        self.calls: deque[ApiCall] = deque(maxlen=config.log_size)
        self.notices: dict[str, list[Notice]] = {}
        self.oauth_codes: dict[str, Json] = {}
        self.functions: dict[str, Json] = {}
        self._offered: dict[tuple[str, str], list[Json]] = {}
        self._message_states: dict[tuple[str, str, str], tuple[list[Json], Json]] = {}

    @property
    def base_url(self) -> str:
        return self.config.public_url or f"http://{self.config.host}:{self.config.port}"

    def app(self, team_id: str) -> Installation | None:
        """The app's installation in a team, unless it was taken away."""
        installation = self.state.installations.get(team_id)
        return None if installation is None or installation.revoked else installation

    def scopes(self, installation: Installation) -> frozenset[str] | None:
        if installation.scopes is not None:
            return frozenset(installation.scopes)
        return self.manifest.scopes

    def has_scope(self, installation: Installation, scope: str) -> bool:
        scopes = self.scopes(installation)
        return scopes is None or scope in scopes

    def watchers(self, channel: Channel) -> list[str]:
        """Whose pages show this channel: its members, and in a public one all but guests."""
        if channel.is_im or channel.is_mpim or channel.is_private:
            return channel.members
        return [
            user.id
            for user in self.state.users_of(channel.team_id)
            if not user.is_restricted or user.id in channel.members
        ]

    def push(self, users: list[str], kind: str, /, **body: Any) -> None:
        self.hub.push(users, kind, body)
        self.activity.changed()

    def push_channel(self, channel: Channel) -> None:
        for user_id in self.watchers(channel):
            self.push([user_id], "channel", channel=self.channel_view(channel, user_id))

    def channel_view(self, channel: Channel, user_id: str) -> Json:
        """A channel as the page lists it."""
        view: Json = {
            "id": channel.id,
            "name": channel.name,
            "is_im": channel.is_im,
            "is_mpim": channel.is_mpim,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_member": user_id in channel.members,
            "unread": self.state.unread(channel, user_id),
            "topic": channel.topic,
            "members": channel.members,
        }
        if channel.is_im:
            view["user"] = channel.other(user_id)
        return view

    def notify(self, user: User, kind: str, channel: str | None, text: str) -> Notice:
        notice = Notice(kind=kind, channel=channel, text=text, at=self.clock.now())
        self.notices.setdefault(user.id, []).append(notice)
        self.push([user.id], "notice", kind=kind, channel=channel, text=text)
        return notice

    def offer(self, user_id: str, action_id: str, options: list[Json]) -> None:
        """Remember what the app suggested, so that the person can choose from it."""
        self._offered[user_id, action_id] = options

    def offered(self, user_id: str, action_id: str) -> list[Json] | None:
        return self._offered.get((user_id, action_id))

    def message_state(self, user_id: str, channel_id: str, ts: str, blocks: list[Json]) -> Json:
        """`state.values` of a message as this person has filled it in."""
        key = (user_id, channel_id, ts)
        before, kept = self._message_states.get(key, (None, None))
        values = state_values(blocks, before, kept)
        if values:
            self._message_states[key] = (blocks, values)
        return values

    async def close(self) -> None:
        self.hub.close_all()
        await self.deliveries.close()
        await self.sockets.close()
        self.state.store.close()
