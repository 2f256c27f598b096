"""What waits is sent as it is by then, and is never lost over what changes or fails meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest
from slack_sdk.errors import SlackApiError

from db import announcements, cards, changes, issues, outbox
from db.ids import ChannelId, MessageTs, WorkspaceId
from db.issues import IssuePatch
from db.outbox import Outgoing
from db.pool import Database
from handlers import unposted
from handlers.delivering import Delivering
from handlers.drawing import Drawing, Drawn, refreshing
from handlers.jobs import Job, Worker
from handlers.retrying import MAX_ATTEMPTS
from handlers.rush import Rush
from handlers.services import Services
from tests.db.worlds import World, file, make_world

HERE, TS = ChannelId("C1"), MessageTs("1.1")


def trouble(code: str) -> SlackApiError:
    response = SimpleNamespace(status_code=200, headers={}, get={"error": code}.get)
    return SlackApiError(code, response)  # type: ignore[no-untyped-call]


class Slack:
    """Takes what is sent. `failing`: what is said of the history."""

    def __init__(self, failing: str | None = None) -> None:
        self.failing = failing
        self.looks = 0
        self.posted: list[str] = []
        self.updated: list[str] = []

    async def sender(self, workspace_id: WorkspaceId) -> Any:
        return self

    async def chat_update(self, *, text: str, **_: Any) -> None:
        self.updated.append(text)

    async def chat_postMessage(self, *, text: str, channel: str, **_: Any) -> dict[str, str]:  # noqa: N802
        self.posted.append(text)
        return {"channel": channel, "ts": "2.2"}

    async def conversations_history(self, **_: Any) -> dict[str, Any]:
        self.looks += 1
        if self.failing is not None:
            raise trouble(self.failing)
        return {"messages": []}


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


def delivering(database: Database, slack: Slack) -> Delivering:
    bell = SimpleNamespace(ring=lambda: None)
    services = SimpleNamespace(database=database, bell=bell, slack=slack, rush=Rush())
    return Delivering(cast("Services", services), cast("Worker", SimpleNamespace(stopping=False)))


async def deliver(conn: asyncpg.Connection, by: Delivering, world: World) -> None:
    """One visit to the channel, at a moment when Slack's pace holds nothing back."""
    await conn.execute("DELETE FROM send_pace")
    await conn.execute("UPDATE outbox SET not_before = NULL")
    await by.run(Job(id=0, payload=outbox.address(world.workspace_id, HERE), attempts=0))


async def states(conn: asyncpg.Connection) -> list[str]:
    return [row["state"] for row in await conn.fetch("SELECT state FROM outbox ORDER BY outbox_id")]


async def test_a_change_after_the_card_was_found_up_to_date_is_shown(
    conn: asyncpg.Connection, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = await file(conn, world.ada)
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, issue.version)
    wish = refreshing(HERE, TS, issue.issue_id)
    await outbox.put(conn, world.workspace_id, [wish])
    draw, drawn = Drawing.draw, 0

    async def change_behind(self: Drawing, *given: Any) -> Drawn | None:
        nonlocal drawn
        now, drawn = await draw(self, *given), drawn + 1
        if drawn == 1:
            await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="Another"))
            await outbox.put(conn, world.workspace_id, [wish])
        return now

    monkeypatch.setattr(Drawing, "draw", change_behind)
    slack = Slack()
    await deliver(conn, delivering(database, slack), world)
    assert ["Another" in text for text in slack.updated] == [True]
    assert await states(conn) == ["sent"]


async def test_a_card_that_is_up_to_date_is_left_alone(
    conn: asyncpg.Connection, database: Database, world: World
) -> None:
    issue = await file(conn, world.ada)
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, issue.version)
    await outbox.put(conn, world.workspace_id, [refreshing(HERE, TS, issue.issue_id)])
    slack = Slack()
    await deliver(conn, delivering(database, slack), world)
    assert slack.updated == []
    assert await states(conn) == ["dropped"]


@pytest.mark.parametrize(("error", "looks"), [("fatal_error", MAX_ATTEMPTS - 2), ("missing_scope", 1)])
async def test_where_nothing_can_be_looked_for_it_is_sent_once_more_in_the_end(
    conn: asyncpg.Connection, database: Database, world: World, error: str, looks: int
) -> None:
    await outbox.put(conn, world.workspace_id, [Outgoing(channel_id=HERE, payload={"text": "hello"})])
    await conn.execute(
        "UPDATE outbox SET tried_at = now(), attempts = 2, payload = payload || '{\"failed\": 2}'"
    )
    slack = Slack(failing=error)
    by = delivering(database, slack)
    for turn in range(1, looks + 1):
        assert slack.posted == []
        await deliver(conn, by, world)
        assert slack.looks == turn
    assert slack.posted == ["hello"]
    assert await states(conn) == ["sent"]


async def test_an_outage_uses_up_none_of_the_attempts_that_a_message_has(
    conn: asyncpg.Connection, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.put(conn, world.workspace_id, [Outgoing(channel_id=HERE, payload={"text": "hello"})])
    await conn.execute("UPDATE outbox SET attempts = $1", 2 * MAX_ATTEMPTS - 1)
    slack = Slack()

    async def fail(**_: Any) -> None:
        raise trouble("fatal_error")

    monkeypatch.setattr(slack, "chat_postMessage", fail)
    by = delivering(database, slack)
    for _ in range(MAX_ATTEMPTS):
        assert await states(conn) == ["waiting"]
        await deliver(conn, by, world)
    assert await states(conn) == ["failed"]


async def test_while_slack_is_away_it_is_looked_for_ever_more_seldom(
    conn: asyncpg.Connection, database: Database, world: World
) -> None:
    await outbox.put(conn, world.workspace_id, [Outgoing(channel_id=HERE, payload={"text": "hello"})])
    await conn.execute("UPDATE outbox SET tried_at = now(), attempts = 3")
    slack = Slack(failing="service_unavailable")
    by = delivering(database, slack)
    for _ in range(MAX_ATTEMPTS):
        await deliver(conn, by, world)
    assert slack.posted == []
    assert await conn.fetchval("SELECT attempts FROM outbox WHERE state = 'waiting'") == 3 + MAX_ATTEMPTS


async def test_the_card_of_an_issue_that_is_gone_is_posted_when_it_is_back(
    conn: asyncpg.Connection, database: Database, world: World
) -> None:
    issue, slack = await file(conn, world.ada), Slack()
    await cards.ask(conn, world.workspace_id, issue.issue_id, HERE, request_key="k")
    gone = await changes.undo(conn, world.ada)
    await announced(conn)
    await deliver(conn, delivering(database, slack), world)
    assert (slack.posted, await states(conn)) == ([], ["dropped"])
    await changes.undo(conn, world.ada, gone.change_id)
    for _ in range(2):
        await announced(conn)
        await deliver(conn, delivering(database, slack), world)
    assert ["Login fails" in text for text in slack.posted] == [True]
    assert await states(conn) == ["dropped", "sent"]


@pytest.mark.parametrize("announced_before", [True, False])
async def test_a_card_that_is_dropped_while_its_issue_is_brought_back_is_posted_once(
    conn: asyncpg.Connection,
    database: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    announced_before: bool,
) -> None:
    issue, slack = await file(conn, world.ada), Slack()
    await cards.ask(conn, world.workspace_id, issue.issue_id, HERE)
    gone = await changes.undo(conn, world.ada)
    await announced(conn)
    draw, drawn = Drawing.draw, 0

    async def back_behind(self: Drawing, *given: Any) -> Drawn | None:
        nonlocal drawn
        now, drawn = await draw(self, *given), drawn + 1
        if drawn == 1:
            await changes.undo(conn, world.ada, gone.change_id)
            if announced_before:
                await announced(conn)
        return now

    monkeypatch.setattr(Drawing, "draw", back_behind)
    await deliver(conn, delivering(database, slack), world)
    await announced(conn)
    await deliver(conn, delivering(database, slack), world)
    assert ["Login fails" in text for text in slack.posted] == [True]
    assert await states(conn) == ["dropped", "sent"]


async def announced(conn: asyncpg.Connection) -> None:
    """What follows from changes, as far as it concerns cards that were dropped."""
    batch = await announcements.take(conn, WorkspaceId("T1"), 100)
    if batch is not None:
        await unposted.announce(conn, batch)
