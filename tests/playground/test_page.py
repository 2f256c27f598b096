"""The page's WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json
from tests.playground.world import Bot, button, modal, text_input


class Page:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hello: Json) -> None:
        self.hello = hello
        self.pushes: list[Json] = []
        self._socket = socket
        self._number = 0

    async def ask(self, act: str, **given: Any) -> Json:
        self._number += 1
        await self._socket.send_json({"id": self._number, "do": act, "with": given})
        while (received := await self._socket.receive_json(timeout=60)).get("id") != self._number:
            self.pushes.append(received)
        answer: Json = received
        return answer

    async def do(self, act: str, **given: Any) -> Any:
        answer = await self.ask(act, **given)
        assert answer["ok"], answer
        return answer["result"]

    async def push(self, kind: str) -> Json:
        """The next push of this kind, already received or still to come."""
        for number, push in enumerate(self.pushes):
            if push["push"] == kind:
                return self.pushes.pop(number)
        while (received := await self._socket.receive_json(timeout=60))["push"] != kind:
            self.pushes.append(received)
        late: Json = received
        return late


@asynccontextmanager
async def page(slack: LocalSlack, user: str) -> AsyncIterator[Page]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{slack.url}/page/ws?user={user}") as socket,
    ):
        yield Page(socket, await socket.receive_json(timeout=60))


async def test_hello_says_who_and_where(slack: LocalSlack) -> None:
    async with page(slack, "U0GRACE") as shown:
        hello = shown.hello

    assert hello["push"] == "hello"
    assert hello["me"]["name"] == "grace"
    assert hello["team"]["name"] == "Harbour"
    assert {user["name"] for user in hello["users"]} >= {"ada", "guest", "lodge"}
    general = next(item for item in hello["channels"] if item["name"] == "general")
    assert (general["is_member"], general["unread"]) == (True, 0)
    assert hello["app"]["commands"][0] == {"command": "/issue", "description": "Issues", "usage_hint": "new"}
    assert {item["callback_id"] for item in hello["app"]["shortcuts"]} == {"from_message", "new"}


async def test_nobody_else_gets_in(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        for user in ("nobody", "U0LODGEBOT", ""):
            assert (await session.get(f"{slack.url}/page/ws?user={user}")).status == 404


async def test_a_message_appears_on_every_page(slack: LocalSlack) -> None:
    async with page(slack, "ada") as ada, page(slack, "grace") as grace:
        ts = await ada.do("send", channel="C0GENERAL", text="hello")
        pushed = await grace.push("message")

        assert (pushed["channel"], pushed["message"]["ts"], pushed["message"]["text"]) == (
            "C0GENERAL",
            ts,
            "hello",
        )
        assert (await ada.push("message"))["message"]["ts"] == ts
        await grace.do("react", channel="C0GENERAL", ts=ts, emoji="eyes")
        assert (await ada.push("reaction"))["reactions"] == [
            {"name": "eyes", "users": ["U0GRACE"], "count": 1}
        ]
        await ada.do("edit_message", channel="C0GENERAL", ts=ts, text="bye")
        assert (await grace.push("message_changed"))["message"]["text"] == "bye"
        await ada.do("delete_message", channel="C0GENERAL", ts=ts)
        assert (await grace.push("message_deleted"))["ts"] == ts


async def test_private_things_stay_private(slack: LocalSlack, client: AsyncWebClient) -> None:
    async with page(slack, "ada") as ada, page(slack, "grace") as grace:
        channel = await ada.do("open_dm", users=["U0LINUS"])
        await ada.do("send", channel=channel["id"], text="secret")
        await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="for you")
        await ada.do("send", channel="C0GENERAL", text="public")
        await ada.push("ephemeral")
        assert (await grace.push("message"))["message"]["text"] == "public"

        refused = await grace.ask("history", channel=channel["id"])
        assert (refused["ok"], refused["error"]) == (False, "channel_not_found")
        assert (await grace.do("history", channel="C0GENERAL"))["ephemerals"] == []


async def test_history_comes_in_pages(slack: LocalSlack) -> None:
    for number in range(5):
        await slack.person("ada").send("general", str(number))
    async with page(slack, "ada") as shown:
        newest = await shown.do("history", channel="C0GENERAL", limit=3)
        older = await shown.do("history", channel="C0GENERAL", limit=3, before=newest["messages"][0]["ts"])

    assert [message["text"] for message in newest["messages"]] == ["2", "3", "4"]
    assert [message["text"] for message in older["messages"]] == ["0", "1"]
    assert (newest["more"], older["more"]) == (True, False)


async def test_the_whole_way_through_a_form(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    @bot.app.command("/issue")
    async def issue(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("title")))

    @bot.app.view("form")
    async def submitted(ack: Any, view: Json) -> None:
        title = view["state"]["values"]["title"]["value"]["value"]
        if len(title) < 3:
            await ack(response_action="errors", errors={"title": "Longer"})
            return
        await ack()
        await client.chat_postMessage(
            channel="C0GENERAL", text=title, blocks=[{"type": "actions", "elements": [button("go")]}]
        )

    async with page(slack, "ada") as ada:
        assert await ada.do("slash", channel="C0GENERAL", text="/issue")
        view = (await ada.push("view_open"))["view"]
        first = await ada.do("submit", view_id=view["id"], values={"title": {"value": "x"}})
        assert (first["outcome"], first["errors"]) == ("errors", {"title": "Longer"})
        second = await ada.do("submit", view_id=view["id"], values={"title": {"value": "Broken"}})

        assert second["outcome"] == "closed"
        assert await ada.push("view_closed") == {"push": "view_closed", "view_id": view["id"], "all": False}
        assert (await ada.push("message"))["message"]["text"] == "Broken"


async def test_a_failing_app_is_noticed(slack: LocalSlack) -> None:
    slack.request_url = "http://127.0.0.1:1/"
    async with page(slack, "ada") as ada:
        assert await ada.do("slash", channel="C0GENERAL", text="/issue") is False
        notice = await ada.push("notice")

    assert (notice["kind"], notice["channel"]) == ("error", "C0GENERAL")
    assert "dispatch_failed" in notice["text"]


@pytest.mark.parametrize(
    ("act", "given", "error"),
    [
        ("fly", {}, "unknown_request"),
        ("send", {"channel": "C0GENERAL"}, "bad_request"),
        ("send", {"channel": "C0GENERAL", "text": "x", "colour": 1}, "bad_request"),
        ("send", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("slash", {"channel": "C0GENERAL", "text": "/nothing"}, "unknown_command"),
        ("_channel", {"name": "general"}, "unknown_request"),
    ],
)
async def test_what_cannot_be_done_is_explained(slack: LocalSlack, act: str, given: Json, error: str) -> None:
    async with page(slack, "ada") as ada:
        answer = await ada.ask(act, **given)

    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["message"]


async def test_files_are_dropped_and_seen(slack: LocalSlack) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"title\nx\n", filename="a.csv", content_type="text/csv")
    form.add_field("text", "have a look")
    url = f"{slack.url}/page/upload?user=U0ADA&channel=C0GENERAL"
    async with aiohttp.ClientSession() as session:
        answer = await (await session.post(url, data=form)).json()
        (file_id,) = answer["files"]
        got = await session.get(f"{slack.url}/page/file/{file_id}?user=U0GRACE")
        assert (got.content_type, await got.read()) == ("text/csv", b"title\nx\n")

    message = slack.person("grace").messages("general")[-1]
    assert (message["ts"], message["text"]) == (answer["ts"], "have a look")


async def test_a_file_in_a_direct_message_is_for_two(slack: LocalSlack) -> None:
    ada = slack.person("ada")
    channel = (await ada.open_dm("linus"))["id"]
    await ada.upload(channel, "a.csv", b"x")
    (file_id,) = slack.state.files
    async with aiohttp.ClientSession() as session:
        statuses = [
            (await session.get(f"{slack.url}/page/file/{file_id}?user={user}")).status
            for user in ("ada", "linus", "grace")
        ]

    assert statuses == [200, 200, 404]


async def test_a_permalink_leads_into_the_page(slack: LocalSlack, client: AsyncWebClient) -> None:
    ts = await slack.person("ada").send("general", "x")
    link = (await client.chat_getPermalink(channel="C0GENERAL", message_ts=ts))["permalink"]
    async with aiohttp.ClientSession() as session:
        answer = await session.get(link, allow_redirects=False)

    assert answer.headers["Location"] == f"/#/C0GENERAL/-/{ts}"


async def test_other_sites_cannot_act_as_people(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("page/ws?user=ada", "control/state"):
            url = f"{slack.url}/{path}"
            method = session.get if path.startswith("page") else session.post
            assert (await method(url, headers={"Origin": "https://evil.example"})).status == 403
        own = await session.post(f"{slack.url}/control/state", headers={"Origin": slack.url})
        assert own.status == 200


async def test_shared_html_cannot_run(slack: LocalSlack) -> None:
    await slack.person("ada").upload("general", "a.html", b"<script>alert(1)</script>")
    (file_id,) = slack.state.files
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{slack.url}/page/file/{file_id}?user=ada")

    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
