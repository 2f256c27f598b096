"""What Slack's own message box makes of typed text: mrkdwn and a rich_text block."""

import re

from bot.playground.ids import block_name
from bot.playground.state import State
from bot.playground.wire import Json

_TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)\]'\"])"
    r"|<@(?P<user_id>[UW][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<#(?P<channel_id>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|(?<![\w@])@(?P<user>[a-z0-9][\w.-]*)"
    r"|(?<![\w#&])#(?P<channel>[a-z0-9][\w-]*)"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*"
    r"|`(?P<code>[^`\n]+)`",
    re.IGNORECASE,
)
_BROADCASTS = ("channel", "here", "everyone")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(state: State, team_id: str, typed: str) -> tuple[str, list[Json]]:
    """The `text` and `blocks` of the message that a person sends by typing this."""
    text: list[str] = []
    elements: list[Json] = []
    at = 0
    for match in _TOKEN.finditer(typed):
        found = _token(state, team_id, match)
        if found is None:
            continue
        _plain(typed[at : match.start()], text, elements)
        text.append(found[0])
        elements.append(found[1])
        at = match.end()
    _plain(typed[at:], text, elements)
    block = {
        "type": "rich_text",
        "block_id": block_name(),
        "elements": [{"type": "rich_text_section", "elements": elements}],
    }
    return "".join(text), [block] if elements else []


def _plain(part: str, text: list[str], elements: list[Json]) -> None:
    if part:
        text.append(escape(part))
        elements.append({"type": "text", "text": part})


def _token(state: State, team_id: str, match: re.Match[str]) -> tuple[str, Json] | None:
    kind, value = match.lastgroup, match[match.lastgroup or 0]
    if kind == "url":
        return f"<{escape(value)}>", {"type": "link", "url": value}
    if kind in ("user", "user_id"):
        return _mention(state, team_id, value)
    if kind in ("channel", "channel_id"):
        channel = state.find_channel(team_id, value)
        if channel is None:
            return None
        return f"<#{channel.id}|>", {"type": "channel", "channel_id": channel.id}
    if kind == "emoji":
        return f":{value}:", {"type": "emoji", "name": value}
    if kind == "bold":
        return f"*{escape(value)}*", {"type": "text", "text": value, "style": {"bold": True}}
    return f"`{escape(value)}`", {"type": "text", "text": value, "style": {"code": True}}


def _mention(state: State, team_id: str, name: str) -> tuple[str, Json] | None:
    if name in _BROADCASTS:
        return f"<!{name}>", {"type": "broadcast", "range": name}
    user = state.find_user(team_id, name)
    if user is None:
        return None
    return f"<@{user.id}>", {"type": "user", "user_id": user.id}


def command_text(state: State, team_id: str, typed: str, *, should_escape: bool) -> str:
    """The `text` of a slash command: with escaping on, mentions and links become ids."""
    if not should_escape:
        return typed

    def escaped(match: re.Match[str]) -> str:
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind in ("user", "user_id"):
            user = state.find_user(team_id, value)
            return f"<@{user.id}|{user.name}>" if user else match[0]
        if kind in ("channel", "channel_id"):
            channel = state.find_channel(team_id, value)
            return f"<#{channel.id}|{channel.name}>" if channel else match[0]
        return f"<{value}>" if kind == "url" else match[0]

    return _TOKEN.sub(escaped, typed)
