"""What the Web API does when it does it."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json


async def test_the_bot_knows_who_it_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0HARBOUR", "U0LODGEBOT", "B0LODGE")
    assert (await client.bots_info(bot="B0LODGE"))["bot"]["user_id"] == "U0LODGEBOT"
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_people_come_in_pages(client: AsyncWebClient) -> None:
    names = []
    async for page in await client.users_list(limit=3):
        names += [user["name"] for user in page["members"]]

    assert names == ["ada", "grace", "linus", "margaret", "dennis", "guest", "lodge"]


async def test_channels_by_type(slack: LocalSlack, client: AsyncWebClient) -> None:
    await slack.person("ada").create_channel("hidden", private=True)
    listed = (await client.conversations_list(types="public_channel,private_channel"))["channels"]
    own = (await client.users_conversations())["channels"]

    assert [item["name"] for item in listed] == ["general", "product", "on-call", "support", "random"]
    assert [item["name"] for item in own] == ["general", "product", "on-call", "support"]


async def test_history_comes_newest_first_in_pages(slack: LocalSlack, client: AsyncWebClient) -> None:
    ada = slack.person("ada")
    for number in range(7):
        await ada.send("general", f"message {number}")
    texts = []
    async for page in await client.conversations_history(channel="C0GENERAL", limit=3):
        texts += [message["text"] for message in page["messages"]]

    assert texts == [f"message {number}" for number in range(6, -1, -1)]


async def test_history_between_two_messages(slack: LocalSlack, client: AsyncWebClient) -> None:
    ada = slack.person("ada")
    first, middle, last = [await ada.send("general", text) for text in ("a", "b", "c")]
    window: Json = {"channel": "C0GENERAL", "oldest": first, "latest": last}

    inside = (await client.conversations_history(**window))["messages"]
    with_ends = (await client.conversations_history(**window, inclusive=True))["messages"]

    assert [message["ts"] for message in inside] == [middle]
    assert [message["ts"] for message in with_ends] == [last, middle, first]


async def test_a_thread_counts_its_replies(slack: LocalSlack, client: AsyncWebClient) -> None:
    root = await slack.person("ada").send("general", "root")
    reply = (await client.chat_postMessage(channel="C0GENERAL", text="reply", thread_ts=root))["ts"]
    await slack.person("grace").send("general", "another", root)

    messages = (await client.conversations_replies(channel="C0GENERAL", ts=root))["messages"]
    assert [message["text"] for message in messages] == ["root", "reply", "another"]
    assert messages[0]["reply_count"] == 2
    assert messages[0]["reply_users"] == ["U0LODGEBOT", "U0GRACE"]
    assert messages[0]["latest_reply"] == messages[2]["ts"]
    assert messages[1]["parent_user_id"] == "U0ADA"
    in_channel = (await client.conversations_history(channel="C0GENERAL"))["messages"]
    assert reply not in [message["ts"] for message in in_channel]


async def test_metadata_comes_back_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "issue_card", "event_payload": {"id": "7"}}
    await client.chat_postMessage(channel="C0GENERAL", text="x", metadata=metadata)
    history = client.conversations_history

    bare = (await history(channel="C0GENERAL"))["messages"][0]
    whole = (await history(channel="C0GENERAL", include_all_metadata=True))["messages"][0]
    assert "metadata" not in bare
    assert whole["metadata"] == metadata


async def test_timestamps_are_unique_and_rise(client: AsyncWebClient) -> None:
    made = [(await client.chat_postMessage(channel="C0GENERAL", text="x"))["ts"] for _ in range(50)]

    assert made == sorted(set(made))


async def test_a_users_id_is_a_destination(slack: LocalSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="U0ADA", text="psst")
    opened = await client.conversations_open(users="U0ADA")

    assert posted["channel"] == opened["channel"]["id"]
    assert slack.person("ada").messages(posted["channel"])[-1]["text"] == "psst"


async def test_missing_ids_are_given(client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    message = (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))["message"]

    assert message["blocks"][0]["block_id"]
    assert "block_id" not in blocks[0]


async def test_a_permalink_names_the_thread(slack: LocalSlack, client: AsyncWebClient) -> None:
    root = await slack.person("ada").send("general", "root")
    reply = await slack.person("ada").send("general", "reply", root)
    link = (await client.chat_getPermalink(channel="C0GENERAL", message_ts=reply))["permalink"]

    assert link == f"{slack.url}/archives/C0GENERAL/p{reply.replace('.', '')}?thread_ts={root}&cid=C0GENERAL"


async def test_deleting_a_root_leaves_a_tombstone(slack: LocalSlack, client: AsyncWebClient) -> None:
    ada = slack.person("ada")
    root = (await client.chat_postMessage(channel="C0GENERAL", text="root"))["ts"]
    reply = await ada.send("general", "reply", root)
    await client.chat_delete(channel="C0GENERAL", ts=root)

    assert [message.get("subtype") for message in ada.thread("general", root)] == ["tombstone", None]
    await ada.delete_message("general", reply)
    assert len(ada.thread("general", root)) == 1


async def test_the_bot_joins_and_invites(slack: LocalSlack, client: AsyncWebClient) -> None:
    joined = await client.conversations_join(channel="C0RANDOM")
    again = await client.conversations_join(channel="C0RANDOM")
    await client.conversations_invite(channel="C0RANDOM", users="U0GUEST")

    assert joined["channel"]["is_member"]
    assert again["warning"] == "already_in_channel"
    members = (await client.conversations_members(channel="C0RANDOM"))["members"]
    assert members[-2:] == ["U0LODGEBOT", "U0GUEST"]


async def test_a_link_unfurls(slack: LocalSlack, client: AsyncWebClient) -> None:
    url = "https://lodge.example/LDG-1"
    ts = await slack.person("ada").send("general", f"see {url}")
    unfurls = {url: {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "LDG-1"}}]}}
    await client.chat_unfurl(channel="C0GENERAL", ts=ts, unfurls=unfurls)

    (attachment,) = slack.person("ada").messages("general")[-1]["attachments"]
    assert attachment["from_url"] == url


async def test_a_link_that_unfurls_again_is_changed_and_not_added(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    one, two = "https://lodge.example/1", "https://lodge.example/2"
    ts = await slack.person("ada").send("general", f"see {one} and {two}")
    for url, text in ((one, "open"), (two, "open"), (one, "closed")):
        await client.chat_unfurl(channel="C0GENERAL", ts=ts, unfurls={url: {"text": text}})

    attachments = slack.person("ada").messages("general")[-1]["attachments"]
    assert [(each["id"], each["from_url"], each["text"]) for each in attachments] == [
        (1, one, "closed"),
        (2, two, "open"),
    ]


async def test_calls_are_recorded(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="x")

    (call,) = slack.calls_of("chat.postMessage")
    assert call.args["text"] == "x"
    assert call.answer is not None
    assert call.answer["ok"]
    assert call.team_id == "T0HARBOUR"


async def test_an_empty_list_takes_attachments_away(slack: LocalSlack, client: AsyncWebClient) -> None:
    post, update = client.chat_postMessage, client.chat_update
    ts = (await post(channel="C0GENERAL", text="x", attachments=[{"text": "bar", "color": "#f00"}]))["ts"]
    ada = slack.person("ada")
    await update(channel="C0GENERAL", ts=ts, text="y")
    assert ada.messages("general")[-1]["attachments"][0]["fallback"] == "bar"
    await update(channel="C0GENERAL", ts=ts, text="z", attachments=[])

    assert "attachments" not in ada.messages("general")[-1]
