"""How often each method may be called."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.api.dispatch import METHODS
from bot.playground.rates import Tier
from tests.playground.world import MANIFEST


@pytest.mark.parametrize(
    ("method", "tier"),
    [
        ("chat.postMessage", Tier.SPECIAL),
        ("chat.update", Tier.THREE),
        ("chat.delete", Tier.THREE),
        ("chat.unfurl", Tier.THREE),
        ("chat.postEphemeral", Tier.FOUR),
        ("conversations.list", Tier.TWO),
        ("conversations.history", Tier.THREE),
        ("conversations.replies", Tier.THREE),
        ("users.list", Tier.TWO),
        ("users.info", Tier.FOUR),
        ("views.open", Tier.FOUR),
        ("views.update", Tier.FOUR),
        ("views.push", Tier.FOUR),
        ("views.publish", Tier.FOUR),
        ("files.getUploadURLExternal", Tier.FOUR),
        ("files.completeUploadExternal", Tier.FOUR),
    ],
)
def test_each_method_has_slacks_tier(method: str, tier: Tier) -> None:
    assert METHODS[method].tier is tier


async def test_methods_and_workspaces_are_counted_apart() -> None:
    async with LocalSlack(manifest=MANIFEST, rate_limits="strict") as slack:
        slack.stop_clock()
        slack.add_team("T0OTHER")
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        other = AsyncWebClient(token=slack.token("T0OTHER"), base_url=slack.api_url)
        for _ in range(20):
            await client.users_list()
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.users_list()

        assert (await client.conversations_list())["ok"]
        assert (await other.users_list())["ok"]
