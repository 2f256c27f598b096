"""What views.open, views.update, views.push and views.publish refuse, as Slack does."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from tests.playground.world import MANIFEST, Bot, button, code, modal, plain, refusal, text_input


async def triggered(slack: LocalSlack, bot: Bot, person: str = "ada") -> str:
    """A fresh trigger_id of a command."""

    @bot.app.command("/plain")
    async def acked(ack: Any) -> None:
        await ack()

    await slack.person(person).slash("general", "/plain")
    return str(bot.payload("command")["trigger_id"])


async def test_a_trigger_works_once_and_for_three_seconds(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    view = modal(text_input("title"))
    used = await triggered(slack, bot)
    await client.views_open(trigger_id=used, view=view)
    stale = await triggered(slack, bot)
    slack.config.trigger_seconds = 3.0
    slack.advance(3.1)

    assert await code(client.views_open(trigger_id=used, view=view)) == "exchanged_trigger_id"
    assert await code(client.views_open(trigger_id=stale, view=view)) == "expired_trigger_id"
    assert await code(client.views_open(trigger_id="1.2.abc", view=view)) == "invalid_trigger_id"


async def test_a_faulty_view_is_pointed_at_and_spares_the_trigger(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    trigger = await triggered(slack, bot)
    answer = await refusal(
        client.views_open(trigger_id=trigger, view=modal(text_input("a"), title=plain("x" * 25)))
    )

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    await client.views_open(trigger_id=trigger, view=modal(text_input("a")))


async def test_a_view_over_its_size_is_refused(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    wide = [{"type": "section", "text": plain("\U0001f600" * 2900)} for _ in range(30)]
    trigger = await triggered(slack, bot)

    assert await code(client.views_open(trigger_id=trigger, view=modal(*wide))) == "view_too_large"


async def test_a_stack_holds_three_views(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    view = modal({"type": "actions", "elements": [button("more")]})
    root = (await client.views_open(trigger_id=await triggered(slack, bot), view=view))["view"]

    @bot.app.action("more")
    async def acked(ack: Any) -> None:
        await ack()

    async def push() -> Any:
        await slack.person("ada").click("more", view_id=slack.person("ada").modals()[-1]["id"])
        return await client.views_push(trigger_id=bot.payload("block_actions")["trigger_id"], view=view)

    second = (await push())["view"]
    third = (await push())["view"]

    assert third["root_view_id"] == root["id"]
    assert third["previous_view_id"] == second["id"]
    assert await code(push()) == "push_limit_reached"


async def test_a_command_cannot_push(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    trigger = await triggered(slack, bot)

    assert await code(client.views_push(trigger_id=trigger, view=modal())) == "invalid_arguments"


async def test_a_stale_hash_conflicts(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    trigger = await triggered(slack, bot)
    first = (await client.views_open(trigger_id=trigger, view=modal(text_input("a"))))["view"]
    view = modal(text_input("b"))
    await client.views_update(view_id=first["id"], hash=first["hash"], view=view)

    assert (
        await code(client.views_update(view_id=first["id"], hash=first["hash"], view=view)) == "hash_conflict"
    )
    assert (await client.views_update(view_id=first["id"], view=view))["ok"]
    assert await code(client.views_update(view_id="V0GONE", view=view)) == "not_found"


async def test_an_external_id_is_unique(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    view = modal(text_input("a"), external_id="issue-1")
    await client.views_open(trigger_id=await triggered(slack, bot), view=view)
    again = client.views_open(trigger_id=await triggered(slack, bot, "grace"), view=view)

    assert await code(again) == "duplicate_external_id"
    assert (await client.views_update(external_id="issue-1", view=view))["ok"]


async def test_home_needs_the_right_view_and_user(client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    published = (await client.views_publish(user_id="U0ADA", view=home))["view"]
    await client.views_publish(user_id="U0ADA", view=home, hash=published["hash"])

    assert (
        await code(client.views_publish(user_id="U0ADA", view=home, hash=published["hash"]))
        == "hash_conflict"
    )
    assert await code(client.views_publish(user_id="U0NOBODY", view=home)) == "user_not_found"
    assert await code(client.views_publish(user_id="U0ADA", view=modal())) == "invalid_arguments"


async def test_home_must_be_enabled() -> None:
    manifest = {**MANIFEST, "features": {**MANIFEST["features"], "app_home": {"home_tab_enabled": False}}}
    async with LocalSlack(manifest=manifest, rate_limits="off") as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        home = {"type": "home", "blocks": []}

        assert await code(client.views_publish(user_id="U0ADA", view=home)) == "not_enabled"


async def test_home_refuses_a_chart(client: AsyncWebClient) -> None:
    chart = {
        "type": "data_visualization",
        "title": "Open",
        "chart": {"type": "pie", "segments": [{"label": "open", "value": 1}]},
    }
    answer = await refusal(client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": [chart]}))

    assert answer["error"] == "invalid_arguments"
    assert "unsupported type" in answer["response_metadata"]["messages"][0]
    assert (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[chart]))["ok"]
