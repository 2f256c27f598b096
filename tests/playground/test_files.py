from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from tests.playground.world import Bot

CSV = b"title,priority\nLogin fails,high\n"


async def get(url: str, token: str | None) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert answer.status == 200
        return answer.content_type, await answer.read()


async def test_a_dropped_file_is_a_message_and_an_event(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    ts = await slack.person("ada").upload("general", "issues.csv", CSV)
    await slack.settled()
    shared = bot.event("file_shared")
    message = bot.event("message")

    assert (message["subtype"], message["ts"]) == ("file_share", ts)
    assert message["files"][0]["id"] == shared["file_id"] == shared["file"]["id"]
    assert (shared["channel_id"], shared["user_id"]) == ("C0GENERAL", "U0ADA")
    file = (await client.files_info(file=shared["file_id"]))["file"]
    assert (file["name"], file["filetype"], file["size"]) == ("issues.csv", "csv", len(CSV))
    assert file["shares"]["public"]["C0GENERAL"][0]["ts"] == ts


async def test_downloading_needs_the_token(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").upload("general", "issues.csv", CSV)
    await slack.settled()
    url = bot.event("message")["files"][0]["url_private_download"]

    assert await get(url, slack.bot_token) == ("text/csv", CSV)
    for token in (None, "xoxb-wrong"):
        kind, body = await get(url, token)
        assert kind == "text/html"
        assert CSV not in body


async def test_another_teams_token_downloads_nothing(slack: LocalSlack, bot: Bot) -> None:
    slack.add_team("T0OTHER")
    await slack.person("ada").upload("general", "issues.csv", CSV)
    await slack.settled()
    url = bot.event("message")["files"][0]["url_private"]

    async with aiohttp.ClientSession() as session:
        answer = await session.get(url, headers={"Authorization": f"Bearer {slack.token('T0OTHER')}"})
        assert answer.status == 404


async def test_the_bot_uploads_as_the_sdk_does(slack: LocalSlack, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(
        channel="C0GENERAL",
        filename="report.csv",
        content=CSV.decode(),
        initial_comment="Here",
        title="Report",
    )
    message = slack.person("ada").messages("general")[-1]

    assert answer["ok"]
    assert message["text"] == "Here"
    assert (message["files"][0]["name"], message["files"][0]["title"]) == ("report.csv", "Report")
    assert slack.state.contents[message["files"][0]["id"]] == CSV


async def test_a_file_of_another_length_is_refused(slack: LocalSlack, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.csv", length=5)
    async with aiohttp.ClientSession() as session:
        answer = await session.post(ticket["upload_url"], data=CSV)
        assert answer.status == 400

    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "a"}])


async def test_files_go_only_where_the_bot_is(client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.csv", length=len(CSV))
    async with aiohttp.ClientSession() as session:
        await session.post(ticket["upload_url"], data=CSV)
    files = [{"id": ticket["file_id"], "title": "a"}]

    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.files_completeUploadExternal(files=files, channel_id="C0RANDOM")
    assert (await client.files_completeUploadExternal(files=files, channel_id="C0GENERAL"))["ok"]


async def test_an_unseen_file_does_not_exist(slack: LocalSlack, client: AsyncWebClient) -> None:
    grace = slack.person("grace")
    channel = (await grace.open_dm("ada"))["id"]
    await grace.upload(channel, "secret.csv", CSV)
    (file_id,) = slack.state.files

    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file=file_id)
