"""The Home tab: a few lists at a glance, or one of them page by page; what happened lately; what can be done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from db.access import Actor
from db.homes import Activity
from db.ids import ChangeId
from db.listing import Page
from db.saved_queries import SavedQuery
from handlers.views.blocks import (
    Json,
    actions,
    button,
    context,
    divider,
    header,
    home,
    option,
    section,
    static_select,
    truncate,
)
from handlers.views.cards import row
from handlers.views.changes import sentences
from handlers.views.confirming import confirmation
from handlers.views.helping import OPEN as HELP
from handlers.views.home.state import ALL, ASSIGNED, FILED, OVERVIEW, SORTS, WAITING, State
from handlers.views.notices import OPEN as NOTICES
from handlers.views.people import People
from handlers.views.replies import OFFER_CREATE
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, code, escape

REFRESH: Final = "home_refresh"
LIST: Final = "home_list"
SHOW_ALL: Final = "home_show_all"
SORT: Final = "home_sort"
FILTER: Final = "home_filter"
CLEAR: Final = "home_clear"
PREVIOUS: Final = "home_previous"
NEXT: Final = "home_next"
PIN: Final = "home_pin"
SETTINGS: Final = "home_settings"

# Rows of one list on the overview, and of a page of it.
GLANCE: Final = 5
PAGE: Final = 15
LATELY: Final = 6
SAVED_MAX: Final = 90
NAME_MAX: Final = 60
_METADATA_MAX: Final = 2900
_OWN_ORDER: Final = "own"
_LISTS: Final = (OVERVIEW, ASSIGNED, WAITING, FILED, ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One list. `problem` says why it cannot be shown."""

    place: str
    page: Page | None = None
    problem: Mrkdwn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose Home it is. `decides`: they may change the workspace's settings; `today`: where they are."""

    actor: Actor
    words: Words
    prefix: str
    decides: bool = False
    today: date | None = None


def tab(
    state: State,
    sections: Sequence[Section],
    *,
    activity: Sequence[Activity],
    saved: Sequence[SavedQuery],
    people: People,
    reader: Reader,
) -> Json:
    words = reader.words
    shown = saved[:SAVED_MAX]
    blocks = [_top(reader), _choosing(state, shown, words), *_filtered(state, words), *_said(state, words)]
    for each in sections:
        name = name_of(each.place, saved, words)
        drawn = _glance if state.shown == OVERVIEW else _whole
        blocks += [divider(), header(name), *drawn(each, state, people, reader)]
    if state.shown == OVERVIEW:
        blocks += _lately(activity, people, reader)
    return _with_metadata(home(blocks), state)


def _with_metadata(view: Json, state: State) -> Json:
    """A state too long to be kept is kept without what can be read anew."""
    for each in (state, State(shown=state.shown, filter=state.filter, sort=state.sort, pinned=state.pinned)):
        kept = json.dumps(each.metadata(), separators=(",", ":"), ensure_ascii=False)
        if len(kept) <= _METADATA_MAX:
            return view | {"private_metadata": kept}
    return view


def _top(reader: Reader) -> Json:
    words = reader.words
    return actions(
        button(words.plain("home-new"), OFFER_CREATE, style="primary"),
        button(words.plain("home-filter"), FILTER),
        button(words.plain("home-refresh"), REFRESH),
        button(words.plain("home-notices"), NOTICES),
        *([button(words.plain("home-settings"), SETTINGS)] if reader.decides else []),
        button(words.plain("home-help"), HELP),
        block_id="home:top",
    )


def _choosing(state: State, saved: Sequence[SavedQuery], words: Words) -> Json:
    """What is chosen stands in the menus; in the ids of their block too, for a menu keeps what was picked in it."""
    lists = [option(name_of(place, saved, words), place) for place in _LISTS]
    lists += [
        option(name_of(str(each.saved_query_id), saved, words), str(each.saved_query_id)) for each in saved
    ]
    orders = [option(words.plain("home-sort-own"), _OWN_ORDER)]
    orders += [option(words.plain(f"home-sort-{key}"), str(key)) for key in SORTS]
    return actions(
        static_select(LIST, words.plain("home-list"), lists, initial=_picked(lists, state.shown) or lists[0]),
        static_select(
            SORT, words.plain("home-sort"), orders, initial=_picked(orders, state.sort) or orders[0]
        ),
        block_id=f"home:choose:{state.shown}:{state.sort}",
    )


def _picked(options: Sequence[Json], value: str) -> Json | None:
    return next((each for each in options if each["value"] == value), None)


def read_sort(value: str) -> str:
    """The order chosen in the menu; empty: each list's own."""
    return value if value in SORTS else ""


def name_of(place: str, saved: Sequence[SavedQuery], words: Words) -> str:
    if place in _LISTS:
        return words.plain(f"home-list-{place}")
    known = next((each.name for each in saved if str(each.saved_query_id) == place), None)
    return f"★ {truncate(known, NAME_MAX)}" if known else words.plain("home-list-saved")


def _filtered(state: State, words: Words) -> list[Json]:
    if not state.filter:
        return []
    text = words("home-filtered", query=code(truncate(state.filter, 300)))
    return [section(text, accessory=button(words.plain("home-clear"), CLEAR), block_id="home:filtered")]


def _said(state: State, words: Words) -> list[Json]:
    if state.said is None:
        return []
    change_id = ChangeId(state.said.change_id) if state.said.change_id else None  # type: ignore[arg-type] # shown only
    return [divider(), *confirmation(Mrkdwn(state.said.text), words=words, change_id=change_id)]


def _glance(each: Section, state: State, people: People, reader: Reader) -> list[Json]:
    words = reader.words
    blocks = _rows(each, state, people, reader, GLANCE)
    if each.page is not None and each.page.next_cursor:
        more = button(words.plain("home-show-all"), SHOW_ALL, each.place)
        blocks.append(actions(more, block_id=f"home:all:{each.place}"))
    if each.page is None and each.place == state.pinned:
        # What cannot be shown any more is in no menu that would lead to where it is taken off.
        blocks.append(actions(button(words.plain("home-unpin"), PIN)))
    return blocks


def _whole(each: Section, state: State, people: People, reader: Reader) -> list[Json]:
    words = reader.words
    blocks = _rows(each, state, people, reader, PAGE)
    turns = []
    if each.page is not None:
        ways = (
            (PREVIOUS, "button-previous", each.page.previous_cursor),
            (NEXT, "button-next", each.page.next_cursor),
        )
        turns = [button(words.plain(label), action, cursor) for action, label, cursor in ways if cursor]
    if each.place not in _LISTS:
        pinned = state.pinned == each.place
        turns.append(
            button(words.plain("home-unpin" if pinned else "home-pin"), PIN, "" if pinned else each.place)
        )
    if turns:
        blocks.append(actions(*turns))
    return blocks


def _rows(each: Section, state: State, people: People, reader: Reader, most: int) -> list[Json]:
    if each.page is None:
        return [context(each.problem or reader.words("home-list-gone"))]
    if not each.page.items:
        if each.page.broken_off:
            return [context(reader.words("list-so-far"))]
        own = each.place in (ASSIGNED, WAITING, FILED) and not state.filter
        return [context(reader.words(f"home-empty-{each.place}" if own else "home-empty"))]
    return [
        row(
            issue,
            people=people,
            words=reader.words,
            prefix=reader.prefix,
            place=f"home-{each.place}",
            reader=reader.actor.person_id,
            actor=reader.actor,
            today=reader.today,
        )
        for issue in each.page.items[:most]
    ]


def _lately(activity: Sequence[Activity], people: People, reader: Reader) -> list[Json]:
    if not activity:
        return []
    lines = [_happened(each, people, reader) for each in activity[:LATELY]]
    return [divider(), header(reader.words.plain("home-lately")), *map(context, lines)]


def _happened(each: Activity, people: People, reader: Reader) -> Mrkdwn:
    key = f"*{escape(reader.prefix)}-{each.number}*"
    said = "  ·  ".join(sentences(each.event, people, reader.words)[:3])
    return Mrkdwn(f"{moment(each.event.at)}  {key} {escape(truncate(each.title, 80))}\n{said}")


def metadata_of(view: Mapping[str, object] | None) -> State:
    """Of the view that was pressed in, or was there when Home was opened."""
    kept = str((view or {}).get("private_metadata") or "{}")
    try:
        return State.of_metadata(json.loads(kept))
    except (ValueError, AttributeError, TypeError, IndexError, KeyError):
        return State()
