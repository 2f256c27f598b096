"""What the bot says unasked: in order, at Slack's pace, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.playground import LocalSlack
from bot.process import Options, Process, running
from bot.worker import Pace
from db import outbox
from db.ids import ChannelId, PersonId, SlackUserId, WorkspaceId
from db.outbox import Outgoing
from tests.faults.test_scheduled_posts import replica as replica_process
from tests.settings import settings_for

pytestmark = pytest.mark.faults
QUICK = Pace(
    poll=timedelta(seconds=0.2),
    heartbeat=timedelta(seconds=2),
    first_retry=timedelta(seconds=0.1),
    restart=0.1,
)
MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="strict") as local:
        yield local


@asynccontextmanager
async def replica(slack: LocalSlack, dsn: str) -> AsyncIterator[Process]:
    settings = settings_for(slack, dsn)
    async with running(settings, Options(pace=QUICK)) as process:
        yield process


async def say(
    process: Process,
    slack: LocalSlack,
    texts: list[str],
    *,
    channel: str = "general",
    owner: str | None = None,
) -> None:
    workspace_id = WorkspaceId(slack.team_id)
    await process.services.directory.workspace(workspace_id)
    owner_id: PersonId | None = None
    if owner is not None:
        person = await process.services.directory.person(
            workspace_id, SlackUserId(slack.person(owner).user.id)
        )
        owner_id = person.person_id
    place = ChannelId(slack.channel(channel).id)
    async with process.services.database.transaction() as conn:
        await outbox.put(
            conn,
            workspace_id,
            [Outgoing(channel_id=place, payload={"text": text}, owner_id=owner_id) for text in texts],
        )
    process.services.bell.ring()


def said(slack: LocalSlack, channel: str = "general") -> list[str]:
    messages: list[dict[str, Any]] = slack.person("ada").messages(channel)
    return [message["text"] for message in messages if message.get("bot_id")]


async def until_said(slack: LocalSlack, texts: list[str], channel: str = "general") -> None:
    await slack.until(lambda: len(said(slack, channel)) >= len(texts), timeout=60)
    await slack.settled()
    assert said(slack, channel) == texts


async def settled_states(process: Process) -> list[str]:
    """The state of every row, once none waits."""
    async with asyncio.timeout(60):
        while True:
            async with process.services.database.connection() as conn:
                rows = await conn.fetch("SELECT state FROM outbox ORDER BY outbox_id")
            if all(row["state"] != "waiting" for row in rows):
                return [row["state"] for row in rows]
            await asyncio.sleep(0.05)


async def until_held_back(process: Process) -> None:
    """Until everybody can know what Slack said to one."""
    async with asyncio.timeout(60), process.services.database.connection() as conn:
        while not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM send_pace"
            " WHERE lane = 'chat.postMessage' AND blocked_until > '2000-01-01')"
        ):
            await asyncio.sleep(0.02)


async def test_two_replicas_keep_the_order_of_a_channel_and_its_pace(slack: LocalSlack, db_url: str) -> None:
    texts = [f"message {number}" for number in range(5)]
    async with replica(slack, db_url) as one, replica(slack, db_url) as two:
        for number, text in enumerate(texts):
            await say(one if number % 2 else two, slack, [text])
        await until_said(slack, texts)
    refused = [call for call in slack.calls_of("chat.postMessage") if call.status == 429]
    assert not refused


async def test_a_message_whose_answer_was_lost_is_not_sent_twice(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(method="chat.postMessage", drop="after")
    async with replica(slack, db_url) as process:
        await say(process, slack, ["first", "second"])
        await until_said(slack, ["first", "second"])
        assert await settled_states(process) == ["sent", "sent"]


async def test_a_message_that_never_arrived_is_sent_again(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(method="chat.postMessage", drop="before")
    slack.faults.add(method="chat.postMessage", status=500)
    async with replica(slack, db_url) as process:
        await say(process, slack, ["first", "second"])
        await until_said(slack, ["first", "second"])


async def test_retry_after_is_obeyed_by_every_replica(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(method="chat.postMessage", retry_after=2, status=429)
    async with replica(slack, db_url) as one, replica(slack, db_url) as two:
        await say(one, slack, ["in general"])
        await until_held_back(one)
        await say(two, slack, ["in product"], channel="product")
        await slack.until(lambda: said(slack) and said(slack, "product"))
    refused, *others = slack.calls_of("chat.postMessage")
    assert len(others) == 2
    assert all(call.at - refused.at >= 2 for call in others)


async def test_a_channel_that_refuses_is_recorded_and_its_owner_told(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(
        method="chat.postMessage",
        error="is_archived",
        times=None,
        when={"channel": slack.channel("product").id},
    )
    async with replica(slack, db_url) as process:
        await say(process, slack, ["one", "two"], channel="product", owner="grace")
        states = await settled_states(process)
        assert states == ["failed", "failed", "sent"]
        async with process.services.database.connection() as conn:
            told = await conn.fetchrow("SELECT channel_id, payload FROM outbox WHERE state = 'sent'")
            errors = await conn.fetch("SELECT error FROM outbox WHERE state = 'failed'")
    assert told["channel_id"] == slack.person("grace").user.id
    assert "archived" in told["payload"]["text"]
    assert {row["error"] for row in errors} == {"is_archived"}


async def tried_often(process: Process, slack: LocalSlack, text: str) -> None:
    """A message whose next attempt is the tenth."""
    workspace_id = WorkspaceId(slack.team_id)
    await process.services.directory.workspace(workspace_id)
    async with process.services.database.transaction() as conn:
        place = ChannelId(slack.channel("general").id)
        await outbox.put(conn, workspace_id, [Outgoing(channel_id=place, payload={"text": text})])
        await conn.execute("UPDATE outbox SET attempts = 9, payload = payload || '{\"failed\": 9}'")
    process.services.bell.ring()


async def test_what_slack_fails_at_ten_times_is_given_up(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(method="chat.postMessage", error="internal_error")
    async with replica(slack, db_url) as process:
        await tried_often(process, slack, "no way")
        assert await settled_states(process) == ["failed"]


async def test_an_outage_may_last_longer_than_ten_attempts(slack: LocalSlack, db_url: str) -> None:
    slack.faults.add(method="chat.postMessage", status=503)
    async with replica(slack, db_url) as process:
        await tried_often(process, slack, "patience")
        async with asyncio.timeout(60), process.services.database.connection() as conn:
            while not await conn.fetchval("SELECT bool_and(not_before > now()) FROM outbox"):
                await asyncio.sleep(0.05)
            # What is waited for then is over.
            await conn.execute("UPDATE outbox SET not_before = now()")
            await outbox.call_senders(
                conn, WorkspaceId(slack.team_id), [ChannelId(slack.channel("general").id)]
            )
        process.services.bell.ring()
        await until_said(slack, ["patience"])


async def test_a_killed_senders_messages_are_sent_by_another_and_none_twice(
    slack: LocalSlack, db_url: str
) -> None:
    texts = [f"message {number}" for number in range(4)]
    async with replica(slack, db_url) as process, replica_process(slack, db_url) as doomed:
        process.worker.stop()
        await say(process, slack, texts)
        await slack.until(lambda: len(said(slack)) >= 1)
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()
        async with process.services.database.connection() as conn:
            # The clock by which a dead sender loses its channel, moved on.
            await conn.execute("UPDATE channel_senders SET held_until = now()")
    async with replica(slack, db_url):
        await until_said(slack, texts)


async def test_the_worker_outlives_its_database_connections(slack: LocalSlack, db_url: str) -> None:
    async with replica(slack, db_url) as process:
        await say(process, slack, ["before"])
        await until_said(slack, ["before"])
        async with process.services.database.connection() as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await say(process, slack, ["after"])
        await until_said(slack, ["before", "after"])


async def test_a_sender_killed_between_slacks_doing_and_its_answer_leaves_no_second_copy(
    slack: LocalSlack, db_url: str
) -> None:
    texts = [f"message {number}" for number in range(4)]
    async with replica(slack, db_url) as process:
        process.worker.stop()
        async with replica_process(slack, db_url) as doomed:
            # Slack has posted the second; its answer never arrives, for the sender is gone by then.
            slack.faults.add(method="chat.postMessage", drop="after", slow=1.0, skip=1)
            await say(process, slack, texts)
            await slack.until(lambda: len(slack.calls_of("chat.postMessage")) >= 2)
            doomed.send_signal(signal.SIGKILL)
            await doomed.wait()
        async with process.services.database.connection() as conn:
            # The clock by which a dead sender loses its channel, moved on.
            await conn.execute("UPDATE channel_senders SET held_until = now()")
        async with replica_process(slack, db_url), replica_process(slack, db_url):
            await until_said(slack, texts)
            assert await settled_states(process) == ["sent"] * 4


async def test_an_earlier_attempt_is_found_among_much_that_others_say(slack: LocalSlack, db_url: str) -> None:
    for number in range(230):
        await slack.person("ada").send("general", f"chatter {number}")
    slack.faults.add(method="chat.postMessage", drop="after")
    async with replica(slack, db_url) as process:
        await say(process, slack, ["first", "second"])
        await until_said(slack, ["first", "second"])
        assert await settled_states(process) == ["sent", "sent"]
