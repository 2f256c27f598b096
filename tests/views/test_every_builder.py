"""Every public builder of the views, found by walking the package, makes only what Slack takes.

Arguments are made from the types of the parameters; where a type says too little, by the parameter's name. A
new builder whose arguments cannot be made so fails here, until a strategy for them is added.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import handlers.views
from bot.playground.blocks import check_message, check_view
from db.events import Event
from db.issues import Issue
from db.people import Person
from db.query import Query, parse
from db.states import Priority, Status
from handlers.views.blocks import actions, button, context, section
from handlers.words import Mrkdwn, Words, escape, words
from tests.views.samples import (
    ADA,
    CONTROL,
    FIELDS,
    LONG,
    PERSON,
    PLAIN,
    QUERY,
    TEXT,
    TITLE,
    events,
    no_forgery,
    taken,
    taken_view,
)

Json = dict[str, Any]
Builder = Callable[..., Any]

# Tried with the arguments they are called with, in a test of their own; here, why not.
EXEMPT = {
    "editing.clashed": "takes an error with its events: test_limits.test_histories_clashes_and_blocked_undos",
    "markdown.inline": "parts of a block, not blocks: test_round_trip",
    "markdown.to_rich_text": "parts of a block, not blocks: test_round_trip",
    "returning.returned": "a schedule's place is of one kind or the other: test_telling_limits",
    "schedule_ended.deleted": "a schedule's place is of one kind or the other: tests/scenarios/test_schedules",
    "schedule_ended.restored": "a schedule's place is of one kind or the other: tests/scenarios/test_schedules",
    "schedule_form.form": "its choices belong together: tests/scenarios/test_schedules",
    "schedules.listing": "its lists belong together: tests/scenarios/test_schedules",
    "schedules.about": "a schedule's place is of one kind or the other: tests/handlers/test_scheduling",
    "schedules.posted": "a schedule's place is of one kind or the other: tests/handlers/test_scheduling",
    "schedules.saved": "a schedule's place is of one kind or the other: tests/handlers/test_scheduling",
    "schedules.row": "a schedule's place is of one kind or the other: tests/scenarios/test_schedules",
    "schedules.when": "a recurrence's parts belong together: tests/scenarios/test_schedules",
    "schedules.where": "a schedule's place is of one kind or the other: tests/scenarios/test_schedules",
    "subscriptions.choose": "adds a button to a reply that is tried itself",
    "webhooks.shown_once": "each kind has its own ways to sign: tests/scenarios/webhooks",
    "creating.with_duplicates": "takes a view that Slack hands back: tests/browser types a title",
    "editing.renamed": "takes a view: test_limits.test_forms",
    "history.reply": "takes what one issue's history is: test_limits",
    "home.tab.tab": "its sections belong to its state: test_limits.test_home",
    "importmapping.mapping_form": "takes a survey of a file: tests/scenarios/test_import_mapping",
    "imports.touched": "takes an import with its survey: tests/scenarios/test_import_by_drop",
    "keys.behind_links": "puts lines behind links, which are tried themselves: tests/handlers/test_previewing",
    "keys.message": "puts lines together, which are tried themselves: test_telling_limits",
    "late.given_back": "adds to words that are tried themselves: tests/scenarios/test_late",
    "replies.handing_back": "adds to a reply that is tried itself: tests/scenarios/test_interrupted",
    "late.again": "takes a form that was sent: test_late",
    "late.working": "takes a form that was sent: test_late",
    "notices.message": "its notices belong to their issues: test_telling_limits",
    "schedule_form.metadata_of": "a reader, not a builder",
    "settings.parts.metadata_of": "a reader, not a builder",
    "showing.sheet": "takes the blocks of a card: test_limits",
    "showing.with_comments": "takes a card and its issue: test_limits",
    "undoing.blocked": "its blockers belong to their change: test_limits",
}
# Those whose parts are drawn in tests/views/test_reports.py, with sheets as reports make them.
# What `owned` makes is made through the listings of tokens, webhooks and receivers, which are tried here.
ELSEWHERE = ("reports.", "blocks.", "owned.")

LABEL_LISTS = st.sampled_from([(), ("bug", "<!channel>"), tuple(f"{n}{'*' * 47}" for n in range(100, 200))])
ISSUE = st.builds(
    replace,
    st.just(PLAIN),
    issue_id=st.uuids(),
    number=st.integers(1, 10**15),
    title=TITLE,
    description=st.sampled_from(["", "x *y* <!channel> " * 200]),
    status=st.sampled_from([Status.OPEN, Status.IN_PROGRESS]),
    priority=st.sampled_from(Priority),
    assignee_id=st.sampled_from([None, ADA]),
    labels=LABEL_LISTS,
    due_on=st.none() | st.dates(date(1900, 1, 1)),
)
KEY = st.integers(1, 10**9).map(lambda number: f"LDG-{number}")
BLOCKS = st.lists(
    st.one_of(
        TEXT.map(lambda text: section(text or "–")),
        TEXT.map(lambda text: context(text or "–")),
        TEXT.map(lambda text: actions(button(text or "–", "x"))),
    ),
    max_size=5,
)
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "metadata": st.just({"c": "C1", "r": "https://x.example/" + "r" * 100}),
    "said": BLOCKS,
    "buttons": TEXT.map(lambda text: [button(text or "–", "x")]),
    "blocks": BLOCKS,
    "after_title": st.just([]),
    "prefix": st.sampled_from(["LDG", "A", "ABCDEFGHIJ"]),
    "key": KEY,
    "duplicate_key": st.none() | KEY,
    "command": st.just("/issue"),
    "query": QUERY,
    "channel_id": st.sampled_from([None, "C1", "D1"]),
    "secret": st.text("abcdef0123456789", min_size=20, max_size=80),
    "public_url": st.sampled_from([None, "https://lodge.example.org"]),
    "api": st.sampled_from([None, "https://lodge.example.org/api/v1"]),
    "mapping": st.just({}),
    "state": st.just("waiting"),
    "webhook_id": st.text("abcdef0123456789", min_size=16, max_size=16),
    "token_id": st.text("abcdef0123456789", min_size=16, max_size=16),
    "back": st.none() | st.uuids().map(str),
    "message_id": st.just("subscription-new"),
    "names": st.just(["status", "assignee_id", "priority"]),
    "search_configs": st.just(("simple", "english", "german")),
    "search_config": st.just("english"),
    "key_prefix": st.just("LDG"),
    "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
    "slack_user_id": st.sampled_from([None, "U1"]),
    "owner_id": st.none() | st.uuids(),
    "role": st.sampled_from(["admin", "member"]),
    "labels": LABEL_LISTS,
    "body": LONG.filter(str.strip),
    "description": LONG,
    "settings": st.just({}),
    "explain": st.just(lambda text: text),
    "name": TITLE.map(lambda text: text[:100]),
    "action": st.just("edit"),
    "summary": st.just({}),
    "before": FIELDS,
    "after": FIELDS,
    "version": st.integers(1, 10**6),
    "count": st.integers(0, 10_000),
    "limit": st.integers(1, 100),
    "cursor": st.none() | st.text("abc", max_size=100),
    "next_cursor": st.none() | st.text("abc", min_size=1, max_size=100),
    "previous_cursor": st.none() | st.text("abc", min_size=1, max_size=100),
    "headline": TEXT.map(lambda text: f"a \ue000{text}\ue001 b"),
}
OWN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("cards.row", "place"): st.just("row"),
    ("Subscription", "channel_id"): st.sampled_from(["C1", "D1"]),
    ("Fields", "assignee"): st.sampled_from([None, "U1"]),
    ("tokens.shown_once", "text"): st.text("abc0", min_size=60, max_size=60),
    ("happened.line", "names"): st.lists(
        st.sampled_from(["status", "assignee_id", "priority", "title", "due_on", "labels"]), max_size=6
    ),
    ("helping.everything", "names"): st.just(["new", "show", "list", "bulk", "undo"]),
    ("helping.sheet", "names"): st.just(["new", "show", "list", "bulk", "undo"]),
    ("helping.one", "name"): st.sampled_from(["new", "show", "list"]),
    ("creating.label_options", "wanted"): TEXT.map(lambda text: " ".join(text.split())[:50]),
    ("subscriptions.summary", "message_id"): st.just("subscription-many-new"),
    ("tokens.form", "name"): st.just("ci"),
    ("settings.policy.form", "settings"): st.just({}),
    ("changes.change_line", "key"): KEY,
}


def builders() -> Iterator[tuple[str, Builder]]:
    marks = ("Json", "Reply", "Card", "Mrkdwn")
    for module in pkgutil.walk_packages(handlers.views.__path__, "handlers.views."):
        loaded = importlib.import_module(module.name)
        for name, found in vars(loaded).items():
            own = inspect.isfunction(found) and found.__module__ == module.name
            if not own or name.startswith("_"):
                continue
            if any(mark in str(inspect.signature(found).return_annotation) for mark in marks):
                yield f"{module.name.removeprefix('handlers.views.')}.{name}", found


BUILDERS = dict(builders())
FEW = settings(
    max_examples=8,
    database=None,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def made(kind: Any, name: str, owner: str) -> st.SearchStrategy[Any]:  # noqa: C901 - a table of kinds
    """What can be given for a parameter or field. KeyError: nothing is known of it."""
    if (owner, name) in OWN:
        return OWN[owner, name]
    if kind in TYPED and kind not in PRIMITIVE:
        return TYPED[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if dataclasses.is_dataclass(kind):
        return _of_class(kind)
    if name in NAMED:
        return NAMED[name]
    if kind in TYPED:
        return TYPED[kind]
    if hasattr(kind, "__supertype__"):
        return made(kind.__supertype__, name, owner)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(made(each, name, owner) for each in inner))
    if origin in (collections.abc.Sequence, list):
        return st.lists(made(inner[0], name, owner), max_size=12, unique_by=_identity)
    if origin in (tuple, frozenset, set):
        if origin is tuple and Ellipsis not in inner:
            return st.tuples(*(made(each, name, owner) for each in inner))
        return st.lists(made(inner[0], name, owner), max_size=8).map(origin)
    if origin in (collections.abc.Mapping, dict):
        if inner[1] is Person:
            return st.dictionaries(made(inner[0], name, owner), PERSON, max_size=3)
        return st.dictionaries(made(inner[0], name, owner), made(inner[1], name, owner), max_size=3)
    raise KeyError(f"{name}: {kind}")


def _identity(item: Any) -> object:
    """No two of a list have one id: they are rows of one table."""
    if not dataclasses.is_dataclass(item):
        return id(item)
    ids = [each.name for each in dataclasses.fields(item) if each.name.endswith("_id")]
    own = [getattr(item, name) for name in ids if name not in ("workspace_id", "owner_id")]
    return own[0] if own and own[0] is not None else id(item)


def _of_class(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    given = {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}
    return st.builds(kind, **{name: made(each, name, kind.__name__) for name, each in given.items()})


TYPED: dict[Any, st.SearchStrategy[Any]] = {
    Words: st.sampled_from([words("en"), words("de")]),
    Mrkdwn: TEXT.map(escape),
    Issue: ISSUE,
    Person: PERSON,
    Event: events(FIELDS),
    Query: st.sampled_from(["", "label:bug -status:closed sort:due", "assignee:me created:<7d"]).map(parse),
    str: TEXT.map(lambda text: text or "x"),
    int: st.integers(0, 10_000),
    float: st.floats(0, 1e9),
    bool: st.booleans(),
    bytes: st.binary(max_size=10),
    UUID: st.uuids(),
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    date: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    time: st.times(),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=3000)),
    type(None): st.none(),
}


# Where the name of a field says more than its type.
PRIMITIVE = (str, int, float, bool, type(None))


def arguments(name: str, builder: Builder) -> st.SearchStrategy[Json]:
    hints = get_type_hints(builder)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for parameter in inspect.signature(builder).parameters.values():
        strategy = made(hints[parameter.name], parameter.name, name)
        (required if parameter.default is parameter.empty else optional)[parameter.name] = strategy
    return st.fixed_dictionaries(required, optional=optional)


def accepted(result: Any) -> None:  # noqa: C901 - a table of kinds
    match result:
        case None:
            return
        case str():
            assert "<!channel" not in result
            assert not CONTROL.search(result)
        case tuple():
            for each in result:
                accepted(each)
        case list():
            if result and all("action_id" in each for each in result):
                assert not check_message([actions(*result)])
            elif result and all(isinstance(each, dict) and "type" in each for each in result):
                assert not check_message(result)
            no_forgery(result)
        case {"type": "modal" | "home"}:
            taken_view(result)
            no_forgery({key: value for key, value in result.items() if key != "private_metadata"})
        case {"type": _, "action_id": _} | {"text": {"type": _}, "value": _}:
            no_forgery(result)
        case {"type": _}:
            # A block; an input block has its place in a form alone.
            if result["type"] == "input":
                view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [result]}
                assert not check_view(view | {"submit": {"type": "plain_text", "text": "x"}})
            else:
                assert not check_message([result])
            no_forgery(result)
        case {"text": str()}:
            blocks = result.get("blocks")
            assert not (check_message(list(blocks)) if blocks else [])
            no_forgery(blocks)
        case _ if hasattr(result, "blocks"):
            taken(result)
        case _:
            raise AssertionError(f"what is a {type(result).__name__}?")


TRIED = [name for name in BUILDERS if name not in EXEMPT and not name.startswith(ELSEWHERE)]


@pytest.mark.parametrize("name", TRIED)
def test_slack_takes_what_it_makes(name: str) -> None:
    builder = BUILDERS[name]

    @given(arguments(name, builder))
    @FEW
    def run(given_arguments: Json) -> None:
        accepted(builder(**given_arguments))

    run()


def test_the_walk_finds_the_builders_and_every_exemption_is_of_one() -> None:
    assert len(TRIED) > 60
    assert EXEMPT.keys() <= BUILDERS.keys()
