"""Slack's requests are read as they were sent, whatever words are in them."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import read_request

FORM = "application/x-www-form-urlencoded"
WORDS = st.text(st.characters(codec="utf-8"), max_size=40)


def body(text: str, kind: str = FORM) -> object:
    return read_request(text, query="", headers={"Content-Type": kind}, kind=kind).body


@given(fields=st.dictionaries(WORDS.filter(lambda name: name not in ("", "payload")), WORDS, min_size=1))
def test_a_form_is_read_as_the_standard_library_reads_it(fields: dict[str, str]) -> None:
    text = urlencode(fields)
    assert body(text) == dict(parse_qsl(text, keep_blank_values=True)) == fields


@pytest.mark.parametrize("said", ["new The payload is broken", "payload", "payload=1&text=x", ""])
def test_a_command_may_say_payload(said: str) -> None:
    assert body(urlencode({"command": "/issue", "text": said})) == {"command": "/issue", "text": said}


@given(payload=st.dictionaries(WORDS, WORDS))
def test_a_button_or_view_is_what_its_payload_says(payload: dict[str, str]) -> None:
    assert body(urlencode({"payload": json.dumps(payload)})) == payload


def test_an_event_is_json() -> None:
    assert body('{"type": "event_callback"}', "application/json") == {"type": "event_callback"}


@pytest.mark.parametrize("text", ["payload=%7B", "payload=", "payload=nothing"])
def test_what_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        body(text)
