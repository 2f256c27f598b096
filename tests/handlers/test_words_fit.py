"""What Lodge says in Slack is all in the catalogues, and whole where there is little room, in every language."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from handlers.views import blocks
from handlers.words import LOCALES, words

ROOT = Path(__file__).parents[2]
# Where the builders would cut what is longer.
ROOM = {
    "modal": {"title": 24, "submit": 24, "close": 24},
    "button": {"text": 75},
    "option": {"text": 75, "description": 75},
    "confirm": {"title": 100, "text": 300, "yes": 30, "no": 30},
    "header": {"text": 150},
    "static_select": {"placeholder": 150},
    "multi_static_select": {"placeholder": 150},
    "external_select": {"placeholder": 150},
    "multi_external_select": {"placeholder": 150},
    "users_select": {"placeholder": 150},
    "date_picker": {"placeholder": 150},
    "text_input": {"placeholder": 150},
    "rich_text_input": {"placeholder": 150},
}
SAID = {name: set(places) for name, places in ROOM.items()} | {
    "section": {"text"},
    "input_block": {"label", "hint"},
    "Reply": {"text"},
    # Examples of what is typed there are the same in every language.
    "text_input": set(),
}
# Ids that reach their place through a parameter, and the small dialog that tells of an error.
ELSEWHERE = {"form-save": 24, "clash-apply": 24, "error-title": 24, "error-close": 24}
# Families that are told of by longer texts, never in those places.
TOLD = ("change-", "help-", "usage-")
# What people call things by is cut where it is too long, but what surrounds it is not.
KEY, NAME = "LDG-12345", "n" * 40
# Marks of Slack's own, and code: no words.
MARKS = re.compile(r"<[^>]*>|`[^`]*`")


class Function:
    """One function, in which names stand for what is assigned to them."""

    def __init__(self, node: ast.AST) -> None:
        self.node = node
        self.assigned: dict[str, list[ast.expr]] = {}
        for each in ast.walk(node):
            if isinstance(each, ast.Assign):
                for target in each.targets:
                    if isinstance(target, ast.Name):
                        self.assigned.setdefault(target.id, []).append(each.value)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        for each in ast.walk(self.node):
            if isinstance(each, ast.Call):
                name = each.func.id if isinstance(each.func, ast.Name) else getattr(each.func, "attr", "")
                yield name, each

    def meant(self, value: ast.expr) -> list[ast.expr]:
        return self.assigned.get(value.id, []) if isinstance(value, ast.Name) else [value]

    def ids(self, value: ast.expr) -> Iterator[str]:
        """Of messages said in it."""
        for expression in self.meant(value):
            for each in ast.walk(expression):
                if isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "plain" and each.args:
                    for said in self.meant(each.args[0]):
                        yield from _ids(said)


def _ids(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.IfExp):
        yield from _ids(said.body)
        yield from _ids(said.orelse)
    elif isinstance(said, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w-]+" for p in said.values]
        # What is there by its whole name somewhere has another use.
        made = re.compile(re.sub(r"^\[.*?\+", "[a-z]+", "".join(parts)))
        yield from (m for m in MESSAGES if made.fullmatch(m) and m not in NAMED and not m.startswith(TOLD))
    elif isinstance(said, ast.Constant) and said.value in MESSAGES:
        yield str(said.value)


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _functions() -> Iterator[tuple[Path, Function]]:
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield path, Function(node)


def _given(call: ast.Call, builder: str) -> dict[str, ast.expr]:
    """The arguments by the names of the builder's parameters."""
    made = getattr(blocks, builder, None)
    names = list(inspect.signature(made).parameters) if made is not None else []
    given = dict(zip(names, call.args, strict=False))
    return given | {each.arg: each.value for each in call.keywords if each.arg}


class _Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - Fluent's name
        self.found.add(node.id.name)


def _messages() -> dict[str, set[str]]:
    """Ids, each with its variables."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "handlers" / "locales" / "en").glob("*.ftl"):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, fluent.Message):
                variables = _Variables()
                variables.visit(entry)
                found[entry.id.name] = variables.found
    return found


MESSAGES = _messages()
NAMED = {
    node.value
    for _, tree in _trees()
    for node in ast.walk(tree)
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


def _rooms() -> dict[str, int]:
    """How many letters each message has room for."""
    rooms = dict(ELSEWHERE)
    for _, function in _functions():
        for name, call in function.calls():
            given = _given(call, name) if name in ROOM else {}
            for place, room in ROOM.get(name, {}).items():
                for message_id in function.ids(given[place]) if place in given else ():
                    rooms[message_id] = min(room, rooms.get(message_id, room))
    return rooms


def _said(message_id: str, locale: str) -> Iterator[str]:
    speech = words(locale)
    for count in (0, 1, 365, 1000, 12345):
        given = dict.fromkeys(MESSAGES[message_id], count) | {
            name: KEY if name == "key" else NAME
            for name in MESSAGES[message_id] & {"key", "name", "into", "label", "title"}
        }
        yield speech.plain(message_id, **given)


@pytest.mark.parametrize("locale", LOCALES)
def test_titles_buttons_and_placeholders_are_whole(locale: str) -> None:
    rooms = _rooms()
    assert {"create-form-title", "schedule-title-edit", "home-new", "token-revoke-text"} <= rooms.keys()
    cut = {
        (message_id, said, room)
        for message_id, room in rooms.items()
        for said in _said(message_id, locale)
        if len(said) > room
    }
    assert not cut


@pytest.mark.parametrize("locale", LOCALES)
def test_what_slack_shows_letter_by_letter_has_no_marks_of_formatting(locale: str) -> None:
    plainly = {
        message_id
        for _, function in _functions()
        for name, call in function.calls()
        if name == "plain" and isinstance(call.func, ast.Attribute)
        for message_id in function.ids(call)
    }
    assert {"saved-query-hint", "home-new"} <= plainly
    assert not {
        (each, said)
        for each in plainly
        for said in _said(each, locale)
        if "`" in said or "*" in said.replace("* *", "")
    }


def test_nothing_is_said_but_by_the_catalogues() -> None:
    strays = set()
    for path, function in _functions():
        for name, call in function.calls():
            given = _given(call, name) if name in SAID else {}
            said = [given[place] for place in SAID.get(name, ()) if place in given]
            if name in ("Mrkdwn", "context"):
                said += call.args
            strays |= {(path.name, text) for each in said for text in _literals(each)}
    assert not strays


def _literals(said: ast.expr) -> Iterator[str]:
    """Words written out in it, outside the calls it makes."""
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        text = said.value
    elif isinstance(said, ast.JoinedStr):
        text = "".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in said.values)
    else:
        return
    if re.search("[^\\W\\d_]{2}", MARKS.sub("", text)):
        yield text
