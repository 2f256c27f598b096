"""What a scenario is named for, asked for once more where it cannot be done: the database is away, or whoever asks
was deactivated. Each time there is an answer that says so, and nothing has changed.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

import aiohttp
import asyncpg
from slack_sdk.errors import SlackApiError

from bot.background import BackgroundTasks
from bot.playground import LocalSlack
from bot.playground.activity import PATIENCE
from bot.playground.deliveries import Delivery, encoded, sign
from bot.process import Options, Process, running
from db.errors import LodgeError
from db.ids import SlackUserId, WorkspaceId
from tests.scenarios.lines import line_to
from tests.scenarios.rows import everything

Json = dict[str, Any]

# Nobody asks for anything by these: they tell of the workspace and its people, or are steps of workflows.
_UNASKED: Final = frozenset(
    {
        "event app_uninstalled",
        "event channel_unarchive",
        "event group_unarchive",
        "event member_joined_channel",
        "event team_join",
        "event tokens_revoked",
        "event user_change",
        "function create_issue",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    listener: str
    kind: str
    status: int
    body: str


async def nothing_is_done_that_cannot_be(
    slack: LocalSlack, process: Process, options: Options, wanted: Mapping[str, Delivery]
) -> None:
    """`wanted`: by listener, what was delivered to it. To be called when `process` has ended."""
    if not wanted:
        return
    async with line_to(process.dsn) as line:
        settings = replace(process.settings, port=0, database_url=line.dsn)
        async with _unbroken(), running(settings, replace(options, work=False)) as other:
            conn = await asyncpg.connect(process.dsn)
            before = await everything(conn, without={"people"})
            people = await _made_known(other, conn)
            async with line.away():
                await _each(slack, other, wanted, _said_while_away)
            await conn.execute("UPDATE people SET active = false")
            for workspace_id, user_id in people:
                other.services.directory.forget_person(workspace_id, user_id)
            asked = {listener: each for listener, each in wanted.items() if listener not in _UNASKED}
            await _each(slack, other, asked, _said_to_the_inactive)
            after = await everything(conn, without={"people"})
            await conn.close()
    assert after == before


async def _made_known(other: Process, conn: asyncpg.Connection) -> list[tuple[WorkspaceId, SlackUserId]]:
    """So that it is not already who asks that cannot be told."""
    rows = await conn.fetch(
        "SELECT workspace_id, slack_user_id FROM people WHERE slack_user_id IS NOT NULL AND active"
    )
    for row in rows:
        await other.services.directory.person(row["workspace_id"], row["slack_user_id"])
    return [(row["workspace_id"], row["slack_user_id"]) for row in rows]


async def _each(
    slack: LocalSlack, other: Process, wanted: Mapping[str, Delivery], check: Callable[[_Answer], None]
) -> None:
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(
            *(_ask(session, slack, other, name, each) for name, each in wanted.items())
        )
    background = other.services.background
    assert isinstance(background, BackgroundTasks)
    async with asyncio.timeout(PATIENCE):
        while len(background):
            await asyncio.sleep(0.01)
    for answer in answers:
        check(answer)


async def _ask(
    session: aiohttp.ClientSession, slack: LocalSlack, other: Process, listener: str, delivery: Delivery
) -> _Answer:
    body, kind = encoded(replace(delivery, payload=_anew(slack, delivery)))
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(slack.signing_secret, timestamp, body),
    }
    async with session.post(f"{other.url}/slack/events", data=body, headers=headers) as answer:
        return _Answer(listener=listener, kind=delivery.kind, status=answer.status, body=await answer.text())


def _anew(slack: LocalSlack, delivery: Delivery) -> Json:
    """As if it was asked for now, and had not been done before."""
    payload: Json = copy.deepcopy(delivery.payload)
    again = uuid4().hex
    for named in ("event_id", "action_ts"):
        if named in payload:
            payload[named] = f"{payload[named]}.{again}"
    view = payload.get("view") or {}
    if "trigger_id" in payload:
        user_id = payload.get("user_id") or payload["user"]["id"]
        payload["trigger_id"] = slack.service.triggers.issue(user_id, delivery.team_id, view.get("id"))
    if view:
        view["hash"] = f"{view.get('hash')}.{again}"
    return payload


def _said_while_away(answer: _Answer) -> None:
    """Slack tells of events again, which is when they are seen to."""
    assert answer.status == (503 if answer.kind == "event" else 200), answer


def _said_to_the_inactive(answer: _Answer) -> None:
    assert answer.status == 200, answer
    if answer.kind in ("command", "view_submission"):
        assert "deactivated" in answer.body, answer
    if answer.kind == "block_suggestion":
        assert answer.body == '{"options":[]}' or answer.body == '{"options": []}', answer


def _known(error: BaseException | None) -> bool:
    """What is to be expected here: no database, and forms that were closed when the scenario went on."""
    if isinstance(error, SlackApiError):
        return bool(error.response["error"] == "not_found")
    return isinstance(error, LodgeError)


@asynccontextmanager
async def _unbroken() -> AsyncIterator[None]:
    """Whatever is answered is known to be wrong, and no surprise."""
    failed: list[logging.LogRecord] = []

    class Failed(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and not _known(record.exc_info[1]):
                failed.append(record)

    handler, log = Failed(level=logging.ERROR), logging.getLogger("bot.errors")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
    assert not failed, [str(record.exc_info) for record in failed]
