"""What a message says, whoever or whatever posted it, and the title that it gives an issue."""

from __future__ import annotations

from typing import Any

import pytest

from db import limits
from handlers.views.messages import markdown_of, named_in_title, title_of, with_link
from handlers.words import words

Json = dict[str, Any]


def rich(*elements: Json) -> Json:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_what_a_program_posts_in_blocks_is_read_whole() -> None:
    message = {
        "bot_id": "B1",
        "text": "",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Disk *full*"}},
            {"type": "divider"},
            section("on <https://example.com|db-1> &amp; db-2"),
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Since:* noon"}]},
            {
                "type": "context",
                "elements": [
                    {"type": "image", "image_url": "https://example.com/i.png", "alt_text": "logo"},
                    {"type": "mrkdwn", "text": "Prometheus"},
                ],
            },
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Ack"}}],
            },
        ],
    }
    assert markdown_of(message) == (
        "Disk \\*full\\*\n\non [db-1](https://example.com) & db-2\n\n**Since:** noon\n\nPrometheus"
    )
    assert title_of(message) == "Disk *full*"


def test_what_a_program_posts_in_attachments_is_read_whole() -> None:
    message = {
        "bot_id": "B1",
        "text": "New alert",
        "attachments": [
            {
                "fallback": "never read",
                "title": "Disk full [prod]",
                "title_link": "https://example.com/1",
                "text": "db-1 is *full*",
                "fields": [{"title": "Since", "value": "noon"}],
            },
            {"blocks": [section("second")]},
            {"fallback": "third"},
        ],
    }
    assert markdown_of(message) == (
        "New alert\n\n[Disk full (prod)](<https://example.com/1>)\n\ndb-1 is **full**\n\nSince: noon"
        "\n\nsecond\n\nthird"
    )


def test_previews_of_what_a_person_linked_are_not_their_words() -> None:
    message = {"text": "see <https://example.com>", "attachments": [{"text": "A page", "title": "Page"}]}
    assert markdown_of(message) == "see https://example.com"


def test_a_message_that_somebody_passes_on_is_what_it_says() -> None:
    message = {"user": "U1", "text": "", "attachments": [{"is_share": True, "text": "The *lift* is stuck"}]}
    assert markdown_of(message) == "The **lift** is stuck"
    assert title_of(message) == "The lift is stuck"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("```\nValueError: x\n```\nsince noon", "ValueError: x"),
        ("&gt; quoted\nanswer", "quoted"),
        ("• one\n• two", "one"),
        ("\n\n  *Boiler*  leaks\n", "Boiler leaks"),
        ("<https://example.com|the page> is down", "the page is down"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        (":fire:", ":fire:"),
        ("x" * 200, "x" * 119 + "…"),
    ],
)
def test_a_title_is_the_first_line_that_says_something(text: str, title: str) -> None:
    assert title_of({"text": text}) == title


def test_a_title_names_whom_the_message_mentions() -> None:
    message = {
        "blocks": [
            rich(
                {"type": "user", "user_id": "U1"},
                {"type": "text", "text": " and "},
                {"type": "user", "user_id": "U2"},
                {"type": "text", "text": ": see "},
                {"type": "channel", "channel_id": "C1"},
            )
        ]
    }
    assert named_in_title(message) == (["U1", "U2"], ["C1"])
    assert title_of(message, {"U1": "Ada", "C1": "general"}) == "@Ada and <@U2>: see #general"
    assert title_of({"text": "<@U1> " * 100}, {"U1": "Ada"}).startswith("@Ada @Ada")


def test_files_alone_are_a_message() -> None:
    message = {"text": "", "files": [{"title": "shot[1].png", "permalink": "https://example.com/f/1"}]}
    assert markdown_of(message) == "[shot(1).png](<https://example.com/f/1>)"
    assert title_of(message) == "shot(1).png"


def test_the_way_back_is_kept_where_there_is_room() -> None:
    link = "https://example.com/archives/C1/p1"
    assert with_link("", None, words("en")) == ""
    assert with_link("why", link, words("en")) == f"why\n\n[Original message ↗](<{link}>)"
    full = "x" * limits.TEXT_MAX
    assert with_link(full, link, words("en")) == full
