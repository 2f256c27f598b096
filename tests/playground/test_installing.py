"""The OAuth round and several workspaces."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from tests.playground.world import Bot

# The SDK authenticates this one call by a class that aiohttp is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

REDIRECT = "http://127.0.0.1:1/slack/oauth_redirect"


async def allow(slack: LocalSlack, decision: str = "allow", team: str = "T0HARBOUR") -> dict[str, str]:
    """What comes back to the redirect URI after the page was answered."""
    query = {
        "client_id": slack.config.client_id,
        "scope": "chat:write,commands",
        "state": "s1",
        "redirect_uri": REDIRECT,
    }
    url = f"{slack.url}/oauth/v2/authorize"
    async with aiohttp.ClientSession() as session:
        page = await session.get(url, params=query)
        assert page.status == 200
        assert "chat:write, commands" in await page.text()
        form = {**query, "team": team, "decision": decision}
        answer = await session.post(url, data=form, allow_redirects=False)
    location = answer.headers["Location"]
    assert location.startswith(REDIRECT)
    return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}


async def exchange(slack: LocalSlack, code: str, secret: str | None = None) -> AsyncWebClient:
    client = AsyncWebClient(base_url=slack.api_url)
    answer = await client.oauth_v2_access(
        client_id=slack.config.client_id,
        client_secret=secret or slack.config.client_secret,
        code=code,
        redirect_uri=REDIRECT,
    )
    assert answer["scope"] == "chat:write,commands"
    return AsyncWebClient(token=answer["access_token"], base_url=slack.api_url)


async def test_allow_gives_a_code_and_the_code_a_token(slack: LocalSlack, client: AsyncWebClient) -> None:
    back = await allow(slack)
    fresh = await exchange(slack, back["code"])

    assert back["state"] == "s1"
    assert (await fresh.auth_test())["team_id"] == "T0HARBOUR"
    with pytest.raises(SlackApiError, match="missing_scope"):
        await fresh.users_list()
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()


async def test_a_code_works_once(slack: LocalSlack) -> None:
    back = await allow(slack)
    await exchange(slack, back["code"])

    with pytest.raises(SlackApiError, match="code_already_used"):
        await exchange(slack, back["code"])
    with pytest.raises(SlackApiError, match="invalid_code"):
        await exchange(slack, "made-up")


async def test_the_secret_must_be_right(slack: LocalSlack) -> None:
    back = await allow(slack)

    with pytest.raises(SlackApiError, match="bad_client_secret"):
        await exchange(slack, back["code"], "wrong")


async def test_cancel_says_so(slack: LocalSlack) -> None:
    assert await allow(slack, "deny") == {"state": "s1", "error": "access_denied"}


async def test_an_unknown_client_gets_no_page(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{slack.url}/oauth/v2/authorize", params={"client_id": "x"})

    assert answer.status == 400


async def test_another_workspace_delivers_as_itself(slack: LocalSlack, bot: Bot) -> None:
    slack.add_team("T0OTHER", "Other")
    other = slack.person("ada", team="T0OTHER")
    await other.send("general", "x")
    await slack.settled()
    envelope = bot.payload("message")

    assert other.id == "U0OTHERADA"
    assert (envelope["team_id"], envelope["event"]["team"]) == ("T0OTHER", "T0OTHER")
    assert envelope["event"]["channel"] == "C0OTHERGENERAL"
    assert slack.person("ada").messages("general") == []
