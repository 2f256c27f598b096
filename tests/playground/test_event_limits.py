"""When Slack gives up on a request, and how many events it sends."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.playground import LocalSlack
from bot.playground.rates import MAX_EVENTS
from tests.playground.world import Bot, Received


@pytest.mark.parametrize(("redirects", "attempts"), [(2, 1), (3, 4)])
async def test_two_redirects_are_followed(slack: LocalSlack, bot: Bot, redirects: int, attempts: int) -> None:
    def answer(_: Received) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{hops}/1"})

    async def hop(request: web.Request) -> web.Response:
        at = int(request.match_info["at"])
        if at < redirects:
            return web.Response(status=307, headers={"Location": f"{hops}/{at + 1}"})
        return web.Response(text="ok")

    server = web.Application()
    server.router.add_post("/{at}", hop)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hops = f"http://127.0.0.1:{runner.addresses[0][1]}"
    bot.instead = answer
    await slack.person("ada").send("general", "x")
    await slack.settled()
    await runner.cleanup()

    sent = bot.of("message")
    assert len(sent) == attempts
    assert {item.headers["X-Slack-Retry-Reason"] for item in sent[1:]} <= {"too_many_redirects"}


async def test_above_the_hourly_number_the_app_is_told_instead(slack: LocalSlack, bot: Bot) -> None:
    bot.instead = lambda received: web.Response() if received.type == "app_rate_limited" else None
    assert slack.service.event_quota.most == MAX_EVENTS == 30_000
    slack.service.event_quota.most = 2
    slack.stop_clock()
    for text in ("one", "two", "three", "four"):
        await slack.person("ada").send("general", text)
    await slack.settled()

    assert {item.payload["event"]["text"] for item in bot.of("message")} == {"one", "two"}
    (limited,) = bot.of("app_rate_limited")
    assert limited.payload["team_id"] == slack.team_id
    assert limited.payload["minute_rate_limited"] % 60 == 0
    slack.advance(3_600)
    await slack.person("ada").send("general", "an hour later")
    await slack.settled()
    assert bot.event("message")["text"] == "an hour later"
