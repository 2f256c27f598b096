"""A form whose work takes longer than Slack waits, and what comes of it meanwhile."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers.acting import Outcome, Place, Submission
from handlers.late import Sendings
from handlers.words import words


class _Slack:
    """Has shown what it was given, and never says so."""

    def __init__(self) -> None:
        self.shown = asyncio.Event()

    async def views_update(self, **_: object) -> None:
        self.shown.set()
        await asyncio.Event().wait()


def sent(slack: _Slack, hash_: str) -> Submission:
    """Each time with the request that it was first sent with."""
    asker = SimpleNamespace(actor=SimpleNamespace(workspace_id="T1"), request_key="view:V1:first")
    view = {"type": "modal", "id": "V1", "hash": hash_, "blocks": [], "state": {"values": {}}}
    return Submission(
        asker=cast("Any", asker),
        words=words("en"),
        services=cast("Any", None),
        client=cast("Any", slack),
        view=view,
        metadata={},
        place=Place(),
    )


async def test_a_form_given_back_and_corrected_is_not_told_what_was_wrong_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handlers.late.SETTLED", 0.0)
    slack, sendings, told, working = _Slack(), Sendings(), list[Any](), asyncio.Event()

    async def ack(answer: Any = None) -> None:
        told.append(answer)
        working.set()

    async def wrong(_: Submission) -> Outcome:
        await working.wait()
        return Outcome(errors={"title": "is too long"})

    async def right(_: Submission) -> Outcome:
        return Outcome()

    monkeypatch.setattr("handlers.late.PATIENCE", 0.0)
    first = asyncio.create_task(sendings.answer(cast("Any", ack), sent(slack, "1"), wrong))
    await slack.shown.wait()
    monkeypatch.setattr("handlers.late.PATIENCE", 45.0)
    await sendings.answer(cast("Any", ack), sent(slack, "2"), right)
    assert [answer and answer["response_action"] for answer in told] == ["update", None]
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
