"""The life of a GitHub issue as GitHub tells of it, in any order and more than once."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from db import issues, labels
from db.issues import IssuePatch
from db.states import CloseReason, Status
from db.webhooks import Kind
from tests.handlers.hooks.bodies import GITHUB_ACTIONS, GITHUB_ISSUE
from tests.handlers.hooks.conftest import Listen, Listener

Delivery = tuple[dict[str, Any], dict[str, str]]


def told(action: str, minute: int, **issue: Any) -> Delivery:
    """The delivery of what was done at that minute past eight. `issue`: how it differs from how it was opened."""
    body = copy.deepcopy(GITHUB_ISSUE) | {"action": action} | GITHUB_ACTIONS.get(action, {})
    body["issue"] |= {"updated_at": f"2026-11-02T08:{minute:02}:00Z", **issue}
    return body, {"x-github-event": "issues", "x-github-delivery": f"{action} {minute}"}


def named(*names: str) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in enumerate(names)]


@pytest.fixture
async def github(listen: Listen) -> Listener:
    made: Listener = await listen(Kind.GITHUB)
    return made


async def _labels(github: Listener) -> set[str]:
    async with github.database.connection() as conn:
        found = await labels.of_issue(conn, github.actor, (await github.only()).issue_id)
    return {label.name for label in found}


async def test_it_is_closed_with_its_reason_and_opened_again(github: Listener) -> None:
    await github.hear(*told("opened", 0))
    for minute, (state_reason, reason) in enumerate(
        (
            ("completed", CloseReason.COMPLETED),
            ("not_planned", CloseReason.NOT_PLANNED),
            ("duplicate", CloseReason.NOT_PLANNED),
        )
    ):
        await github.hear(*told("closed", 10 * minute + 1, state="closed", state_reason=state_reason))
        issue = await github.only()
        assert (issue.status, issue.close_reason) == (Status.CLOSED, reason)
        await github.hear(*told("reopened", 10 * minute + 2, state_reason="reopened"))
        assert (await github.only()).status is Status.OPEN


async def test_an_edit_brings_title_and_text(github: Listener) -> None:
    await github.hear(*told("opened", 0))
    await github.hear(*told("edited", 1, title="Crash on exit", body="At the end."))
    issue = await github.only()
    assert issue.title == "Crash on exit"
    assert issue.description.startswith("At the end.")


async def test_labels_come_and_go_as_they_do_there_and_those_given_here_stay(github: Listener) -> None:
    await github.hear(*told("opened", 0))
    issue = await github.only()
    async with github.database.transaction() as conn:
        patch = IssuePatch(add_labels=("ours",), remove_labels=("good first issue",))
        await issues.edit(conn, github.actor, issue.issue_id, patch)
    await github.hear(*told("labeled", 1, labels=named("bug", "good first issue", "crash")))
    assert await _labels(github) == {"bug", "crash", "ours"}
    await github.hear(*told("unlabeled", 2, labels=named("good first issue", "crash")))
    assert await _labels(github) == {"crash", "ours"}


@pytest.mark.parametrize(
    "action", ["assigned", "unassigned", "milestoned", "pinned", "locked", "typed", "status_changed"]
)
async def test_what_is_of_no_concern_here_changes_nothing(github: Listener, action: str) -> None:
    await github.hear(*told("opened", 0))
    before = await github.counted()
    assert (await github.hear(*told(action, 1))).issue_ids == ((await github.only()).issue_id,)
    assert await github.counted() == before


@pytest.mark.parametrize("action", ["deleted", "transferred"])
async def test_what_is_gone_there_is_closed_here_for_good(github: Listener, action: str) -> None:
    """Going is no update: what was done just before bears the same time."""
    for order in (("opened", "edited", action), ("opened", action, "edited"), (action, "edited", "opened")):
        number = len(await github.issues()) + 1
        for name in order:
            minute = 0 if name == "opened" else 1
            body, headers = told(name, minute, id=number, title=f"Number {number}")
            await github.hear(body, headers | {"x-github-delivery": f"{number} {name}"})
    found = await github.issues()
    assert [(issue.status, issue.close_reason) for issue in found] == [
        (Status.CLOSED, CloseReason.NOT_PLANNED)
    ] * 2


async def test_it_goes_on_where_it_was_transferred_to_as_another(github: Listener) -> None:
    """The other repository opens it under an id of its own, and tells of it by the same webhook."""
    await github.hear(*told("opened", 0))
    await github.hear(*told("transferred", 1))
    body, headers = told("opened", 2, id=2400777, number=3)
    body["repository"] = {"id": 100, "full_name": "acme/core", "name": "core"}
    body["changes"] = {"old_issue": {"id": 2400001}, "old_repository": {"id": 99}}
    await github.hear(body, headers)
    old, new = await github.issues()
    assert (old.status, new.status) == (Status.CLOSED, Status.OPEN)
    assert (old.external_ref, new.external_ref) == ("acme/app#12", "acme/core#3")


STORY = (
    told("opened", 0),
    told("edited", 1, title="Crash on exit"),
    told("labeled", 2, title="Crash on exit", labels=named("bug", "crash")),
    told("closed", 3, title="Crash on exit", labels=named("bug", "crash"), state="closed"),
    told("unlabeled", 4, title="Crash on exit", labels=named("crash"), state="closed"),
)


@pytest.mark.parametrize("last", [4, 5])
async def test_in_whatever_order_it_is_told_it_ends_the_same(listen: Listen, last: int) -> None:
    """Each delivery comes a second time at the end of all."""
    story = STORY[:4] if last == 4 else (STORY[0], STORY[2], STORY[4])
    for order in itertools.permutations(story):
        github: Listener = await listen(Kind.GITHUB)
        await github.forget()
        for body, headers in order:
            await github.hear(body, headers)
        for body, headers in order:
            assert (await github.hear(body, headers)).repeated
        found = await github.issues()
        if order[0] is story[-1]:
            # That it was closed came first: there is nothing to file.
            assert found == []
            continue
        (issue,) = found
        assert (issue.title, issue.status) == ("Crash on exit", Status.CLOSED)
        assert await _labels(github) == ({"bug", "crash"} if last == 4 else {"crash"})
