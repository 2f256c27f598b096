"""What an operator sees of a bot that people use: every metric on its endpoint, and logs that tell no tales."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from bot.playground import LocalSlack
from bot.process import running
from db.ids import WorkspaceId
from tests.faults.whole import ROOT, serving
from tests.scenarios.conftest import Lodge
from tests.scenarios.dropping import START, as_csv, drop
from tests.settings import settings_for

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as local:
        yield local


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str) -> AsyncIterator[Lodge]:
    settings = settings_for(slack, db_url)
    async with running(settings) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield Lodge(slack=slack, process=process)
        await slack.settled()


async def metrics(url: str) -> dict[str, float]:
    """By name and labels, as in `lodge_outbox{state="waiting"}`."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        lines = (await answer.text()).splitlines()
    samples = [_SAMPLE.match(line) for line in lines if not line.startswith("#")]
    assert all(samples)
    return {f"{m[1]}{{{m[2]}}}" if m[2] else m[1]: float(m[3]) for m in samples if m is not None}


async def test_requests_are_counted_by_what_was_asked_and_how_it_came_out(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    await lodge.ask("ada", "show LDG-1")
    await lodge.ask("ada", "show LDG-99")
    await lodge.ask("ada", "list nonsense:1")
    await lodge.ask("ada", "frobnicate")
    await lodge.person("ada").slash("general", "/issue")
    form = await lodge.person("ada").expect_modal()
    await lodge.person("ada").submit(form["id"], {"title": "Two"})
    await lodge.person("grace").send("general", "hello")
    await lodge.settled()
    seen = await metrics(lodge.process.url)
    assert seen['lodge_asked_total{outcome="done",what="command new"}'] == 2
    assert seen['lodge_asked_total{outcome="done",what="command show"}'] == 1
    assert seen['lodge_asked_total{outcome="refused",what="command show"}'] == 1
    assert seen['lodge_asked_total{outcome="refused",what="command list"}'] == 1
    assert seen['lodge_asked_total{outcome="done",what="command unknown"}'] == 1
    assert (
        sum(
            value for name, value in seen.items() if name.startswith("lodge_asked_total") and '"form"' in name
        )
        == 1
    )
    assert seen['lodge_asked_total{outcome="done",what="event message"}'] == 1
    assert seen['lodge_acknowledge_seconds_count{what="command show"}'] == 2
    assert seen['lodge_acknowledge_seconds_bucket{le="+Inf",what="command show"}'] == 2
    assert seen['lodge_requests_total{route="/slack/events",status="200"}'] >= 8
    assert seen['lodge_request_seconds_count{route="/slack/events"}'] >= 8


async def test_calls_of_slack_are_counted_by_method_and_error(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="views.open", error="expired_trigger_id")
    await lodge.person("ada").slash("general", "/issue")
    await lodge.settled()
    client = await lodge.process.services.slack.sender(WorkspaceId(lodge.slack.team_id))
    lodge.slack.faults.add(method="auth.test", status=500)
    lodge.slack.faults.add(method="auth.test", drop="before")
    for _ in range(2):
        with pytest.raises(Exception, match=r".*"):
            await client.auth_test()
    seen = await metrics(lodge.process.url)
    assert seen['lodge_slack_calls_total{method="views.open",outcome="expired_trigger_id"}'] == 1
    assert seen['lodge_slack_calls_total{method="auth.test",outcome="status 500"}'] == 1
    assert seen['lodge_slack_calls_total{method="auth.test",outcome="no answer"}'] == 1
    assert seen['lodge_slack_calls_total{method="users.info",outcome="ok"}'] >= 1


async def test_queue_outbox_pools_imports_and_schedules_are_told(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv([("title", "status"), ("One", "open")]))
    await thread.press(await thread.shows("1 issue to import"), START)
    await thread.shows("1 issue imported")
    await lodge.settled()
    lodge.process.worker.stop()
    conn = await asyncpg.connect(db_url)
    await conn.execute(
        "INSERT INTO pgqueuer (priority, entrypoint, status, execute_after)"
        " VALUES (0, 'announce', 'queued', now() - interval '90 seconds'), (0, 'announce', 'failed', now())"
    )
    await conn.execute(
        """
        INSERT INTO schedules (workspace_id, owner_id, report, query, period, channel_id, recurrence, timezone,
                               next_due_at)
        SELECT workspace_id, person_id, 'aging', '', '7d', 'C1', 'monthly 1 00:00', 'UTC',
               now() - interval '50 seconds'
        FROM people LIMIT 1"""
    )
    await conn.execute(
        "INSERT INTO report_runs (workspace_id, schedule_id, due_at, state)"
        " SELECT workspace_id, schedule_id, now(), 'failed' FROM schedules"
    )
    assert (await metrics(lodge.process.url))["lodge_schedule_late_seconds"] >= 50
    await conn.execute(
        "INSERT INTO report_runs (workspace_id, schedule_id, due_at, claimed_at)"
        " SELECT workspace_id, schedule_id, next_due_at, now() - interval '70 seconds' FROM schedules"
    )
    await conn.execute(
        "INSERT INTO outbox (workspace_id, channel_id, kind) VALUES ($1, 'C1', 'message')",
        lodge.slack.team_id,
    )
    await conn.close()
    seen = await metrics(lodge.process.url)
    assert seen["lodge_job_oldest_seconds"] >= 90
    assert seen['lodge_jobs_kept{job="announce",state="queued"}'] >= 1
    assert seen['lodge_jobs_kept{job="announce",state="failed"}'] == 1
    assert (
        sum(value for name, value in seen.items() if re.match(r'lodge_jobs_total\{.*outcome="done"', name))
        > 0
    )
    assert seen['lodge_outbox{state="waiting"}'] >= 1
    assert seen['lodge_imports{state="done"}'] == 1
    assert seen['lodge_report_runs{state="failed"}'] == 1
    assert seen["lodge_schedule_late_seconds"] >= 70
    for pool in ("requests", "jobs"):
        opened = seen[f'lodge_pool_connections{{pool="{pool}",state="open"}}']
        assert 1 <= opened <= 6
        assert 0 <= seen[f'lodge_pool_connections{{pool="{pool}",state="idle"}}'] <= opened


@pytest.mark.faults
async def test_logs_are_json_with_request_ids_and_hold_neither_secrets_nor_texts(
    slack: LocalSlack, db_url: str, tmp_path: Path
) -> None:
    texts = {name: f"Planted{name}Text" for name in ("Title", "Comment", "Query", "File", "Reply", "Report")}
    key = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    async with serving(slack, db_url, tmp_path, LODGE_SECRET_KEY=key) as bot:
        ada = slack.person("ada")
        for text in (
            f"new {texts['Title']} +planted",
            f"comment LDG-1 {texts['Comment']}",
            f"search {texts['Query']}",
            f"list nonsense:{texts['Query']}",
            f"{texts['Query']}",
            "subscribe label:planted",
            "token",
        ):
            await ada.slash("general", f"/issue {text}")
        await slack.settled()
        # What goes wrong is logged more than what goes well.
        slack.faults.add(method="chat.postMessage", error="msg_too_long", times=1)
        slack.faults.add(method="chat.postMessage", status=500, times=1)
        slack.faults.add(method="views.open", error="expired_trigger_id")
        await ada.slash("general", f"/issue new {texts['Report']} +planted")
        await ada.slash("general", "/issue")
        ts = await ada.upload("general", "planted.csv", f"title,status\n{texts['File']},nonsense\n".encode())
        await ada.send("general", texts["Reply"], thread_ts=ts)
        async with aiohttp.ClientSession() as http:
            for headers in ({"Authorization": "Bearer ldg_planted_plantedplanted"}, {}):
                async with http.get(f"{bot.url}/api/v1/issues?q={texts['Query']}", headers=headers) as answer:
                    assert answer.status == 401
            async with http.post(f"{bot.url}/slack/events", data=texts["Reply"]) as answer:
                assert answer.status == 401
        conn = await asyncpg.connect(db_url)
        # A fault of ours, with a traceback: what the statement was given stays out of it too.
        await conn.execute("ALTER TABLE comments RENAME COLUMN body TO other")
        await ada.slash("general", f"/issue comment LDG-1 {texts['Comment']}")
        await slack.settled()
        await conn.execute("ALTER TABLE comments RENAME COLUMN other TO body")
        await conn.close()
        await bot.terminate()
    log = bot.log.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert any("exc_info" in line for line in lines)
    for line in lines:
        assert {"timestamp", "level", "logger", "message", "request"} <= set(line)
    assert not any("SLACK_BOT_TOKEN" in line["message"] for line in lines)
    assert len({line["request"] for line in lines}) > 2
    secrets = (slack.signing_secret, slack.bot_token, key, "plantedplanted")
    for planted in (*texts.values(), *secrets):
        assert planted not in log, [line for line in log.splitlines() if planted in line]
