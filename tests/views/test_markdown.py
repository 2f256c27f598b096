"""Descriptions survive the way to Slack's editor and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blocks import check_message
from handlers.views.excerpts import cut
from handlers.views.markdown import rich_text_block, to_plain, to_rich_text
from handlers.views.mrkdwn import to_markdown as from_mrkdwn
from handlers.views.rich_text import to_markdown

Json = dict[str, Any]


def test_formatting_lists_quotes_and_code_come_back_as_they_were() -> None:
    text = (
        "Steps, **bold** and *italic* and ~~gone~~ and `code`:\n\n- one\n- two\n    - deeper\n\n"
        "> quoted\n> more\n\n```\nif x:\n    *y*\n```\n\nsee [docs](https://example.com/a) <@U1> :tada:"
    )
    block = rich_text_block(text)
    assert to_markdown(block) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("snake_case_name", "snake_case_name"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("a \\*b\\*", "a *b*"),
        ("# no heading", "# no heading"),
        ("10:30:45", "10:30:45"),
    ],
)
def test_what_is_no_mark_is_shown_letter_by_letter(text: str, shown: str) -> None:
    assert to_plain(text) == shown


def test_quotes_in_quotes_are_shown_however_deep() -> None:
    for depth in (1, 19, 20, 21, 5000):
        (quote,) = to_rich_text(">" * depth + "x\n" + "> " * depth + "y")
        assert quote == {"type": "rich_text_quote", "elements": [{"type": "text", "text": "x\ny"}]}


def test_slack_s_own_marks_are_translated() -> None:
    sent = "*bold* _it_ ~s~ `a&amp;b` &lt;b&gt; <https://example.com|docs> <@U1|ada>\n&gt; quoted\n• point"
    assert from_mrkdwn(sent) == (
        "**bold** *it* ~~s~~ `a&b` <b> [docs](https://example.com) <@U1>\n> quoted\n- point"
    )


_SHOWN = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
_LETTERS = st.text(_SHOWN, min_size=1, max_size=30)
_STYLE = st.dictionaries(st.sampled_from(["bold", "italic", "strike"]), st.just(True), max_size=3)


def _normal(elements: list[Json]) -> list[tuple[str, frozenset[str], str]]:
    """Letter by letter, each with its style; spaces have none, for a mark cannot stand beside one."""
    letters: list[tuple[str, frozenset[str], str]] = []
    for element in elements:
        style = frozenset(element.get("style") or ())
        for letter in element["text"]:
            letters.append((letter, frozenset() if letter.isspace() else style, element["type"]))
    return letters


@given(st.lists(st.tuples(_LETTERS, _STYLE), min_size=1, max_size=6))
@settings(max_examples=300)
def test_any_styled_text_survives_the_round_trip(runs: list[tuple[str, Json]]) -> None:
    elements = [
        {"type": "text", "text": text} | ({"style": style} if style else {})
        for text, style in runs
        if "://" not in text
    ]
    section = {"type": "rich_text_section", "elements": elements}
    written = to_markdown({"type": "rich_text", "elements": [section]})
    again = to_rich_text(written)
    before = _strip(_normal(elements))
    after = _strip([letter for block in again for letter in _normal(block["elements"])])
    assert after == before


def _strip(letters: list[tuple[str, frozenset[str], str]]) -> list[tuple[str, frozenset[str], str]]:
    return [letter for letter in letters if not letter[0].isspace()]


@given(st.text())
@settings(max_examples=300)
def test_reading_what_was_written_changes_nothing_more(text: str) -> None:
    once = to_markdown(rich_text_block(text))
    assert to_markdown(rich_text_block(once)) == once


@given(st.text(), st.integers(1, 400))
def test_an_excerpt_of_anything_is_a_valid_block(text: str, letters: int) -> None:
    block = cut(text, letters)
    if block is not None:
        assert not check_message([block])


def test_numbers_colours_of_skin_and_what_stands_in_a_quote_come_back() -> None:
    text = (
        "1. one\n    - between\n2. two\n3. three\n\n"
        "waves :wave::skin-tone-3: twice<:wave::skin-tone-4:>\n\n"
        "> intro\n\n> - in a quote\n\n> ```\n> code\n> ```\n\n> \\- no list"
    )
    block = rich_text_block(text)
    assert block is not None
    assert not check_message([block])
    assert to_markdown(block) == text
    lists = [each for each in block["elements"] if each["type"] == "rich_text_list"]
    assert [each.get("offset", 0) for each in lists] == [0, 0, 1, 0]
    assert [each.get("border", 0) for each in lists] == [0, 0, 0, 1]
    assert {"type": "emoji", "name": "wave", "skin_tone": 3} in block["elements"][3]["elements"]
    assert ":wave::skin-tone-3:" in to_plain(text)


@pytest.mark.parametrize("shown", [":wave::skin-tone-3:", "- no list", "1. no list", "> no quote"])
def test_what_was_typed_as_letters_in_a_quote_stays_letters(shown: str) -> None:
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": shown}]}
    written = to_markdown({"type": "rich_text", "elements": [quote]})
    assert to_rich_text(written) == [quote]
