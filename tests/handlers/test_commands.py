"""The word after the command finds its capability."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import Call, Commands, Reply, typed


async def _answer(call: Call) -> Reply:
    return Reply(text=call.text)


@pytest.fixture(scope="module")
def commands() -> Commands:
    made = Commands(cast("Any", None))
    for name in ("new", "show", "list", "close", "assign"):
        made.add(name, _answer, aliases=("ls",) if name == "list" else ())
    return made


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("", "new", ""),
        ("   ", "new", ""),
        ("new Login fails", "new", "Login fails"),
        ("LIST status:open", "list", "status:open"),
        ("ls", "list", ""),
        ("LDG-42", "show", "LDG-42"),
        ("#42", "show", "#42"),
        ("ldg-42 close not planned", "close", "ldg-42 not planned"),
    ],
)
def test_a_word_or_a_key_leads_there(commands: Commands, text: str, name: str, rest: str) -> None:
    found, left = commands.route(text)
    assert found is not None
    assert (found.name, left) == (name, rest)


@pytest.mark.parametrize(
    ("word", "nearest"), [("lsit", "list"), ("asign", "assign"), ("clsoe", "close"), ("xyzzy", None)]
)
def test_an_unknown_word_has_a_nearest(commands: Commands, word: str, nearest: str | None) -> None:
    assert commands.route(word)[0] is None
    assert commands.nearest(word) == nearest


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<@U1|ada> in <#C1|general>", "<@U1> in <#C1>"),
        ("<https://example.com|example.com>", "example.com"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
    ],
)
def test_what_was_typed_is_read_from_what_slack_sends(raw: str, text: str) -> None:
    assert typed(raw) == text


def test_two_capabilities_cannot_share_a_word(commands: Commands) -> None:
    with pytest.raises(ValueError, match="two subcommands"):
        commands.add("ls", _answer)


@given(st.text())
def test_no_text_breaks_the_router(commands: Commands, text: str) -> None:
    found, left = commands.route(text)
    assert found is not None or left == text
