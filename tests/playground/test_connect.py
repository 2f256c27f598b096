"""Slack Connect: channels that another organization is in too."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from tests.playground.world import Bot


async def test_a_shared_channel_says_so(slack: LocalSlack, client: AsyncWebClient) -> None:
    before = (await client.conversations_info(channel="C0GENERAL"))["channel"]
    slack.share_outside("general")
    after = (await client.conversations_info(channel="C0GENERAL"))["channel"]

    assert (before["is_shared"], before["is_ext_shared"]) == (False, False)
    assert (after["is_shared"], after["is_ext_shared"]) == (True, True)


async def test_its_events_say_so(slack: LocalSlack, bot: Bot) -> None:
    slack.share_outside("general")
    await slack.person("ada").send("general", "x")
    await slack.person("ada").invite("product", "U0LODGEBOT")
    await slack.person("ada").send("product", "y")
    await slack.settled()

    told = {
        item.payload["event"]["text"]: item.payload["is_ext_shared_channel"] for item in bot.of("message")
    }
    assert (told["x"], told["y"]) == (True, False)


async def test_its_files_must_be_asked_for(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    slack.share_outside("general")
    await slack.person("ada").upload("general", "issues.csv", b"a,b\n")
    await slack.settled()
    (file,) = bot.event("message")["files"]
    whole = (await client.files_info(file=file["id"]))["file"]

    assert (file["file_access"], file["mode"]) == ("check_file_info", "file_access")
    assert not {"name", "url_private", "url_private_download"} & set(file)
    assert (whole["name"], whole["file_access"]) == ("issues.csv", "visible")
    assert slack.person("ada").messages("general")[-1]["files"][0]["name"] == "issues.csv"
