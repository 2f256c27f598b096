"""What Slack refuses, the local Slack refuses with the same words."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json
from tests.playground.world import MANIFEST, code, plain, refusal


@pytest.mark.parametrize(("token", "expected"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_a_token_must_be_known(slack: LocalSlack, token: str, expected: str) -> None:
    client = AsyncWebClient(token=token or None, base_url=slack.api_url)

    assert await code(client.auth_test()) == expected


async def test_an_app_token_opens_sockets_and_nothing_else(slack: LocalSlack, client: AsyncWebClient) -> None:
    assert (await client.apps_connections_open(app_token=slack.app_token))["url"].startswith("ws://")
    assert await code(client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await code(client.auth_test(token=slack.app_token)) == "not_allowed_token_type"


async def test_a_revoked_token_is_dead(client: AsyncWebClient) -> None:
    await client.auth_revoke()

    assert await code(client.auth_test()) == "token_revoked"


async def test_an_unknown_method_does_not_exist(client: AsyncWebClient) -> None:
    assert await code(client.api_call("chat.shout")) == "unknown_method"
    assert await code(client.api_call("files.upload")) == "method_deprecated"


async def test_a_scope_missing_from_the_manifest_is_named(client: AsyncWebClient) -> None:
    answer = await refusal(client.users_lookupByEmail(email="ada@harbour.example"))

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "users:read.email"
    assert "chat:write" in answer["provided"].split(",")


async def test_a_name_of_its_own_needs_a_scope(client: AsyncWebClient) -> None:
    answer = await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", username="Reporter"))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")


async def test_email_is_hidden_without_its_scope(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U0ADA"))["user"]

    assert "email" not in user["profile"]
    assert user["tz"] == "Europe/London"


async def test_channels_the_bot_is_not_in(slack: LocalSlack, client: AsyncWebClient) -> None:
    private = (await slack.person("ada").create_channel("secret", private=True))["id"]

    assert await code(client.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"
    assert await code(client.chat_postMessage(channel=private, text="x")) == "channel_not_found"
    assert await code(client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await code(client.conversations_history(channel="C0RANDOM")) == "not_in_channel"
    assert await code(client.conversations_info(channel=private)) == "channel_not_found"


async def test_an_archived_channel_takes_nothing(slack: LocalSlack, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0SUPPORT", text="x"))["ts"]
    await slack.person("ada").archive("support")

    assert await code(client.chat_postMessage(channel="C0SUPPORT", text="x")) == "is_archived"
    ephemeral = client.chat_postEphemeral(channel="C0SUPPORT", user=slack.person("ada").id, text="x")
    assert await code(ephemeral) == "is_archived"
    assert await code(client.chat_update(channel="C0SUPPORT", ts=ts, text="y")) == "is_inactive"
    assert await code(client.conversations_join(channel="C0SUPPORT")) == "is_archived"
    assert await code(client.conversations_leave(channel="C0SUPPORT")) == "is_archived"
    inviting = client.conversations_invite(channel="C0SUPPORT", users=slack.person("dennis").id)
    assert await code(inviting) == "is_archived"
    assert await code(client.reactions_add(channel="C0SUPPORT", timestamp=ts, name="eyes")) == "is_archived"
    upload = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    shared = client.files_completeUploadExternal(
        files=[{"id": upload["file_id"], "title": "a"}], channel_id="C0SUPPORT"
    )
    assert await code(shared) in {"is_archived", "file_not_found"}


async def test_archiving_takes_the_app_out_and_only_a_person_brings_the_channel_back(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    assert await code(client.conversations_archive(channel="C0GENERAL")) == "cant_archive_general"
    assert await code(client.conversations_unarchive(channel="C0SUPPORT")) == "not_archived"
    await client.conversations_archive(channel="C0SUPPORT")

    assert await code(client.conversations_archive(channel="C0SUPPORT")) == "already_archived"
    found = (await client.conversations_info(channel="C0SUPPORT"))["channel"]
    assert (found["is_archived"], found["is_member"]) == (True, False)
    assert await code(client.conversations_history(channel="C0SUPPORT")) == "not_in_channel"
    assert await code(client.conversations_unarchive(channel="C0SUPPORT")) == "not_in_channel"
    listed = (await client.conversations_list(exclude_archived=True))["channels"]
    assert "C0SUPPORT" not in [each["id"] for each in listed]

    await slack.person("ada").unarchive("support")
    assert await code(client.chat_postMessage(channel="C0SUPPORT", text="x")) == "not_in_channel"
    await client.conversations_join(channel="C0SUPPORT")
    assert (await client.chat_postMessage(channel="C0SUPPORT", text="x"))["ok"]


async def test_a_message_needs_content_of_a_sane_length(client: AsyncWebClient) -> None:
    post = client.chat_postMessage
    sections = [{"type": "section", "text": plain("x" * 2900)} for _ in range(5)]

    assert await code(client.api_call("chat.postMessage", json={"channel": "C0GENERAL"})) == "no_text"
    assert await code(post(channel="C0GENERAL", text="x" * 40_001)) == "msg_too_long"
    assert await code(post(channel="C0GENERAL", text="x", blocks=sections)) == "msg_blocks_too_long"
    assert await code(post(channel="C0GENERAL", text="x", blocks="{")) == "invalid_blocks_format"


async def test_faulty_blocks_are_pointed_at(client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": plain("ok")}, {"type": "section", "text": plain("x" * 3001)}]
    answer = await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_faulty_blocks_in_an_attachment_are_pointed_at(client: AsyncWebClient) -> None:
    attachments = [{"color": "#f00", "blocks": [{"type": "sectoin"}]}]
    answer = await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", attachments=attachments))

    assert "[json-pointer:/attachments/0/blocks/0]" in answer["response_metadata"]["messages"][0]


async def test_only_its_own_messages_can_be_changed(slack: LocalSlack, client: AsyncWebClient) -> None:
    ts = await slack.person("ada").send("general", "mine")
    own = (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ts"]

    assert await code(client.chat_update(channel="C0GENERAL", ts=ts, text="x")) == "cant_update_message"
    assert await code(client.chat_delete(channel="C0GENERAL", ts=ts)) == "cant_delete_message"
    assert await code(client.chat_update(channel="C0GENERAL", ts="1.000001", text="x")) == "message_not_found"
    assert await code(client.chat_update(channel="C0GENERAL", ts=own, text="x" * 4_001)) == "msg_too_long"


async def test_updating_with_text_alone_takes_the_blocks_away(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    blocks = [{"type": "divider"}]
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))["ts"]
    await client.chat_update(channel="C0GENERAL", ts=ts, text="y")

    message = slack.person("ada").messages("general")[-1]
    assert message["text"] == "y"
    assert "blocks" not in message


async def test_an_ephemeral_message_is_for_a_member_and_cannot_be_updated(client: AsyncWebClient) -> None:
    to_stranger = client.chat_postEphemeral(channel="C0PRODUCT", user="U0DENNIS", text="x")
    shown = await client.chat_postEphemeral(channel="C0PRODUCT", user="U0ADA", text="x")
    update = client.chat_update(channel="C0PRODUCT", ts=shown["message_ts"], text="y")

    assert await code(to_stranger) == "user_not_in_channel"
    assert await code(update) == "message_not_found"


async def test_a_second_message_within_a_second_is_too_many() -> None:
    async with LocalSlack(manifest=MANIFEST, rate_limits="strict") as slack:
        slack.stop_clock()
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel="C0GENERAL", text="one")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0GENERAL", text="two")
        await client.chat_postMessage(channel="C0PRODUCT", text="another channel")
        slack.advance(1)
        await client.chat_postMessage(channel="C0GENERAL", text="three")

        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert caught.value.response.headers["Retry-After"] == "1"


async def test_a_tier_allows_so_many_calls_a_minute() -> None:
    async with LocalSlack(manifest=MANIFEST, rate_limits="strict") as slack:
        slack.stop_clock()
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for _ in range(20):
            await client.users_list()
        with pytest.raises(SlackApiError) as caught:
            await client.users_list()

        assert caught.value.response.status_code == 429
        slack.advance(60)
        await client.users_list()


async def test_bursts_pass_when_realistic() -> None:
    async with LocalSlack(manifest=MANIFEST) as slack:
        slack.stop_clock()
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for _ in range(5):
            await client.chat_postMessage(channel="C0GENERAL", text="x")

        assert await code(client.chat_postMessage(channel="C0GENERAL", text="x")) == "ratelimited"


async def test_reactions_are_added_once(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ts"]
    await client.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes")
    add, remove = client.reactions_add, client.reactions_remove

    assert await code(add(channel="C0GENERAL", timestamp=ts, name="eyes")) == "already_reacted"
    assert await code(add(channel="C0GENERAL", timestamp=ts, name="not an emoji")) == "invalid_name"
    assert await code(remove(channel="C0GENERAL", timestamp=ts, name="tada")) == "no_reaction"
    assert await code(add(channel="C0GENERAL", timestamp="1.000001", name="eyes")) == "message_not_found"


async def test_another_team_is_out_of_reach(slack: LocalSlack) -> None:
    slack.add_team("T0OTHER")
    other = AsyncWebClient(token=slack.token("T0OTHER"), base_url=slack.api_url)

    assert (await other.auth_test())["team_id"] == "T0OTHER"
    assert await code(other.chat_postMessage(channel="C0GENERAL", text="x")) == "channel_not_found"
    assert await code(other.users_info(user="U0ADA")) == "user_not_found"
    assert (
        await code(other.views_publish(user_id="U0ADA", view={"type": "home", "blocks": []}))
        == "user_not_found"
    )
    assert await code(other.team_info(team="T0HARBOUR")) == "team_not_found"
    assert (await other.chat_postMessage(channel="C0OTHERGENERAL", text="x"))["ok"]


async def test_metadata_must_be_well_formed(client: AsyncWebClient) -> None:
    post = client.chat_postMessage

    assert (
        await code(post(channel="C0GENERAL", text="x", metadata={"event_type": "a"}))
        == "invalid_metadata_format"
    )


async def test_nothing_is_scheduled(client: AsyncWebClient) -> None:
    later = client.chat_scheduleMessage(channel="C0GENERAL", text="x", post_at=2_000_000_000)

    assert await code(later) == "restricted_action"


async def test_cursors_and_limits_are_checked(client: AsyncWebClient) -> None:
    assert await code(client.users_list(cursor="nonsense")) == "invalid_cursor"
    assert await code(client.users_list(limit=0)) == "invalid_limit"
    assert await code(client.conversations_list(types="channels")) == "invalid_types"
    assert await code(client.conversations_history(channel="C0GENERAL", oldest="soon")) == "invalid_ts_oldest"
    assert await code(client.conversations_replies(channel="C0GENERAL", ts="1.000001")) == "thread_not_found"


async def test_a_thread_needs_its_root(slack: LocalSlack, client: AsyncWebClient) -> None:
    root = await slack.person("ada").send("general", "root")
    await slack.person("ada").delete_message("general", root)

    assert (
        await code(client.chat_postMessage(channel="C0GENERAL", text="x", thread_ts=root))
        == "thread_not_found"
    )


async def test_metadata_has_a_size(client: AsyncWebClient) -> None:
    def carrying(size: int) -> Json:
        return {"event_type": "a", "event_payload": {"text": "x" * size}}

    post = client.chat_postMessage
    assert (await post(channel="C0GENERAL", text="x", metadata=carrying(16_000)))["ok"]
    assert await code(post(channel="C0GENERAL", text="x", metadata=carrying(16_384))) == "metadata_too_large"


async def test_only_links_of_its_domain_are_unfurled(slack: LocalSlack, client: AsyncWebClient) -> None:
    own, strange = "https://sub.lodge.example/LDG-1", "https://elsewhere.example/LDG-1"
    ts = await slack.person("ada").send("general", f"see {own} and {strange}")
    unfurl = client.chat_unfurl

    assert await code(unfurl(channel="C0GENERAL", ts=ts, unfurls={strange: {"text": "x"}})) == (
        "cannot_unfurl_url"
    )
    assert await code(unfurl(channel="C0GENERAL", ts=ts, unfurls={f"{own}2": {"text": "x"}})) == (
        "cannot_unfurl_message"
    )
    assert (
        await code(unfurl(channel="C0NOWHERE", ts=ts, unfurls={own: {"text": "x"}})) == "cannot_find_channel"
    )
    assert await code(unfurl(channel="C0GENERAL", ts="1.000001", unfurls={own: {"text": "x"}})) == (
        "cannot_find_message"
    )
    assert await code(unfurl(channel="C0GENERAL", ts=ts, unfurls={})) == "missing_unfurls"
    assert (await unfurl(channel="C0GENERAL", ts=ts, unfurls={own: {"text": "x"}}))["ok"]


async def test_a_markdown_block_does_not_keep_its_id(client: AsyncWebClient) -> None:
    blocks = [{"type": "markdown", "text": "x", "block_id": "mine"}, {"type": "divider", "block_id": "line"}]
    posted = (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))["message"]

    assert posted["blocks"][0]["block_id"] != "mine"
    assert posted["blocks"][1]["block_id"] == "line"
