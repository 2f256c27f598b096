"""The life of a Sentry issue and of a metric alert as Sentry tells of them, in any order and more than once."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from db import issues
from db.states import CloseReason, Priority, Status
from db.webhooks import Kind
from tests.handlers.hooks.bodies import SENTRY_ALERT, SENTRY_ISSUE, SENTRY_METRIC
from tests.handlers.hooks.conftest import Listen, Listener

Delivery = tuple[dict[str, Any], dict[str, str]]
NINE = 1793610000
# What the issue is by then, as Sentry writes it beside the action.
STATES = {
    "created": {"status": "unresolved", "substatus": "new"},
    "assigned": {"status": "unresolved", "substatus": "ongoing", "assignedTo": {"type": "user", "id": "1"}},
    "resolved": {"status": "resolved", "substatus": None, "statusDetails": {"inNextRelease": True}},
    "archived": {"status": "ignored", "substatus": "archived_until_escalating"},
    "unresolved": {"status": "unresolved", "substatus": "regressed"},
}


def sent(body: dict[str, Any], resource: str, second: int) -> Delivery:
    headers = {
        "sentry-hook-resource": resource,
        "sentry-hook-timestamp": str(NINE + second),
        "request-id": f"{body['action']} {second}",
    }
    return body, headers


def told(action: str, second: int) -> Delivery:
    body = copy.deepcopy(SENTRY_ISSUE) | {"action": action}
    body["data"]["issue"] |= STATES[action]
    return sent(body, "issue", second)


def metric(action: str, second: int, incident: str = "7") -> Delivery:
    body = copy.deepcopy(SENTRY_METRIC) | {"action": action}
    body["data"]["metric_alert"]["id"] = incident
    return sent(body, "metric_alert", second)


@pytest.fixture
async def sentry(listen: Listen) -> Listener:
    made: Listener = await listen(Kind.SENTRY)
    return made


async def test_it_is_resolved_comes_back_and_is_archived(sentry: Listener) -> None:
    seen = []
    for second, action in enumerate(
        ("created", "assigned", "resolved", "unresolved", "archived", "unresolved")
    ):
        await sentry.hear(*told(action, second))
        issue = await sentry.only()
        seen.append((issue.status, issue.close_reason))
    assert seen == [
        (Status.OPEN, None),
        (Status.OPEN, None),
        (Status.CLOSED, CloseReason.COMPLETED),
        (Status.OPEN, None),
        (Status.CLOSED, CloseReason.NOT_PLANNED),
        (Status.OPEN, None),
    ]


async def test_that_it_is_assigned_there_reopens_nothing_here(sentry: Listener) -> None:
    await sentry.hear(*told("created", 0))
    async with sentry.database.transaction() as conn:
        await issues.close(conn, sentry.actor, (await sentry.only()).issue_id)
    before = await sentry.counted()
    await sentry.hear(*told("assigned", 1))
    assert await sentry.counted() == before


async def test_an_alert_of_a_rule_is_about_the_issue_it_names(sentry: Listener) -> None:
    await sentry.hear(*sent(SENTRY_ALERT, "event_alert", 0))
    await sentry.hear(*told("resolved", 1))
    assert (await sentry.only()).status is Status.CLOSED
    await sentry.hear(*sent(SENTRY_ALERT, "event_alert", 2))
    assert (await sentry.only()).status is Status.OPEN
    late, headers = sent(SENTRY_ALERT, "event_alert", 0)
    await sentry.hear(*told("resolved", 3))
    await sentry.hear(late, headers | {"request-id": "on its way for long"})
    assert (await sentry.only()).status is Status.CLOSED


async def test_an_alert_of_an_issues_activity_says_how_the_issue_is(sentry: Listener) -> None:
    body = copy.deepcopy(SENTRY_ISSUE) | {"action": "triggered"}
    body["data"]["issue"] |= STATES["unresolved"]
    await sentry.hear(*sent(body, "activity_alert", 0))
    assert (await sentry.only()).status is Status.OPEN


async def test_an_incident_has_one_issue_and_the_next_another(sentry: Listener) -> None:
    for second, action in enumerate(("warning", "critical", "warning", "resolved")):
        await sentry.hear(*metric(action, second))
    issue = await sentry.only()
    assert (issue.status, issue.priority) == (Status.CLOSED, Priority.MEDIUM)
    await sentry.hear(*metric("critical", 60, "8"))
    first, second_one = await sentry.issues()
    assert (first.status, second_one.status) == (Status.CLOSED, Status.OPEN)


@pytest.mark.parametrize("resource", ["installation", "comment", "error", "seer"])
async def test_what_is_about_neither_files_nothing(sentry: Listener, resource: str) -> None:
    body = {"action": "created", "data": {"comment": "x", "issue_id": 100, "error": {}}}
    assert (await sentry.hear(*sent(body, resource, 0))).issue_ids == ()
    assert await sentry.issues() == []


@pytest.mark.parametrize(
    "story",
    [
        (told("created", 0), told("assigned", 1), told("resolved", 2)),
        (told("created", 0), told("resolved", 1), told("unresolved", 2)),
        (metric("warning", 0), metric("critical", 1), metric("resolved", 2)),
    ],
)
async def test_in_whatever_order_it_is_told_it_ends_the_same(
    listen: Listen, story: tuple[Delivery, ...]
) -> None:
    """Each delivery comes a second time at the end of all."""
    ends = story[-1][0]["action"]
    for order in itertools.permutations(story):
        sentry: Listener = await listen(Kind.SENTRY)
        await sentry.forget()
        for body, headers in order:
            await sentry.hear(body, headers)
        for body, headers in order:
            assert (await sentry.hear(body, headers)).repeated
        found = await sentry.issues()
        if order[0] is story[-1] and ends == "resolved":
            # That it is over came first: there is nothing to file.
            assert found == []
        else:
            (issue,) = found
            assert issue.status is (Status.CLOSED if ends == "resolved" else Status.OPEN)
