"""One call of a Web API method, and its arguments as Slack reads them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.directory import Channel, Installation, User
from bot.playground.rates import Tier
from bot.playground.service import Service
from bot.playground.wire import Json, SlackError, loads

MAX_PAGE = 1_000


class Arguments:
    """Values come as JSON or as text of a form; both are accepted everywhere."""

    __slots__ = ("values",)

    def __init__(self, values: Json) -> None:
        self.values = values

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.values.get(name)
        return default if value is None or value == "" else str(value)

    def required(self, name: str, code: str = "invalid_arguments") -> str:
        value = self.text(name)
        if value is None:
            text = f"[ERROR] missing required field: {name}"
            raise SlackError(code, messages=[text] if code == "invalid_arguments" else None)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            text = f"[ERROR] must be an integer [json-pointer:/{name}]"
            raise SlackError("invalid_arguments", messages=[text]) from None

    def names(self, name: str) -> list[str]:
        """A list, also written with commas."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in str(value).split(",") if item.strip()] if value else []

    def structure(self, name: str) -> Any:
        """An object or array; in a form it is JSON text."""
        value = self.values.get(name)
        if isinstance(value, str) and value:
            try:
                return loads(value)
            except ValueError:
                text = f"[ERROR] must be valid JSON [json-pointer:/{name}]"
                raise SlackError("invalid_arguments", messages=[text]) from None
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    service: Service
    method: str
    args: Arguments
    installation: Installation | None

    @property
    def app(self) -> Installation:
        if self.installation is None:
            raise SlackError("not_authed")
        return self.installation

    @property
    def team_id(self) -> str:
        return self.app.team_id

    def channel(self, name: str = "channel", *, by_name: bool = False) -> Channel:
        """The channel the app may know of; private ones only from inside."""
        wanted = self.args.text(name)
        channel = self.service.state.channels.get(wanted or "")
        if channel is None and by_name and wanted:
            channel = self.service.state.find_channel(self.team_id, wanted)
        if channel is None or channel.team_id != self.team_id:
            raise SlackError("channel_not_found")
        hidden = channel.is_private or channel.is_im or channel.is_mpim
        if hidden and self.app.bot_user_id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        user = self.service.state.users.get(self.args.text(name) or "")
        if user is None or user.team_id != self.team_id:
            raise SlackError("user_not_found")
        return user

    def need(self, *scopes: str) -> None:
        """Refuse unless the app has one of these scopes."""
        held = self.service.scopes(self.app)
        if held is None or any(scope in held for scope in scopes):
            return
        raise SlackError("missing_scope", needed=scopes[0], provided=",".join(sorted(held)))

    def need_for(self, channel: Channel, kind: str) -> None:
        """`channels:read`, `groups:history`, ...: the scope for this type of conversation."""
        self.need(f"{channel.scope_family}:{kind}")

    def page(self, items: list[Any], default: int) -> tuple[list[Any], Json]:
        """The slice that `cursor` and `limit` ask for, and its response_metadata."""
        limit = self.args.number("limit", default)
        if limit < 1 or limit > MAX_PAGE:
            raise SlackError("invalid_limit")
        cursor = self.args.text("cursor")
        start = 0
        if cursor is not None:
            head, _, number = cursor.partition(":")
            if head != "at" or not number.isdigit():
                raise SlackError("invalid_cursor")
            start = int(number)
        end = start + limit
        following = f"at:{end}" if end < len(items) else ""
        return items[start:end], {"next_cursor": following}


Handler = Callable[[Call], Awaitable[Json]]
TokenKind = Literal["bot", "app", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`scopes`: one of them is enough; a method may ask for more itself."""

    handler: Handler
    tier: Tier
    scopes: tuple[str, ...] = ()
    token: TokenKind = "bot"  # noqa: S105 - a kind, not a secret
