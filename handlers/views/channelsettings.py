"""The form of a channel's settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from db.channels import EMOJI_MAX, ChannelSettings
from handlers.views.blocks import Json, checkboxes, input_block, modal, option, text_input
from handlers.words import Words

CALLBACK: Final = "channel_settings_form"
OPEN: Final = "channel_settings_open"
SWITCHES: Final = "switches"
EMOJI: Final = "emoji"
_NAMES: Final = ("broadcast", "silent", "condensed", "previews", "reactions")
_EMOJI: Final = re.compile(r":?([\w+'\-]+(?:::skin-tone-\d)?):?")


def form(settings: ChannelSettings, words: Words, metadata: Json) -> Json:
    switches = {
        name: option(words.plain(f"channel-{name}"), name, words.plain(f"channel-{name}-about"))
        for name in _NAMES
    }
    initial = [switches[name] for name in _NAMES if getattr(settings, name)]
    return modal(
        CALLBACK,
        words.plain("channel-title"),
        [
            input_block(
                words.plain("channel-switches"),
                checkboxes(SWITCHES, list(switches.values()), initial=initial),
                SWITCHES,
                optional=True,
            ),
            input_block(
                words.plain("channel-emoji"),
                text_input(EMOJI, initial=settings.emoji or "", most=EMOJI_MAX, placeholder="ticket"),
                EMOJI,
                optional=True,
                hint=words.plain("channel-emoji-hint"),
            ),
        ],
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> ChannelSettings | None:
    """None: what stands for the emoji is not one's name."""
    values = view["state"]["values"]
    on = {each["value"] for each in values[SWITCHES][SWITCHES].get("selected_options") or ()}
    typed = (values[EMOJI][EMOJI].get("value") or "").strip()
    named = _EMOJI.fullmatch(typed)
    if typed and named is None:
        return None
    return ChannelSettings(
        broadcast="broadcast" in on,
        silent="silent" in on,
        condensed="condensed" in on,
        previews="previews" in on,
        reactions="reactions" in on,
        emoji=named[1].lower() if named else None,
    )
