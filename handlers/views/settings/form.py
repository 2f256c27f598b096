"""The form of a workspace's settings, and the ways to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from db.workspaces import Workspace
from handlers.views import channelsettings, notices
from handlers.views.blocks import (
    Json,
    actions,
    button,
    divider,
    input_block,
    modal,
    option,
    section,
    static_select,
    text_input,
)
from handlers.words import LOCALES, Words

CALLBACK: Final = "settings_form"
NAME: Final = "name"
PREFIX: Final = "key_prefix"
LANGUAGE: Final = "language"
SEARCH: Final = "search_config"
TIMEZONE: Final = "timezone"
NAME_MAX: Final = 100

# The ways on, and what stands on their buttons.
POLICY: Final = "settings_policy"
ADMINS: Final = "settings_admins"
LABELS: Final = "settings_labels"
PEOPLE: Final = "settings_people"

# PostgreSQL's names of languages for full-text search, each as its speakers call it.
_OWN_NAMES: Final = {
    "arabic": "العربية",
    "armenian": "Հայերեն",
    "basque": "Euskara",
    "catalan": "Català",
    "danish": "Dansk",
    "dutch": "Nederlands",
    "english": "English",
    "estonian": "Eesti",
    "finnish": "Suomi",
    "french": "Français",
    "german": "Deutsch",
    "greek": "Ελληνικά",
    "hindi": "हिन्दी",
    "hungarian": "Magyar",
    "indonesian": "Bahasa Indonesia",
    "irish": "Gaeilge",
    "italian": "Italiano",
    "lithuanian": "Lietuvių",
    "nepali": "नेपाली",
    "norwegian": "Norsk",
    "portuguese": "Português",
    "romanian": "Română",
    "russian": "Русский",
    "serbian": "Српски",
    "spanish": "Español",
    "swedish": "Svenska",
    "tamil": "தமிழ்",
    "turkish": "Türkçe",
    "yiddish": "ייִדיש",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    name: str
    key_prefix: str
    language: str
    search_config: str
    timezone: str


def form(
    workspace: Workspace, words: Words, metadata: Json, *, search_configs: tuple[str, ...], people: bool
) -> Json:
    """`search_configs`: those the database has; `people`: whether the reader may decide who may do what."""
    return modal(
        CALLBACK,
        words.plain("settings-title"),
        [
            section(words("settings-more")),
            actions(*_ways(words, metadata, people=people)),
            divider(),
            input_block(
                words.plain("settings-name"),
                text_input(NAME, initial=workspace.name, most=NAME_MAX),
                NAME,
                optional=True,
            ),
            input_block(
                words.plain("settings-prefix"),
                text_input(PREFIX, initial=workspace.key_prefix, most=10),
                PREFIX,
                hint=words.plain("settings-prefix-hint"),
            ),
            *_languages(workspace, words, search_configs),
            input_block(
                words.plain("settings-timezone"),
                text_input(TIMEZONE, initial=workspace.timezone, most=60),
                TIMEZONE,
                hint=words.plain("settings-timezone-hint"),
            ),
        ],
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def _ways(words: Words, metadata: Json, *, people: bool) -> list[Json]:
    ways = [button(words.plain("settings-policy"), POLICY)]
    if people:
        ways.append(button(words.plain("settings-admins"), ADMINS))
    ways.append(button(words.plain("settings-labels"), LABELS))
    if people:
        ways.append(button(words.plain("settings-people"), PEOPLE))
    ways.append(button(words.plain("notice-settings"), notices.OPEN))
    channel_id = str(metadata.get("c") or "")
    if channel_id.startswith(("C", "G")):
        ways.append(button(words.plain("channel-open"), channelsettings.OPEN, channel_id))
    return ways


def _languages(workspace: Workspace, words: Words, search_configs: tuple[str, ...]) -> list[Json]:
    languages = {locale: option(words.plain(f"language-{locale}"), locale) for locale in LOCALES}
    current = languages[workspace.settings.get("language") or "en"]
    named = {name: _search_name(name, words) for name in {*search_configs, workspace.search_config}}
    ordered = sorted(named, key=lambda name: (name != "simple", named[name].lower()))
    configs = {name: option(named[name], name) for name in ordered}
    return [
        input_block(
            words.plain("settings-language"),
            static_select(
                LANGUAGE, words.plain("settings-language"), list(languages.values()), initial=current
            ),
            LANGUAGE,
            hint=words.plain("settings-language-hint"),
        ),
        input_block(
            words.plain("settings-search"),
            static_select(
                SEARCH,
                words.plain("settings-search"),
                list(configs.values()),
                initial=configs[workspace.search_config],
            ),
            SEARCH,
            hint=words.plain("settings-search-hint"),
        ),
    ]


def _search_name(name: str, words: Words) -> str:
    return words.plain("settings-search-simple") if name == "simple" else _OWN_NAMES.get(name, name)


def read(view: Mapping[str, Any]) -> Chosen:
    values = view["state"]["values"]

    def typed(name: str) -> str:
        return (values[name][name]["value"] or "").strip()

    return Chosen(
        name=typed(NAME),
        key_prefix=typed(PREFIX).upper(),
        language=values[LANGUAGE][LANGUAGE]["selected_option"]["value"],
        search_config=values[SEARCH][SEARCH]["selected_option"]["value"],
        timezone=typed(TIMEZONE),
    )
