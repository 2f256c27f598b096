"""Whatever an app sends, it is answered as Slack answers: never with a crash."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground import LocalSlack
from bot.playground.api.dispatch import METHODS
from bot.playground.blocks import Fault, characters, check_message, check_view
from bot.playground.wire import Json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
KEYS = st.sampled_from(
    [
        "type",
        "text",
        "blocks",
        "elements",
        "element",
        "options",
        "option_groups",
        "accessory",
        "fields",
        "rows",
        "label",
        "value",
        "title",
        "action_id",
        "block_id",
        "chart",
        "series",
        "initial_option",
        "confirm",
        "child_blocks",
        "submit",
        "image_url",
    ]
)
TYPES = st.sampled_from(
    [
        "section",
        "actions",
        "input",
        "context",
        "header",
        "table",
        "data_table",
        "data_visualization",
        "rich_text",
        "card",
        "carousel",
        "container",
        "button",
        "static_select",
        "plain_text_input",
        "mrkdwn",
        "plain_text",
        "modal",
        "home",
        "raw_text",
    ]
)
ANYTHING = st.recursive(
    SCALARS | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TYPED = st.builds(
    lambda kind, rest: {**rest, "type": kind}, TYPES, st.dictionaries(KEYS, ANYTHING, max_size=4)
)


@given(blocks=st.lists(TYPED, max_size=3) | ANYTHING)
@settings(max_examples=300, deadline=None)
def test_junk_blocks_are_faults_or_fine(blocks: Any) -> None:
    assert all(isinstance(fault, Fault) for fault in check_message(blocks))
    if isinstance(blocks, list):
        assert characters(blocks) >= 0


@given(view=TYPED | ANYTHING)
@settings(max_examples=300, deadline=None)
def test_a_junk_view_is_faults_or_fine(view: Any) -> None:
    assert all(isinstance(fault, Fault) for fault in check_view(view))


JUNK: list[Any] = [-1, True, "x", "[1]", '{"x":1}', [], [1], {}, {"x": 1}]
NAMES: tuple[str, ...] = (
    *("attachments", "blocks", "channel", "cursor", "files", "limit", "metadata", "outputs", "text"),
    *("thread_ts", "types", "unfurls", "user", "users", "view"),
)


@pytest.mark.parametrize("method", METHODS)
async def test_junk_arguments_are_refused(slack: LocalSlack, method: str) -> None:
    token = slack.app_token if method.startswith("apps.conn") else slack.bot_token
    url = f"{slack.api_url}{method}"
    headers = {"Authorization": f"Bearer {token}"}
    ts = await slack.person("ada").send("general", "x")
    known: Json = {
        "channel": "C0GENERAL",
        "text": "x",
        "ts": ts,
        "timestamp": ts,
        "message_ts": ts,
        "user": "U0ADA",
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        for name in NAMES:
            for value in JUNK:
                body = known | {name: value}
                async with session.post(url, json=body) as answer:
                    assert answer.status == 200, (name, value)
                    assert isinstance((await answer.json())["ok"], bool)


@pytest.mark.parametrize(
    ("data", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"\xff", "application/json", "invalid_json"),
        (b"x", "text/plain", "invalid_post_type"),
    ],
)
async def test_a_body_must_be_one_of_slacks(slack: LocalSlack, data: bytes, kind: str, error: str) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.api_url}auth.test", data=data, headers={"Content-Type": kind})

        assert (await answer.json())["error"] == error


async def test_a_token_in_the_address_is_not_looked_at(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{slack.api_url}auth.test", params={"token": slack.bot_token})
        form = await session.post(f"{slack.api_url}auth.test", data={"token": slack.bot_token})

        assert (await answer.json())["error"] == "not_authed"
        assert (await form.json())["ok"]


@pytest.mark.parametrize(
    "body", ["{", "[]", json.dumps({"text": 5, "blocks": 7}), json.dumps({"thread_ts": {}})]
)
async def test_a_junk_answer_to_a_response_url_is_refused(slack: LocalSlack, body: str) -> None:
    key = slack.service.responses.issue(team_id="T0HARBOUR", channel_id="C0GENERAL", user_id="U0ADA")
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.url}/response/{key}", data=body)

    assert answer.status == 400
