"""Of many reports with pictures that are asked for at once, a few are made at a time."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handlers.reports import answering
from handlers.reports.answering import Reporting
from handlers.services import Services

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MANY = 3 * answering._DRAWN_AT_ONCE


def call(*, native: bool = False) -> Any:
    async def acknowledge() -> None:
        return

    workspace = SimpleNamespace(
        timezone="UTC", settings={} if native else {"charts_refused_at": NOW.isoformat()}
    )
    return SimpleNamespace(
        text="flow 7d",
        asker=SimpleNamespace(workspace=workspace),
        answering=SimpleNamespace(acknowledge=acknowledge),
        words=None,
        client=None,
        response_url="https://hooks.example/1",
    )


class Watched(Reporting):
    """Makes nothing; an answer is given when `shown` says so."""

    def __init__(self) -> None:
        given: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
        super().__init__(Services(**(given | {"clock": lambda: NOW})))
        self.made = 0
        self.answered = 0
        self.shown = asyncio.Semaphore(0)

    async def _sheet(self, *_: Any) -> Any:
        self.made += 1

    async def _answer(self, *_: Any, **__: Any) -> None:
        await self.shown.acquire()
        self.answered += 1


async def come_to_rest() -> None:
    """Whatever can go on without an answer has done so."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def reporting() -> Watched:
    return Watched()


async def test_the_next_is_made_when_one_is_shown(reporting: Watched) -> None:
    asked = [asyncio.create_task(reporting.command(call())) for _ in range(MANY)]
    await come_to_rest()
    assert reporting.made == answering._DRAWN_AT_ONCE
    reporting.shown.release()
    await come_to_rest()
    assert (reporting.made, reporting.answered) == (answering._DRAWN_AT_ONCE + 1, 1)
    for _ in range(MANY):
        reporting.shown.release()
    await asyncio.gather(*asked)
    assert reporting.answered == MANY


async def test_reports_without_pictures_wait_for_none_of_them(reporting: Watched) -> None:
    asked = [asyncio.create_task(reporting.command(call())) for _ in range(MANY)]
    await come_to_rest()
    asked.append(asyncio.create_task(reporting.command(call(native=True))))
    await come_to_rest()
    assert reporting.made == answering._DRAWN_AT_ONCE + 1
    for _ in asked:
        reporting.shown.release()
    await asyncio.gather(*asked)


async def test_one_that_is_given_up_leaves_its_turn_to_others(reporting: Watched) -> None:
    asked = [asyncio.create_task(reporting.command(call())) for _ in range(MANY)]
    await come_to_rest()
    # Those that are being made, and some that wait.
    given_up, others = asked[: 2 * answering._DRAWN_AT_ONCE], asked[2 * answering._DRAWN_AT_ONCE :]
    for each in given_up:
        each.cancel()
    for _ in others:
        reporting.shown.release()
    await asyncio.gather(*others)
    assert reporting.answered == len(others)
