"""Whatever a button carries that Lodge cannot read is answered with a sentence, and is no failure of Lodge."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.background import BackgroundTasks
from bot.playground import LocalSlack
from bot.process import Options, running
from tests.bot.test_server import post, signed
from tests.scenarios.stories import STORIES
from tests.settings import settings_for

GARBLED = (
    "garbled",
    "a:b",
    "",
    "7",
    "[]",
    "null",
    "{}",
    '{"kind": 1}',
    "9" * 40,
    f"x:{'9' * 40}",
    "a:b:c:d:e:f:g",
)


def press(slack: LocalSlack, action_id: str, value: str) -> bytes:
    channel, ada = slack.channel("general"), slack.person("ada")
    action = {"action_id": action_id, "type": "button", "value": value, "action_ts": f"{time.time():.6f}"}
    # What a menu of people tells of is Slack's own.
    action["selected_user"] = ada.user.id
    # Rows of lists carry something in the ids of their blocks, too.
    for kind in ("list", "search", "card", "row"):
        if len(value) % 4 == len(kind) % 4:
            action["block_id"] = f"{kind}:{value}:1:{value}:{value}:{value}:{value}"
    body = {
        "type": "block_actions",
        "team": {"id": slack.team_id, "domain": "x"},
        "user": {"id": ada.user.id, "team_id": slack.team_id},
        "channel": {"id": channel.id},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": channel.id},
        "message": {"type": "message", "ts": "1.1", "text": "x"},
        "trigger_id": f"1.{time.perf_counter_ns()}",
        "response_url": f"{slack.url}/response/none",
        "actions": [{"block_id": "x"} | action],
    }
    return urlencode({"payload": json.dumps(body)}).encode()


async def test_no_button_fails_over_what_it_carries(db_url: str, caplog: pytest.LogCaptureFixture) -> None:
    names = sorted(name for name in STORIES if name.startswith("action "))
    assert len(names) > 60
    async with (
        LocalSlack(rate_limits="off") as slack,
        aiohttp.ClientSession() as http,
        running(settings_for(slack, db_url), Options()) as process,
    ):
        for name in names:
            for value in GARBLED:
                body = press(slack, name.removeprefix("action "), value)
                status, _ = await post(http, process, body, signed(slack, body))
                assert status == 200, (name, value)
        background = process.services.background
        assert isinstance(background, BackgroundTasks)
        await background.drain(30)
    failed = [record.exc_info for record in caplog.records if record.getMessage() == "a listener failed"]
    # Forms are opened, as far as Slack lets them: nobody pressed anything.
    assert {
        repr(error[1]) for error in failed if error and "invalid_trigger_id" not in str(error[1])
    } == set()
