"""What a person sees, and how they find what they want to use."""

from collections.abc import Callable
from typing import Any

from bot.playground import membership
from bot.playground.activity import PATIENCE
from bot.playground.directory import Channel, User
from bot.playground.interactions import PersonError, Surface
from bot.playground.modals import OpenView
from bot.playground.service import Notice, Service
from bot.playground.wire import Json


class Sight:
    def __init__(self, service: Service, user: User) -> None:
        self._service = service
        self.user = user

    @property
    def id(self) -> str:
        return self.user.id

    def messages(self, channel: str, before: str | None = None) -> list[Json]:
        """The channel as it is read, oldest first, without replies in threads."""
        return self._channel(channel).log.roots(latest=before or "")

    def message_values(self, channel: str, ts: str) -> Json:
        """`state.values` of a message as this person has filled it in."""
        return self._values(self._surface(channel, ts, None))

    def thread(self, channel: str, ts: str) -> list[Json]:
        log = self._channel(channel).log
        root = log.get(ts)
        return [*([root] if root else []), *log.replies(ts)]

    def ephemerals(self, channel: str) -> list[Json]:
        place = self._channel(channel)
        return list(self._service.state.ephemerals[place.id, self.user.id])

    def modals(self) -> list[Json]:
        """The stack of open views, the visible one last."""
        return [item.view for item in self._service.modals.stack(self.user.id)]

    def home(self) -> Json | None:
        return self._service.state.homes.get(self.user.id)

    def notices(self) -> list[Notice]:
        return list(self._service.notices.get(self.user.id, ()))

    def dm(self, user: str | None = None) -> str:
        """The id of the direct message with the app (or another user), opened if need be."""
        app = self._service.app(self.user.team_id)
        other = self._user(user).id if user else app.bot_user_id if app else self.user.id
        members = [self.user.id, other]
        return membership.open_direct(self._service, self.user.team_id, members)[0].id

    async def expect_modal(
        self, test: Callable[[Json], Any] = lambda view: True, timeout: float = PATIENCE
    ) -> Json:
        """The visible view, once there is one that passes the test."""

        def visible() -> Json | None:
            stack = self.modals()
            return stack[-1] if stack and test(stack[-1]) else None

        view = await self._service.activity.until(visible, timeout)
        assert view is not None
        return view

    async def expect_message(
        self,
        channel: str,
        test: Callable[[Json], Any],
        timeout: float = PATIENCE,
        thread_ts: str | None = None,
    ) -> Json:
        """The newest message that passes the test, once there is one; ephemeral ones count."""

        def found() -> Json | None:
            if thread_ts is None:
                shown = [*self.messages(channel), *self.ephemerals(channel)]
            else:
                shown = self.thread(channel, thread_ts)
            return next((item for item in reversed(shown) if test(item)), None)

        message = await self._service.activity.until(found, timeout)
        assert message is not None
        return message

    async def expect_home(
        self, test: Callable[[Json], Any] = lambda view: True, timeout: float = PATIENCE
    ) -> Json:
        def found() -> Json | None:
            view = self.home()
            return view if view is not None and test(view) else None

        view = await self._service.activity.until(found, timeout)
        assert view is not None
        return view

    def _channel(self, name: str) -> Channel:
        channel = self._service.state.find_channel(self.user.team_id, name)
        if channel is None:
            raise PersonError("channel_not_found", f"There is no channel {name}.")
        if self.user.id not in channel.members and self.user.id not in self._service.watchers(channel):
            raise PersonError("channel_not_found", f"You are not in {name}.")
        return channel

    def _open(self, name: str) -> Channel:
        channel = self._channel(name)
        if channel.is_archived:
            raise PersonError("is_archived", f"#{channel.name} is archived.")
        return channel

    def _writable(self, name: str) -> Channel:
        channel = self._open(name)
        if self.user.id not in channel.members:
            raise PersonError("not_in_channel", f"Join #{channel.name} first.")
        return channel

    def _user(self, name: str) -> User:
        user = self._service.state.find_user(self.user.team_id, name)
        if user is None:
            raise PersonError("user_not_found", f"There is nobody called {name}.")
        return user

    def _message(self, channel: Channel, ts: str) -> Json:
        message = channel.log.get(ts)
        if message is None:
            raise PersonError("message_not_found", "That message is gone.")
        return message

    def _own(self, channel: Channel, ts: str) -> Json:
        message = self._message(channel, ts)
        if message.get("user") != self.user.id:
            raise PersonError("not_yours", "That message is not yours.")
        return message

    def _view(self, view_id: str) -> OpenView:
        item = self._service.modals.get(view_id)
        if item is None or item.user_id != self.user.id:
            raise PersonError("view_not_found", "That form is closed.")
        return item

    def _surface(self, channel: str | None, ts: str | None, view_id: str | None) -> Surface:
        if view_id is not None:
            home = self.home()
            if home is not None and home["id"] == view_id:
                return Surface(view=home)
            return Surface(view=self._view(view_id).view)
        if channel is None or ts is None:
            raise PersonError("no_surface", "Name a view, or a channel and a message.")
        place = self._channel(channel)
        for message in self._service.state.ephemerals[place.id, self.user.id]:
            if message["ts"] == ts:
                return Surface(channel=place, message=message)
        return Surface(channel=place, message=self._message(place, ts))

    def _values(self, surface: Surface) -> Json:
        if surface.view is not None:
            found: Json = surface.view["state"]["values"]
            return found
        message = surface.message or {}
        channel_id = surface.channel.id if surface.channel else ""
        return self._service.message_state(self.user.id, channel_id, message["ts"], surface.blocks)
