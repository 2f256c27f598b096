"""The form of a workspace's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.workspaces import Workspace
from handlers.views import channelsettings
from handlers.views.blocks import Json, actions, button, input_block, modal, option, static_select, text_input
from handlers.words import LOCALES, Words

CALLBACK = "settings_form"
PREFIX = "key_prefix"
LANGUAGE = "language"
TIMEZONE = "timezone"
# PostgreSQL's name of a language, for full-text search, by ours.
SEARCH_CONFIGS = {"en": "english", "de": "german"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    key_prefix: str
    language: str
    timezone: str

    @property
    def search_config(self) -> str:
        return SEARCH_CONFIGS[self.language]


def form(workspace: Workspace, words: Words, metadata: Json) -> Json:
    languages = {locale: option(words.plain(f"language-{locale}"), locale) for locale in LOCALES}
    current = languages[workspace.settings.get("language") or "en"]
    return modal(
        CALLBACK,
        words.plain("settings-title"),
        [
            input_block(
                words.plain("settings-prefix"),
                text_input(PREFIX, initial=workspace.key_prefix, most=10),
                PREFIX,
                hint=words.plain("settings-prefix-hint"),
            ),
            input_block(
                words.plain("settings-language"),
                static_select(
                    LANGUAGE, words.plain("settings-language"), list(languages.values()), initial=current
                ),
                LANGUAGE,
                hint=words.plain("settings-language-hint"),
            ),
            input_block(
                words.plain("settings-timezone"),
                text_input(TIMEZONE, initial=workspace.timezone, most=60),
                TIMEZONE,
                hint=words.plain("settings-timezone-hint"),
            ),
            *_channel(metadata, words),
        ],
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def _channel(metadata: Json, words: Words) -> list[Json]:
    """The way to the settings of the channel it was opened in."""
    channel_id = str(metadata.get("c") or "")
    if not channel_id.startswith(("C", "G")):
        return []
    return [actions(button(words.plain("channel-open"), channelsettings.OPEN, channel_id))]


def read(view: Mapping[str, Any]) -> Chosen:
    values = view["state"]["values"]
    return Chosen(
        key_prefix=(values[PREFIX][PREFIX]["value"] or "").strip().upper(),
        language=values[LANGUAGE][LANGUAGE]["selected_option"]["value"],
        timezone=(values[TIMEZONE][TIMEZONE]["value"] or "").strip(),
    )
