"""A person using Slack: every method does what that human does and waits for the app's ack."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.playground import installing, interactions, membership, posting, reacting, sharing, workflows
from bot.playground.composer import compose
from bot.playground.events import emit
from bot.playground.inputs import Place, places, typed
from bot.playground.interactions import Outcome, PersonError, Surface
from bot.playground.sight import Sight
from bot.playground.wire import Json, SlackError


class Person(Sight):
    """Channels are named by id or name, people by id or handle."""

    # Talking

    async def send(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[str] = (),
        *,
        broadcast: bool = False,
    ) -> str:
        """Post a message; `files` are ids of uploaded, not yet shared files. Answers with its ts."""
        place = self._writable(channel)
        plain, blocks = compose(self._service.state, self.user.team_id, text)
        message = posting.by_person(self.user, plain, blocks)
        if thread_ts is not None:
            self._message(place, thread_ts)
            message["thread_ts"] = thread_ts
            if broadcast:
                message["subtype"] = "thread_broadcast"
        shared = [self._service.state.files[item] for item in files]
        if shared:
            posted = sharing.share(self._service, place, shared, message)
        else:
            posted = posting.post(self._service, place, message)
        ts: str = posted["ts"]
        return ts

    async def edit_message(self, channel: str, ts: str, text: str) -> None:
        place = self._writable(channel)
        self._own(place, ts)
        plain, blocks = compose(self._service.state, self.user.team_id, text)
        content = {"text": plain, "blocks": blocks}
        posting.change(self._service, place, ts, content, self.user.id)

    async def delete_message(self, channel: str, ts: str) -> None:
        place = self._channel(channel)
        if not self.user.is_admin:
            self._own(place, ts)
        posting.delete(self._service, place, ts)

    async def upload(
        self,
        channel: str,
        name: str,
        content: bytes,
        thread_ts: str | None = None,
        text: str = "",
    ) -> str:
        """Drop a file into a channel. Answers with the ts of its message."""
        file = sharing.upload(self._service, self.user.team_id, self.user.id, name, content)
        return await self.send(channel, text, thread_ts, [file.id])

    async def react(self, channel: str, ts: str, emoji: str) -> None:
        place = self._writable(channel)
        try:
            reacting.add(self._service, place, self._message(place, ts), self.user.id, emoji.strip(":"))
        except SlackError as error:
            raise PersonError(error.code, f"That reaction was refused: {error.code}") from error

    async def unreact(self, channel: str, ts: str, emoji: str) -> None:
        place = self._channel(channel)
        try:
            reacting.remove(self._service, place, self._message(place, ts), self.user.id, emoji.strip(":"))
        except SlackError as error:
            raise PersonError(error.code, "You have not reacted with that.") from error

    async def mark(self, channel: str, ts: str) -> None:
        """Read a channel up to here."""
        self._service.state.mark_read(self._channel(channel).id, self.user.id, ts)

    # Dealing with the app

    async def slash(self, channel: str, text: str) -> bool:
        """Type a slash command. False when it failed; notices() has what Slack shows then."""
        name, _, rest = text.partition(" ")
        command = self._service.manifest.command(name)
        if command is None or self._service.app(self.user.team_id) is None:
            raise PersonError("unknown_command", f"{name} is not a valid command.")
        answer = await interactions.run_command(
            self._service, self.user, self._open(channel), command, rest.strip()
        )
        return answer.acked

    async def click(
        self,
        action: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
        value: Any = None,
    ) -> bool:
        """Press a button, named by action_id or by its text. True when the app acknowledged."""
        surface = self._surface(channel, ts, view_id)
        place = surface.find(action, block_id)
        values = self._values(surface)
        answer = await interactions.act(self._service, self.user, surface, place, value, values)
        return answer is None or answer.acked

    async def choose(
        self,
        action: str,
        value: Any,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
    ) -> bool:
        """Set a select, picker, checkbox or input; it reaches the app when Slack dispatches it."""
        return await self.click(
            action, channel=channel, ts=ts, view_id=view_id, block_id=block_id, value=value
        )

    async def suggest(
        self,
        action: str,
        query: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
    ) -> Json:
        """Type into an external select: {"options": [...]} or {"option_groups": [...]}."""
        surface = self._surface(channel, ts, view_id)
        place = surface.find(action, block_id)
        return await interactions.suggest(self._service, self.user, surface, place, query)

    async def fill(self, view_id: str, values: Json) -> None:
        """Enter values, {block_id: {action_id: value}} or {block_id: value}; nothing is sent."""
        surface = Surface(view=self._view(view_id).view)
        for block_id, entered in values.items():
            inside = self._in_block(surface, block_id)
            if not isinstance(entered, dict) or not set(entered) <= {item.action_id for item in inside}:
                entered = {inside[0].action_id: entered}
            for action_id, value in entered.items():
                self._enter(surface, block_id, action_id, value)

    async def submit(self, view_id: str, values: Json | None = None) -> Outcome:
        if values:
            await self.fill(view_id, values)
        return await interactions.submit(self._service, self.user, self._view(view_id))

    async def close(self, view_id: str, *, all: bool = False) -> None:  # noqa: A002
        """Close a view; `all` is the X of the whole stack."""
        await interactions.close(self._service, self.user, self._view(view_id), whole=all)

    async def message_shortcut(self, channel: str, ts: str, callback_id: str) -> bool:
        shortcut = self._service.manifest.shortcut("message", callback_id)
        if shortcut is None:
            raise PersonError("unknown_shortcut", f"There is no shortcut {callback_id}.")
        place = self._channel(channel)
        answer = await interactions.run_shortcut(
            self._service, self.user, shortcut, place, self._message(place, ts)
        )
        return answer.acked

    async def global_shortcut(self, callback_id: str) -> bool:
        shortcut = self._service.manifest.shortcut("global", callback_id)
        if shortcut is None:
            raise PersonError("unknown_shortcut", f"There is no shortcut {callback_id}.")
        answer = await interactions.run_shortcut(self._service, self.user, shortcut)
        return answer.acked

    async def open_home(self, tab: str = "home") -> Json | None:
        """Open the app's Home; answers with the view as it is now, the app may publish a new one."""
        app = self._service.app(self.user.team_id)
        if app is None:
            raise PersonError("no_app", "The app is not installed.")
        channel = await self.open_dm(app.bot_user_id)
        event: Json = {
            "type": "app_home_opened",
            "user": self.user.id,
            "channel": channel["id"],
            "tab": tab,
        }
        view = self._service.state.homes.get(self.user.id)
        if tab == "home" and view is not None:
            event["view"] = view
        emit(self._service, self.user.team_id, event)
        return view

    # Channels

    async def open_dm(self, *users: str) -> Json:
        """Open a direct message with people or the app. Answers with the channel."""
        members = [self.user.id, *(self._user(name).id for name in users)]
        channel, _ = membership.open_direct(self._service, self.user.team_id, members)
        return self._service.channel_view(channel, self.user.id)

    async def create_channel(self, name: str, *, private: bool = False) -> Json:
        if self._service.state.find_channel(self.user.team_id, name) is not None:
            raise PersonError("name_taken", f"#{name} exists already.")
        channel = membership.create(self._service, self.user, name, is_private=private)
        return self._service.channel_view(channel, self.user.id)

    async def join(self, channel: str) -> None:
        place = self._open(channel)
        if self.user.id not in place.members:
            membership.add(self._service, place, self.user.id)

    async def leave(self, channel: str) -> None:
        place = self._channel(channel)
        if self.user.id in place.members:
            membership.remove(self._service, place, self.user.id)

    async def invite(self, channel: str, user: str) -> None:
        place = self._writable(channel)
        invited = self._user(user).id
        if invited not in place.members:
            membership.add(self._service, place, invited, self.user.id)

    async def kick(self, channel: str, user: str) -> None:
        place = self._writable(channel)
        removed = self._user(user).id
        if removed in place.members:
            membership.remove(self._service, place, removed)

    async def archive(self, channel: str) -> None:
        place = self._writable(channel)
        if place.is_general or place.is_im or place.is_mpim:
            raise PersonError("cant_archive", "This one cannot be archived.")
        membership.archive(self._service, place, self.user.id)

    async def unarchive(self, channel: str) -> None:
        place = self._channel(channel)
        if not place.is_archived:
            raise PersonError("not_archived", f"#{place.name} is not archived.")
        membership.unarchive(self._service, place, self.user.id)

    async def run_step(self, callback_id: str, inputs: Json) -> Json:
        """Run one of the app's steps, as a workflow does; answers with how it ended."""
        given = workflows.check(self._service, self.user, callback_id, inputs)
        record = workflows.start(self._service, self.user.team_id, callback_id, given)
        with suppress(TimeoutError):
            await self._service.activity.until(lambda: record["state"] != "running", workflows.PATIENCE)
        return record

    async def uninstall_app(self) -> None:
        """Remove the app from the team: its token dies and it is told."""
        installing.uninstall(self._service, self.user.team_id)

    def _in_block(self, surface: Surface, block_id: str) -> list[Place]:
        inside = [item for item in places(surface.blocks) if item.block_id == block_id]
        if not inside:
            shown = sorted({item.block_id for item in places(surface.blocks)})
            raise PersonError("no_such_block", f"There is no {block_id!r} here, only: {shown}")
        return inside

    def _enter(self, surface: Surface, block_id: str, action_id: str, value: Any) -> None:
        place = surface.find(action_id, block_id)
        if place.element["type"] == "file_input" and not isinstance(value, dict):
            value = self._files(value)
        try:
            entered = typed(place.element, value, offered=self._service.offered(self.user.id, action_id))
        except ValueError as error:
            raise PersonError("no_such_option", str(error)) from error
        self._values(surface).setdefault(block_id, {})[place.action_id] = entered

    def _files(self, value: Any) -> list[Json]:
        """Uploaded files or their ids, or (name, content) pairs to upload now."""
        made = []
        for item in value or ():
            if isinstance(item, str | dict):
                file = self._service.state.files[item if isinstance(item, str) else item["id"]]
            else:
                name, content = item
                file = sharing.upload(self._service, self.user.team_id, self.user.id, name, content)
            made.append(file.payload(self._service.base_url))
        return made
