"""The life of an alert as Alertmanager tells of it, in any order and more than once."""

from __future__ import annotations

import copy
import itertools
from datetime import timedelta
from typing import Any

import pytest

from db.states import Status
from db.webhooks import Kind
from tests.handlers.hooks.bodies import ALERTS
from tests.handlers.hooks.conftest import Listen, Listener


def told(*alerts: tuple[str, str, str]) -> dict[str, Any]:
    """A notification of a group: each its name, since when, and till when if it is over."""
    body = copy.deepcopy(ALERTS)
    body["alerts"] = []
    for name, starts, ends in alerts:
        one = copy.deepcopy(ALERTS["alerts"][0])
        one["labels"]["instance"] = name
        one |= {
            "status": "resolved" if ends else "firing",
            "fingerprint": name,
            "startsAt": f"2026-11-02T{starts}:00Z",
            "endsAt": f"2026-11-02T{ends}:00Z" if ends else "0001-01-01T00:00:00Z",
        }
        body["alerts"].append(one)
    body["status"] = "firing" if any(not ends for _, _, ends in alerts) else "resolved"
    return body


@pytest.fixture
async def alertmanager(listen: Listen) -> Listener:
    made: Listener = await listen(Kind.ALERTMANAGER)
    return made


async def test_an_alert_that_fires_anew_reopens_the_issue_it_had(alertmanager: Listener) -> None:
    statuses = []
    for body in (
        told(("db", "08:00", "")),
        told(("db", "08:00", "08:30")),
        told(("db", "09:00", "")),
        told(("db", "09:00", "")),
        told(("db", "09:00", "09:10")),
        told(("db", "11:00", "")),
    ):
        await alertmanager.hear(body)
        statuses.append((await alertmanager.only()).status)
    opened, closed = Status.OPEN, Status.CLOSED
    assert statuses == [opened, closed, opened, opened, closed, opened]


async def test_one_that_fired_anew_is_not_ended_by_its_earlier_end(alertmanager: Listener) -> None:
    """Two Alertmanagers of a cluster tell each its own, the second late."""
    for body in (
        told(("db", "08:00", "")),
        told(("db", "08:00", "08:30")),
        told(("db", "09:00", "")),
        told(("db", "08:00", "08:30")),
        told(("db", "08:00", "")),
    ):
        await alertmanager.hear(body)
    assert (await alertmanager.only()).status is Status.OPEN


async def test_each_alert_of_a_group_goes_its_own_way(alertmanager: Listener) -> None:
    await alertmanager.hear(told(("a", "08:00", ""), ("b", "08:00", ""), ("c", "08:00", "")))
    await alertmanager.hear(told(("a", "08:00", "08:10"), ("b", "08:00", ""), ("c", "08:00", "08:12")))
    await alertmanager.hear(told(("a", "08:20", ""), ("b", "08:00", "08:21"), ("c", "08:00", "08:12")))
    found = await alertmanager.issues()
    assert [issue.status for issue in found] == [Status.OPEN, Status.CLOSED, Status.CLOSED]


async def test_the_same_again_and_again_changes_nothing(alertmanager: Listener) -> None:
    await alertmanager.hear(told(("db", "08:00", "")))
    before = await alertmanager.counted()
    for _ in range(3):
        alertmanager.now += timedelta(hours=4)
        await alertmanager.hear(told(("db", "08:00", "")))
    assert await alertmanager.counted() == before


async def test_in_whatever_order_it_is_told_it_ends_the_same(listen: Listen) -> None:
    """Each delivery comes a second time at the end of all."""
    story = (
        told(("db", "08:00", "")),
        told(("db", "08:00", "08:30")),
        told(("db", "09:00", "")),
        told(("db", "09:00", "09:10")),
    )
    for order in itertools.permutations(story):
        alertmanager: Listener = await listen(Kind.ALERTMANAGER)
        await alertmanager.forget()
        for body in (*order, *order):
            await alertmanager.hear(body)
        assert [issue.status for issue in await alertmanager.issues()] in ([Status.CLOSED], [])
