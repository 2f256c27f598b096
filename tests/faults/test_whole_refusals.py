"""The whole bot, which Slack answers badly while people use it.

No acknowledged change is lost, none is there twice, every message is posted once, and all mends by itself.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground import LocalSlack
from tests.faults.whole import ROUNDS, Outcome, followed, impatient_slack, serving, settled, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with impatient_slack() as local:
        yield local


FAULTS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 1},
    "500": {"status": 500},
    "nothing": {"slow": 12.0, "drop": "before"},
    "lost answers": {"drop": "after"},
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_slack_answers_badly(slack: LocalSlack, db_url: str, tmp_path: Path, kind: str) -> None:
    async with serving(slack, db_url, tmp_path) as bot:
        load = await followed(slack, bot)
        async with load.running():
            for _ in range(ROUNDS):
                fault = slack.faults.add(method="*", times=None, **FAULTS[kind])
                await until(functools.partial(operator.attrgetter("hits"), fault))
                # People are answered all the same.
                await load.more(Outcome.ACKNOWLEDGED)
                slack.faults.remove(fault.id)
                await load.more(Outcome.ACKNOWLEDGED)
        assert {o for each in load.outcomes.values() for o in each} == {Outcome.ACKNOWLEDGED}
        await settled(slack, db_url, load)
