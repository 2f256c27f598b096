"""What other programs send and cannot be taken at once: it is kept to be looked at, or they are to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from db.pool import Database, open_database
from handlers.hooks import create_hooks
from tests.handlers.hooks.bodies import ALERTS, GITHUB_ISSUE, SENTRY_ALERT, SENTRY_ISSUE, SENTRY_METRIC
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.webhooks import listed, make


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
        str(block["block_id"])
        for block in message["blocks"]
        if (block.get("accessory") or {}).get("action_id") == "webhook_replay"
    )


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
    database: Database = await open_database(dsn, min_size=4, max_size=4)
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


def spoiled(value: Any) -> Any:
    """With what JSON can write and no text of the database can hold, in every text."""
    if isinstance(value, dict):
        return {name: spoiled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each) for each in value]
    return f"\0{value}\0" if isinstance(value, str) else value


_BODIES: dict[str, list[tuple[Json, dict[str, str]]]] = {
    "generic": [
        ({"title": "Pump", "key": "a", "labels": ["b"], "description": "c"}, {}),
        ({"title": "Pump", "status": "odd"}, {}),
        ({"title": "Pump", "priority": "odd"}, {}),
        ({"title": "Pump", "at": "odd"}, {}),
        ({"title": "Pump", "at": "9999-12-31T23:59:59-12:00"}, {}),
    ],
    "alertmanager": [(ALERTS, {})],
    "sentry": [
        (SENTRY_ISSUE, {"Sentry-Hook-Resource": "issue"}),
        (SENTRY_ALERT, {"Sentry-Hook-Resource": "event_alert"}),
        (SENTRY_METRIC, {"Sentry-Hook-Resource": "metric_alert"}),
    ],
    "github": [(GITHUB_ISSUE, {"X-GitHub-Event": "issues"})],
}


@pytest.mark.parametrize("kind", _BODIES)
async def test_what_no_database_can_hold_is_left_out_or_told_of(lodge: Lodge, kind: str) -> None:
    sender = await make(lodge, kind, "bearer" if kind == "alertmanager" else "hmac")
    for body, headers in _BODIES[kind]:
        for sent in (spoiled(body), {**body, "at": spoiled(body.get("at", ""))}, body):
            assert (await sender.send(sent, headers))[0] in (200, 422), sent


async def test_headers_that_are_no_text_are_read_as_far_as_they_are(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "bearer")
    head = (
        f"POST {sender.path} HTTP/1.1\r\nHost: lodge\r\nConnection: close\r\n"
        f"Authorization: Bearer {sender.secret}\r\nContent-Length: 2\r\n"
    ).encode()
    odd = b"".join(name + b": \xff\xfe\r\n" for name in (b"Content-Type", b"Webhook-Id", b"X-GitHub-Event"))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(lodge.process.url.rpartition(":")[2]))
    writer.write(head + odd + b"\r\n{}")
    assert b" 422 " in (await reader.readline())
    writer.close()
