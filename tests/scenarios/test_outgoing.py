"""Outgoing webhooks: another program is told of every change, signed, in order by issue, until it listens."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.playground import LocalSlack
from bot.process import Options, running
from db import outgoing
from db.access import Actor
from db.ids import WorkspaceId
from db.states import Role
from handlers.jobs import Job
from handlers.outgoing import sending
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again, nothing_happens_again
from tests.settings import settings_for


@dataclass(kw_only=True)
class Program:
    """A receiver. `answers` are given one after the other, then `usual`."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    usual: int = 204
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.heard.append(({name.lower(): value for name, value in request.headers.items()}, body))
        self.news.set()
        return web.Response(status=self.answers.pop(0) if self.answers else self.usual)

    async def until(self, count: int) -> list[Json]:
        async with asyncio.timeout(60):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    made = Program()
    app = web.Application()
    app.router.add_post("/", made.take)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = f"http://127.0.0.1:{server.port}/"
        yield made


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lodge]:
    # What is tried again is tried again by the test.
    monkeypatch.setattr(sending, "DELAYS", (timedelta(hours=1),) * 5)
    settings = settings_for(slack, db_url, allow_private_webhooks=True)
    async with running(settings, Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield Lodge(slack=slack, process=process)
        await slack.settled()
    await nothing_happens_again(slack, process, Options())


async def make(lodge: Lodge, url: str) -> str:
    """The secret, as it is shown."""
    ada = lodge.person("ada")
    await ada.slash("general", "/issue tell new")
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"], {"name": {"name": "Mirror"}, "url": {"url": url}})
    assert outcome.outcome == "updated", outcome
    assert outcome.view is not None
    return next(text for text in said(outcome.view).split("\n") if text.startswith("whsec_"))


class Still:
    """A worker that goes on."""

    stopping = False


async def turn(lodge: Lodge, *delays: float) -> None:
    """The job's turn, with delays of a test's patience."""
    services = lodge.process.services
    async with services.database.connection() as conn:
        workspace_id, webhook_id = await conn.fetchrow(
            "SELECT workspace_id, webhook_id FROM outgoing_webhooks"
        )
    worker: Any = Still()
    mine = sending.Sending(services, worker, tuple(timedelta(seconds=delay) for delay in delays))
    await mine.run(Job(id=0, payload=outgoing.address(workspace_id, webhook_id), attempts=0))


async def rewind(lodge: Lodge) -> None:
    """The outcomes of all attempts are noted, nobody is at it any more, and the waiting is over."""
    async with asyncio.timeout(60), lodge.process.services.database.connection() as conn:
        while await conn.fetchval(
            "SELECT EXISTS (SELECT FROM outgoing_sends WHERE claimed_until IS NOT NULL)"
            " OR EXISTS (SELECT FROM pgqueuer WHERE entrypoint = $1 AND status = 'picked')",
            outgoing.JOB,
        ):
            await asyncio.sleep(0.01)
        await conn.execute("UPDATE outgoing_sends SET not_before = now() WHERE state = 'waiting'")


async def states(lodge: Lodge) -> list[str]:
    async with lodge.process.services.database.connection() as conn:
        rows = await conn.fetch("SELECT state FROM outgoing_sends ORDER BY send_id")
    return [row["state"] for row in rows]


async def until_states(lodge: Lodge, *wanted: str) -> None:
    """What was heard is noted a moment later."""
    async with asyncio.timeout(60):
        while await states(lodge) != [*wanted]:
            await asyncio.sleep(0.01)


async def test_a_program_is_told_signed_and_in_order(lodge: Lodge, program: Program) -> None:
    secret = await make(lodge, program.url)
    await lodge.ask("ada", "new Login fails +bug")
    await lodge.ask("ada", "comment LDG-1 hello")
    await lodge.ask("ada", "close LDG-1")
    told = await program.until(3)
    assert [each["type"] for each in told] == ["issue.created", "issue.commented", "issue.edited"]
    assert told[0]["data"]["after"]["title"] == "Login fails"
    assert told[2]["data"]["after"]["status"] == "closed"
    assert told[2]["data"]["issue"]["id"] == told[0]["data"]["issue_id"]
    for headers, body in program.heard:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
    async with lodge.process.services.database.connection() as conn:
        assert secret not in await conn.fetchval("SELECT r::text FROM outgoing_webhooks r")


async def test_while_one_issue_waits_its_later_news_wait_and_other_issues_do_not(
    lodge: Lodge, program: Program
) -> None:
    await make(lodge, program.url)
    program.answers = [500]
    await lodge.ask("ada", "new One")
    await program.until(1)
    await lodge.ask("ada", "close LDG-1")
    await lodge.ask("ada", "new Two")
    told = await program.until(2)
    assert told[1]["data"]["after"]["title"] == "Two"
    await rewind(lodge)
    await turn(lodge, 60)
    told = await program.until(4)
    by_issue: dict[str, list[str]] = defaultdict(list)
    for each in told:
        by_issue[each["data"]["issue_id"]].append(each["type"])
    assert list(by_issue.values()) == [["issue.created", "issue.created", "issue.edited"], ["issue.created"]]
    assert program.heard[0][0]["webhook-id"] == program.heard[2][0]["webhook-id"]


async def test_after_lasting_failure_it_is_switched_off_and_its_owner_told(
    lodge: Lodge, program: Program
) -> None:
    await make(lodge, program.url)
    program.usual = 500
    await lodge.ask("ada", "new One")
    await program.until(1)
    await lodge.ask("ada", "close LDG-1")
    # Once this is told of, the news before it wait in their line.
    await lodge.ask("ada", "new Other")
    await program.until(2)
    # One of these may be taken by the worker, which is more patient.
    while "failed" not in await states(lodge):
        await rewind(lodge)
        await turn(lodge, 60, 60)
    ada = lodge.person("ada")
    notice = await ada.expect_message(ada.dm(), lambda message: "is switched off" in said(message))
    assert "http 500" in said(notice)
    await until_states(lodge, *["failed"] * 3)
    heard = len(program.heard)
    async with lodge.process.services.database.connection() as conn:
        assert await outgoing.listening(conn, WorkspaceId(lodge.slack.team_id)) == ()
    program.usual = 204
    shown = await lodge.ask("ada", "tell")
    await ada.click("outgoing_on", channel="general", ts=shown["ts"])
    await lodge.settled()
    shown = await lodge.ask("ada", "tell")
    await ada.click("outgoing_log", channel="general", ts=shown["ts"])
    log = await ada.expect_message("general", lambda message: "told last" in said(message))
    again = [block["block_id"] for block in log["blocks"] if block.get("accessory")]
    await ada.click("outgoing_replay", channel="general", ts=log["ts"], block_id=again[-1])
    told = await program.until(heard + 1)
    assert told[-1]["data"]["after"]["title"] == "One"
    assert len(program.heard) == heard + 1


async def test_gone_means_gone(lodge: Lodge, program: Program) -> None:
    await make(lodge, program.url)
    program.usual = 410
    await lodge.ask("ada", "new One")
    await program.until(1)
    ada = lodge.person("ada")
    await ada.expect_message(ada.dm(), lambda message: "http 410" in said(message))
    assert await states(lodge) == ["failed"]


async def test_two_turns_at_once_say_everything_once(lodge: Lodge, program: Program) -> None:
    program.answers = [500] * 20
    await make(lodge, program.url)
    for number in range(20):
        await lodge.ask("ada", f"new Number {number}")
    await program.until(20)
    await lodge.settled()
    await rewind(lodge)
    await asyncio.gather(turn(lodge, 60), turn(lodge, 60), turn(lodge, 60))
    await program.until(40)
    names = [headers["webhook-id"] for headers, _ in program.heard[20:]]
    assert len(set(names)) == len(names) == 20
    await until_states(lodge, *["sent"] * 20)


async def test_a_private_address_is_refused_at_its_field(slack: LocalSlack, db_url: str) -> None:
    settings = settings_for(slack, db_url)
    async with running(settings, Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        ada = slack.person("ada")
        await ada.slash("general", "/issue tell new")
        view = await ada.expect_modal()
        for url in ("https://169.254.169.254/latest", "http://example.com", "nonsense"):
            outcome = await ada.submit(view["id"], {"name": {"name": "x"}, "url": {"url": url}})
            assert outcome.errors is not None
            assert set(outcome.errors) == {"url"}
        await slack.settled()


async def test_only_whom_the_workspace_lets_and_nobody_elsewhere(lodge: Lodge, program: Program) -> None:
    assert "needs" in said(await lodge.ask("grace", "tell"))
    await make(lodge, program.url)
    other = Actor(workspace_id=WorkspaceId("T0ELSE"), person_id=None, role=Role.ADMIN)
    async with lodge.process.services.database.connection() as conn:
        (to,) = await outgoing.listed(conn, replace(other, workspace_id=WorkspaceId(lodge.slack.team_id)))
        assert await outgoing.listed(conn, other) == ()
        for call in (
            outgoing.mine(conn, other, to.webhook_id),
            outgoing.delete(conn, other, to.webhook_id),
            outgoing.switch_on(conn, other, to.webhook_id),
        ):
            with pytest.raises(Exception, match="no webhook"):
                await call
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "tell")
    await ada.click("outgoing_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    await lodge.ask("ada", "new Untold")
    assert await states(lodge) == []


async def test_the_form_of_a_deleted_one_sent_again_makes_none(lodge: Lodge, program: Program) -> None:
    await make(lodge, program.url)
    form = next(each for each in lodge.slack.deliveries if each.payload.get("type") == "view_submission")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "tell")
    await ada.click("outgoing_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    for _ in range(2):
        await again(lodge, form)
    await lodge.ask("ada", "new Untold")
    assert await states(lodge) == []
