"""What Alertmanager, GitHub, Sentry and any other program send becomes issues, once and in order."""

from __future__ import annotations

import asyncio
import copy

from tests.handlers.hooks.bodies import ALERTS, GITHUB_ISSUE
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.webhooks import alert, listed, make


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


async def test_a_mapping_decides_what_is_read_and_a_key_what_belongs_together(lodge: Lodge) -> None:
    mapping = '{"title": "check.name", "key": "check.id", "status": "state", "at": "time"}'
    sender = await make(lodge, "generic", "bearer", mapping)
    body = {"check": {"name": "Backup fails", "id": 4}, "state": "down", "time": 1793606400}
    assert (await sender.send(body))[1]["result"] == "done"
    assert (await sender.send(body | {"state": "up", "time": 1793606500}))[0] == 200
    assert (await sender.send(body | {"time": 1793606450}))[0] == 200
    assert "Backup fails" in await listed(lodge, "status:closed")
    assert "One issue." in await listed(lodge)
