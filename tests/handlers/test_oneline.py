"""One line becomes an issue, or is answered with what could not be read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.states import Priority
from handlers.oneline import OneLine, Somebody, read
from handlers.words import words

TODAY = date(2026, 3, 4)  # a Wednesday


def line(text: str) -> OneLine:
    return read(text, TODAY, words("en"))


def test_every_mark_is_taken_out_of_the_title() -> None:
    found = line("Login fails on Safari <@U1|ada> +bug +ui !high due:friday")
    assert found.title == "Login fails on Safari"
    assert found.assignees == [Somebody(slack_user_id="U1")]
    assert found.labels == ["bug", "ui"]
    assert found.priority is Priority.HIGH
    assert found.due_on == date(2026, 3, 6)
    assert not found.problems


def test_a_name_typed_without_slack_s_list_is_looked_up() -> None:
    assert line("Broken @ada").assignees == [Somebody(name="ada")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('"Say +1 or !now"', "Say +1 or !now"),
        ('The "Save +x" button', 'The "Save +x" button'),
        ("Give +1 to this", "Give +1 to this"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("See <https://example.com|example.com> now", "See example.com now"),
        ("Ask in <#C1|general>", "Ask in #general"),
        ("Watch out!", "Watch out!"),
        ("mail a@example.com", "mail a@example.com"),
    ],
)
def test_what_is_no_mark_stays_in_the_title(text: str, title: str) -> None:
    found = line(text)
    assert found.title == title
    assert not found.problems


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Broken !whenever", "!whenever"),
        ("Broken due:someday", "due:someday"),
        ("+bug !high", "title"),
        ("Broken <@U1> <@U2>", "assignee"),
        ("Broken !high !low", "priority"),
        ("Broken +" + "x" * 51, "too long"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, part: str) -> None:
    problems = line(text).problems
    assert len(problems) == 1
    assert part in problems[0]


def test_further_lines_are_the_description() -> None:
    found = line("Broken +bug\nFirst *this*\nthen that +not-a-label")
    assert found.title == "Broken"
    assert found.labels == ["bug"]
    assert found.description == "First *this*\nthen that +not-a-label"


def test_a_due_day_can_have_spaces_in_quotes() -> None:
    assert line('Broken due:"next monday"').due_on == date(2026, 3, 9)


@given(st.text())
def test_no_line_breaks_the_reader(text: str) -> None:
    found = line(text)
    assert found.title or found.problems
