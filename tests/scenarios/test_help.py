"""What the command says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.query.terms import DateField, EmptyField, PersonField, RefField, SortKey
from db.query.words import CHOICES, FIELDS, IS_WORDS
from tests.scenarios.conftest import Lodge, said


async def test_help_lists_what_there_is(lodge: Lodge) -> None:
    answer = said(await lodge.ask("ada", "help"))
    assert "/issue list" in answer


async def test_an_unknown_word_names_the_nearest(lodge: Lodge) -> None:
    answer = said(await lodge.ask("ada", "lsit"))
    assert "lsit" in answer
    assert "/issue list" in answer


@pytest.mark.parametrize("language", ["en", "de"])
async def test_help_with_queries_names_every_field_value_and_order(lodge: Lodge, language: str) -> None:
    reader = next(u.name for u in lodge.slack.state.users.values() if u.locale.startswith(language))
    answer = said(await lodge.ask(reader, "help query"))
    named = set(re.findall(r"`([^`]+)`", answer))
    words = {word for code in named for word in code.split()}
    assert {f"{field}:" for field in (*PersonField, *DateField, *RefField, "label")} <= words
    assert {f"is:{word}" for word in IS_WORDS} <= words
    assert {f"no:{word}" for word in EmptyField} <= words
    assert {f"sort:{key}" for key in SortKey} <= words
    for field, values in CHOICES.items():
        assert f"{field}:" in words
        assert {value.replace("_", "-") for value in values} <= words
    assert all(f"{field}:" in answer for field in FIELDS)


async def test_help_lists_every_command_and_tells_of_each(lodge: Lodge) -> None:
    everything = said(await lodge.ask("ada", "help"))
    table = (Path(__file__).parents[2] / "docs" / "use.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"(?m)^\|.*?`/issue ([a-z]+)", table.partition("## All commands")[2]))
    listed = set(re.findall(r"`/issue ([a-z]+)", everything))
    assert documented <= listed, documented - listed
    for name in sorted(listed):
        assert f"/issue {name}" in said(await lodge.ask("ada", f"help {name}"))
