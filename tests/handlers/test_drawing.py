"""A card is what it says a moment later, also when that changed while Slack was being told."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from db import cards, labels, outbox
from db.ids import ChannelId, LabelId, MessageTs
from db.issues import Issue
from db.outbox import Kind, Waiting
from db.pool import Database
from handlers.drawing import Drawing, Drawn
from handlers.jobs import Job
from handlers.redrawing import Redrawing
from handlers.services import Services
from tests.db.worlds import World, file, make_world

HERE, TS = ChannelId("C1"), MessageTs("1.1")


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


@pytest.fixture
async def issue(conn: asyncpg.Connection, world: World) -> Issue:
    return await file(conn, world.ada, labels=("bug",))


def services(database: Database) -> Services:
    bell = SimpleNamespace(ring=lambda: None)
    return cast("Services", SimpleNamespace(database=database, bell=bell))


@pytest.fixture
def drawing(database: Database) -> Drawing:
    return Drawing(services(database))


def waiting(kind: Kind, issue: Issue, **payload: Any) -> Waiting:
    return Waiting(
        outbox_id=1,
        channel_id=HERE,
        kind=kind,
        payload=payload,
        issue_id=issue.issue_id,
        owner_id=None,
        attempts=0,
        tried_at=None,
        wait=timedelta(0),
    )


async def rename(conn: asyncpg.Connection, world: World, name: str) -> None:
    """As `announce` follows it: the cards that are there are outdated."""
    (label,) = await labels.all(conn, world.admin)
    await labels.rename(conn, world.admin, LabelId(label.label_id), name)
    await cards.outdate(conn, world.workspace_id, label_ids=[label.label_id])


async def test_a_label_renamed_while_its_card_is_updated_is_not_taken_for_shown(
    conn: asyncpg.Connection, world: World, issue: Issue, drawing: Drawing
) -> None:
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, 0)
    row = waiting(Kind.REFRESH, issue, ts=TS)

    async def now() -> Drawn:
        drawn = await drawing.draw(world.workspace_id, row)
        assert drawn is not None
        return drawn

    for name in ("fault", "defect"):
        drawn = await now()
        await rename(conn, world, name)
        await drawing.shows(conn, world.workspace_id, row, TS, drawn.state)
        assert name in str((await now()).arguments)
        assert await drawing.shown(conn, world.workspace_id, row, TS) != (await now()).state
    await drawing.shows(conn, world.workspace_id, row, TS, (await now()).state)
    assert await drawing.shown(conn, world.workspace_id, row, TS) == (await now()).state
    assert (await now()).state == str(issue.version)


async def test_a_label_renamed_while_its_card_is_posted_is_followed(
    conn: asyncpg.Connection, world: World, issue: Issue, drawing: Drawing
) -> None:
    row = waiting(Kind.CARD, issue)
    drawn = await drawing.draw(world.workspace_id, row)
    assert drawn is not None
    await rename(conn, world, "defect")
    await drawing.remember(conn, world.workspace_id, row, (HERE, TS), drawn.state)
    await drawing.catch_up(world.workspace_id, row, (HERE, TS), drawn.state)
    wish = await outbox.next_refresh(conn, world.workspace_id, HERE)
    assert wish is not None
    assert wish.payload["ts"] == TS
    now = await drawing.draw(world.workspace_id, wish)
    assert now is not None
    assert "defect" in str(now.arguments)
    assert await drawing.shown(conn, world.workspace_id, wish, TS) != now.state


async def test_a_card_that_nothing_overtook_is_left_alone(
    conn: asyncpg.Connection, world: World, issue: Issue, drawing: Drawing
) -> None:
    row = waiting(Kind.CARD, issue)
    drawn = await drawing.draw(world.workspace_id, row)
    assert drawn is not None
    await drawing.remember(conn, world.workspace_id, row, (HERE, TS), drawn.state)
    await drawing.catch_up(world.workspace_id, row, (HERE, TS), drawn.state)
    assert await outbox.next_refresh(conn, world.workspace_id, HERE) is None
    posted = await cards.at(conn, world.workspace_id, HERE, TS)
    assert posted is not None
    assert posted.shown_version == issue.version


@pytest.mark.parametrize(("thread_ts", "payload"), [("0.9", {"thread_ts": "0.9"}), (None, {})])
async def test_a_card_that_cannot_be_changed_any_more_is_posted_anew_where_it_stood(
    conn: asyncpg.Connection,
    world: World,
    issue: Issue,
    drawing: Drawing,
    thread_ts: str | None,
    payload: dict[str, str],
) -> None:
    stood = MessageTs(thread_ts) if thread_ts else None
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, 1, stood)
    row = waiting(Kind.REFRESH, issue, ts=TS)
    await drawing.lost(conn, world.workspace_id, row, TS, anew=True)
    assert await cards.at(conn, world.workspace_id, HERE, TS) is None
    card = await outbox.next_post(conn, world.workspace_id, HERE)
    assert card is not None
    assert (card.kind, card.payload) == (Kind.CARD, payload)


async def test_very_many_that_cannot_be_changed_any_more_are_no_flood(
    conn: asyncpg.Connection, world: World, issue: Issue, drawing: Drawing
) -> None:
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, 1)
    row = waiting(Kind.REFRESH, issue, ts=TS, patient=True)
    await drawing.lost(conn, world.workspace_id, row, TS, anew=True)
    assert await cards.at(conn, world.workspace_id, HERE, TS) is None
    assert await outbox.next_post(conn, world.workspace_id, HERE) is None


@pytest.mark.parametrize(("number", "patient"), [(20, False), (21, True)])
async def test_very_many_cards_are_redrawn_patiently(
    conn: asyncpg.Connection, world: World, issue: Issue, database: Database, number: int, *, patient: bool
) -> None:
    for each in range(number):
        ts = MessageTs(f"1.{each:02}")
        await cards.remember(conn, world.workspace_id, HERE, ts, issue.issue_id, issue.version)
    wanted = {"workspace": world.workspace_id, "channel": HERE, "person": None}
    await Redrawing(services(database)).run(Job(id=1, payload=json.dumps(wanted).encode(), attempts=0))
    rows = await conn.fetch("SELECT payload ? 'patient' AS patient FROM outbox")
    assert [row["patient"] for row in rows] == [patient] * number


async def test_cards_are_redrawn_in_turn_with_whatever_else_follows(
    conn: asyncpg.Connection, world: World, issue: Issue, database: Database
) -> None:
    await cards.remember(conn, world.workspace_id, HERE, TS, issue.issue_id, issue.version)
    wanted = {"workspace": world.workspace_id, "channel": None, "person": None}
    job = Job(id=1, payload=json.dumps(wanted).encode(), attempts=0)
    async with conn.transaction():
        await outbox.line_up(conn, world.workspace_id)
        redrawing = asyncio.ensure_future(Redrawing(services(database)).run(job))
        waits = """
            SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                           WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)"""
        async with asyncio.timeout(30):
            while not redrawing.done() and not await conn.fetchval(waits):
                await asyncio.sleep(0.01)
        assert not redrawing.done()
    await redrawing
    wish = await outbox.next_refresh(conn, world.workspace_id, HERE)
    assert wish is not None
