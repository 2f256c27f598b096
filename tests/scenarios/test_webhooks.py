"""Webhooks made in Slack: what other programs send becomes issues, once and in order, or is kept to be looked at."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from db import webhooks
from db.access import Actor
from db.ids import WorkspaceId
from db.pool import Database, open_database
from db.states import Role
from handlers.hooks import create_hooks
from handlers.hooks.upkeep import forget_old, renew_seals
from handlers.vault import Vault
from tests.handlers.hooks.bodies import ALERTS, GITHUB_ISSUE, SENTRY_ISSUE
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Another program, which was given the address and the secret."""

    lodge: Lodge
    path: str
    secret: str
    auth: str

    async def send(
        self, body: Any, headers: dict[str, str] | None = None, *, secret: str | None = None
    ) -> tuple[int, Json]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        secret = secret or self.secret
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.auth == "bearer":
            sent["Authorization"] = f"Bearer {secret}"
        else:
            signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            sent["X-Hub-Signature-256"] = f"sha256={signature}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.lodge.process.url}{self.path}", data=raw, headers=sent) as answer,
        ):
            return answer.status, await answer.json()


async def make(lodge: Lodge, kind: str, auth: str, mapping: str = "", channel: str = "general") -> Sender:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue webhook new")
    view = await ada.expect_modal(lambda shown: shown["callback_id"] == "webhook_form")
    values: Json = {
        "name": {"name": f"{kind} hook"},
        "kind": {"kind": kind},
        "auth": {"auth": auth},
        "mapping": {"mapping": mapping},
    }
    if channel:
        values["channel"] = {"channel": lodge.slack.channel(channel).id}
    outcome = await ada.submit(view["id"], values)
    assert outcome.outcome == "updated", outcome
    assert outcome.view is not None
    return Sender(lodge=lodge, auth=auth, **_shown(outcome.view))


def _shown(view: Json) -> dict[str, str]:
    address, secret = (
        block["elements"][0]["elements"][0]["text"]
        for block in view["blocks"]
        if block["type"] == "rich_text"
    )
    return {"path": re.sub(r"^https?://[^/]+", "", address), "secret": secret}


def alert(status: str, *, starts: str = "08:00", ends: str = "08:30", name: str = "7f2a") -> Json:
    body = copy.deepcopy(ALERTS)
    one = body["alerts"][0]
    one |= {"status": status, "fingerprint": name, "startsAt": f"2026-11-02T{starts}:00Z"}
    if status == "resolved":
        one["endsAt"] = f"2026-11-02T{ends}:00Z"
    body["alerts"] = [one]
    return body


async def listed(lodge: Lodge, query: str = "status:open,closed") -> str:
    return said(await lodge.ask("ada", f"list {query}"))


async def test_a_firing_alert_files_an_issue_with_a_card_and_its_end_closes_it(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer")
    status, answer = await sender.send(alert("firing"))
    assert (status, answer["result"], len(answer["issues"])) == (200, "done", 1)
    await lodge.person("ada").expect_message(
        "general", lambda message: not message.get("is_ephemeral") and "Disk of db-1" in said(message)
    )
    assert "LDG-1" in await listed(lodge, "status:open priority:urgent label:alert")
    await sender.send(alert("firing"))
    assert "One issue." in await listed(lodge)
    await sender.send(alert("resolved"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    assert "A webhook" in said(await lodge.ask("ada", "history LDG-1"))
    await sender.send(alert("firing", starts="09:00"))
    assert "LDG-1" in await listed(lodge, "status:open")


async def test_news_that_come_late_change_nothing(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer")
    await sender.send(alert("resolved"))
    assert "No issue" in await listed(lodge)
    await sender.send(alert("firing"))
    assert "No issue" in await listed(lodge)
    await sender.send(alert("firing", starts="10:00"))
    await sender.send(alert("resolved", starts="08:00", ends="09:00"))
    assert "LDG-1" in await listed(lodge, "status:open")


async def test_what_people_did_meanwhile_is_not_undone_by_being_told_again(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer")
    await sender.send(alert("firing"))
    await lodge.ask("ada", "close LDG-1 not planned")
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    await sender.send(alert("resolved"))
    await lodge.ask("ada", "reopen LDG-1")
    await sender.send(alert("resolved"))
    assert "LDG-1" in await listed(lodge, "status:open")


async def _some_time_passes(lodge: Lodge) -> None:
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE issues SET closed_at = closed_at - interval '11 minutes'")


async def test_an_alert_that_goes_on_reopens_what_was_closed_as_done(lodge: Lodge) -> None:
    """Alertmanager repeats a firing alert with the time it started."""
    sender = await make(lodge, "alertmanager", "bearer")
    await sender.send(alert("firing"))
    await lodge.ask("ada", "close LDG-1")
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    await _some_time_passes(lodge)
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:open")
    await sender.send(alert("resolved"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    await _some_time_passes(lodge)
    await sender.send(alert("resolved"))
    assert "LDG-1" in await listed(lodge, "status:closed")


async def test_an_alert_that_was_only_thought_to_be_over_reopens_its_issue(lodge: Lodge) -> None:
    """Alertmanager ends an alert it hears nothing of; when Prometheus is back, it started as long ago as before."""
    sender = await make(lodge, "alertmanager", "bearer")
    await sender.send(alert("firing"))
    await sender.send(alert("resolved"))
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    await _some_time_passes(lodge)
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:open")
    assert "One issue." in await listed(lodge)
    await sender.send(alert("resolved", ends="08:45"))
    assert "LDG-1" in await listed(lodge, "status:closed")


async def test_what_is_not_planned_stays_closed_until_it_occurs_anew(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer")
    await sender.send(alert("firing"))
    await lodge.ask("ada", "close LDG-1 not planned")
    await _some_time_passes(lodge)
    await sender.send(alert("firing"))
    assert "LDG-1" in await listed(lodge, "status:closed")
    await sender.send(alert("firing", starts="09:00"))
    assert "LDG-1" in await listed(lodge, "status:open")


async def test_alerts_of_one_group_are_things_of_their_own(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer")
    both = alert("firing", name="one")
    both["alerts"].append(alert("firing", name="two")["alerts"][0])
    status, answer = await sender.send(both)
    assert (status, len(set(answer["issues"]))) == (200, 2)
    both["alerts"][0] = alert("resolved", name="one")["alerts"][0]
    await sender.send(both)
    assert "One issue." in await listed(lodge, "status:closed")
    assert "One issue." in await listed(lodge, "status:open")


async def test_a_hundred_deliveries_at_once_about_ten_things_file_ten_issues(lodge: Lodge) -> None:
    sender = await make(lodge, "alertmanager", "bearer", channel="")
    bodies = []
    for start in range(100):
        body = copy.deepcopy(ALERTS)
        # Each names three things, in an order of its own.
        body["alerts"] = [alert("firing", name=f"t{(start * 7 + i * 3) % 10}")["alerts"][0] for i in range(3)]
        bodies.append(body)

    async def told(body: Json) -> int:
        """As senders do: again, where the server is too busy."""
        while (status := (await sender.send(body))[0]) == 503:
            pass
        return status

    assert set(await asyncio.gather(*(told(body) for body in bodies))) == {200}
    assert "10 issues" in await listed(lodge)


async def test_a_github_issue_is_followed_and_a_redelivery_is_known(lodge: Lodge) -> None:
    sender = await make(lodge, "github", "hmac")
    headers = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
    first = await sender.send(GITHUB_ISSUE, headers)
    assert first[1]["result"] == "done"
    assert (await sender.send(GITHUB_ISSUE, headers))[1]["result"] == "repeated"
    edited = copy.deepcopy(GITHUB_ISSUE) | {"action": "edited"}
    edited["issue"] |= {"title": "Crash on start and stop", "updated_at": "2026-11-02T09:00:00Z"}
    await sender.send(edited, {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "2"})
    closed = copy.deepcopy(edited) | {"action": "closed"}
    closed["issue"] |= {"state": "closed", "state_reason": "completed", "updated_at": "2026-11-02T10:00:00Z"}
    await sender.send(closed, {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "3"})
    await sender.send(GITHUB_ISSUE, {"X-GitHub-Event": "issues", "X-GitHub-Delivery": "4"})
    assert "Crash on start and stop" in await listed(lodge, "status:closed")
    assert (await sender.send({"zen": "."}, {"X-GitHub-Event": "ping"}))[1]["result"] == "ignored"


async def test_sentrys_own_secret_can_be_entered(lodge: Lodge) -> None:
    sender = await make(lodge, "sentry", "hmac")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_rotate", channel="general", ts=shown["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "webhook_secret_form")
    short = await ada.submit(form["id"], {"given": {"given": "short"}})
    assert short.errors is not None
    outcome = await ada.submit(form["id"], {"given": {"given": "sentry-client-secret-0123456789"}})
    assert outcome.outcome == "updated"
    assert (await sender.send(SENTRY_ISSUE))[0] == 401
    answer = await sender.send(
        SENTRY_ISSUE,
        {"Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": "1793606400"},
        secret="sentry-client-secret-0123456789",
    )
    assert answer[0] == 200
    assert "ReferenceError" in await listed(lodge)


async def test_a_secret_made_anew_is_the_only_one_and_its_form_sent_again_makes_no_other(
    lodge: Lodge,
) -> None:
    sender = await make(lodge, "generic", "hmac")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_rotate", channel="general", ts=shown["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "webhook_secret_form")
    outcome = await ada.submit(form["id"])
    assert outcome.view is not None
    anew = replace(sender, secret=_shown(outcome.view)["secret"])
    assert (await sender.send({"title": "By the old one"}))[0] == 401
    assert (await anew.send({"title": "By the new one"}))[0] == 200
    for _ in range(2):
        await again(lodge, lodge.slack.deliveries[-1])
    assert (await anew.send({"title": "Still by the new one"}))[0] == 200


async def test_nobody_without_the_secret_gets_in(lodge: Lodge) -> None:
    for kind, auth in (("generic", "hmac"), ("generic", "bearer")):
        sender = await make(lodge, kind, auth)
        assert (await sender.send({"title": "x"}, secret="wrong"))[0] == 401
        async with aiohttp.ClientSession() as session:
            answer = await session.post(f"{lodge.process.url}{sender.path}", json={"title": "x"})
            assert answer.status == 401
            answer = await session.post(f"{lodge.process.url}/hooks/0123456789ab", json={"title": "x"})
            assert answer.status == 404
            answer = await session.post(
                f"{lodge.process.url}{sender.path}", data=io.BytesIO(b" " * 1_100_000)
            )
            assert answer.status == 413
    assert "No issue" in await listed(lodge)


async def test_what_cannot_be_understood_is_kept_and_tried_again(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    status, answer = await sender.send(b'{"title": ')
    assert (status, answer["kept"]) == (422, True)
    status, answer = await sender.send({"name": "Pump 3 <@U1> is down"}, {"Idempotency-Key": "a"})
    assert status == 422
    assert "There is no title" in answer["error"]
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    assert "2 not understood" in said(shown)
    await ada.click("webhook_failures", channel="general", ts=shown["ts"])
    kept = await ada.expect_message("general", lambda message: "Pump 3" in said(message))
    await ada.click("Try again", channel="general", ts=kept["ts"], block_id=_replay_block(kept))
    await lodge.settled()
    kept = await ada.expect_message("general", lambda message: "Still not" in said(message))
    async with lodge.process.services.database.connection() as conn:
        await conn.execute('UPDATE webhooks SET mapping = \'{"title": "name"}\'')
    await ada.click("Try again", channel="general", ts=kept["ts"], block_id=_replay_block(kept))
    await lodge.settled()
    kept = await ada.expect_message("general", lambda message: "1 issue is up to date" in said(message))
    assert "Pump 3" in await listed(lodge)
    assert (await sender.send({"name": "Pump 3 <@U1> is down"}, {"Idempotency-Key": "a"}))[1][
        "result"
    ] == "repeated"
    await ada.click("webhook_discard", channel="general", ts=kept["ts"])
    await lodge.settled()
    await ada.expect_message("general", lambda message: "There is nothing left" in said(message))


def _replay_block(message: Json) -> str:
    """The newest one stands first."""
    return next(
        block["block_id"]
        for block in message["blocks"]
        if (block.get("accessory") or {}).get("action_id") == "webhook_replay"
    )


async def test_a_mapping_decides_what_is_read_and_a_key_what_belongs_together(lodge: Lodge) -> None:
    mapping = '{"title": "check.name", "key": "check.id", "status": "state", "at": "time"}'
    sender = await make(lodge, "generic", "bearer", mapping)
    body = {"check": {"name": "Backup fails", "id": 4}, "state": "down", "time": 1793606400}
    assert (await sender.send(body))[1]["result"] == "done"
    assert (await sender.send(body | {"state": "up", "time": 1793606500}))[0] == 200
    assert (await sender.send(body | {"time": 1793606450}))[0] == 200
    assert "Backup fails" in await listed(lodge, "status:closed")
    assert "One issue." in await listed(lodge)


async def test_the_form_tells_each_mistake_at_its_field(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue webhook new")
    view = await ada.expect_modal()
    values = {
        "name": {"name": "x"},
        "kind": {"kind": "github"},
        "auth": {"auth": "bearer"},
        "mapping": {"mapping": '{"titel": "x"}'},
    }
    outcome = await ada.submit(view["id"], values)
    assert outcome.errors is not None
    assert set(outcome.errors) == {"auth", "mapping"}
    assert "needs" in said(await lodge.ask("grace", "webhook"))


async def test_a_deleted_webhook_takes_nothing_and_leaves_its_issues(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"title": "Stays"})
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    await ada.expect_message("general", lambda message: "is deleted" in said(message))
    assert (await sender.send({"title": "Goes"}))[0] == 404
    assert "Stays" in await listed(lodge)


async def test_the_form_of_a_deleted_webhook_sent_again_makes_none(lodge: Lodge) -> None:
    await make(lodge, "generic", "hmac")
    form = next(each for each in lodge.slack.deliveries if each.payload.get("type") == "view_submission")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    for _ in range(2):
        await again(lodge, form)
    assert "There are no webhooks" in said(await lodge.ask("ada", "webhook"))
    await make(lodge, "generic", "hmac")
    assert "generic hook" in said(await lodge.ask("ada", "webhook"))


async def test_secrets_are_sealed_and_can_be_sealed_anew(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    services = lodge.process.services
    async with services.database.connection() as conn:
        assert sender.secret not in await conn.fetchval("SELECT string_agg(h::text, '') FROM webhooks h")
        sealed = next(iter((await webhooks.every_sealed(conn)).values()))
    assert await renew_seals(services) == 0
    with pytest.raises(Exception, match="LODGE_SECRET_KEY"):
        Vault(None, derived_from="another").unseal(f"secret of webhook {sender.path[7:]}", sealed)


async def test_another_workspace_neither_sees_nor_touches_it(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"nothing": 1})
    other = Actor(workspace_id=WorkspaceId("T0ELSE"), person_id=None, role=Role.ADMIN)
    async with lodge.process.services.database.connection() as conn:
        webhook_id = sender.path.rpartition("/")[2]
        assert await webhooks.listed(conn, other) == ()
        for call in (
            webhooks.mine(conn, other, webhook_id),
            webhooks.delete(conn, other, webhook_id),
            webhooks.rotate(conn, other, webhook_id, b"x"),
        ):
            with pytest.raises(Exception, match="no webhook"):
                await call


async def test_what_is_old_is_forgotten(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"title": "done"})
    await sender.send({"nothing": 1})
    services = lodge.process.services
    async with services.database.connection() as conn:
        for days, left in ((6, 2), (8, 1), (31, 0)):
            await conn.execute("UPDATE webhook_arrivals SET at = $1", services.clock() - timedelta(days=days))
            await forget_old(services)
            assert await conn.fetchval("SELECT count(*) FROM webhook_arrivals") == left


@asynccontextmanager
async def switchable(dsn: str) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """The database behind a plug that can be pulled: a DSN, and what pulls it."""
    conn = await asyncpg.connect(dsn)
    folder = await conn.fetchval("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)")
    port, user, name = await conn.fetchrow(
        "SELECT current_setting('port')::int, current_user::text, current_database()::text"
    )
    await conn.close()
    pumps: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(f"{folder.strip()}/.s.PGSQL.{port}")
        for task in (pump(reader, there[1]), pump(there[0], writer)):
            pumps.add(asyncio.create_task(task))

    server = await asyncio.start_server(join, "127.0.0.1", 0)
    plug = server.sockets[0].getsockname()[1]

    def pull() -> None:
        server.close()
        for task in pumps:
            task.cancel()

    yield f"postgresql://{user}@127.0.0.1:{plug}/{name}?sslmode=disable", pull
    pull()
    await asyncio.gather(*pumps, return_exceptions=True)


@pytest.fixture
async def plugged(db_url: str) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    async with switchable(db_url) as plug:
        yield plug


async def test_without_the_database_the_sender_is_told_to_come_again(
    lodge: Lodge, plugged: tuple[str, Callable[[], None]]
) -> None:
    """Deliveries under way when the connection breaks are either done, or answered 503."""

    dsn, pull = plugged
    sender = await make(lodge, "generic", "bearer", channel="")
    database: Database = await open_database(dsn, min_size=4, max_size=4, acquire_timeout=1)
    server = web.Application()

    server.add_subapp("/hooks", create_hooks(replace(lodge.process.services, database=database)))
    async with TestClient(TestServer(server)) as client:

        async def send(number: int) -> tuple[int, str | None]:
            answer = await client.post(
                sender.path,
                json={"title": f"Number {number}"},
                headers={"Authorization": f"Bearer {sender.secret}", "Idempotency-Key": str(number)},
            )
            return answer.status, answer.headers.get("Retry-After")

        under_way = [asyncio.create_task(send(number)) for number in range(200)]
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        pull()
        answers = await asyncio.gather(*under_way)
    database.pool.terminate()
    assert {status for status, _ in answers} == {200, 503}
    assert all(retry is not None for status, retry in answers if status == 503)
    done = {number for number, (status, _) in enumerate(answers) if status == 200}
    again = await asyncio.gather(
        *(
            sender.send({"title": f"Number {number}"}, {"Idempotency-Key": str(number)})
            for number in range(200)
        )
    )
    assert {status for status, _ in again} == {200}
    assert {number for number in done if again[number][1]["result"] != "repeated"} == set()
    assert "200 issues" in await listed(lodge)
