"""From changes to calls: enqueued with the announcement, sent in order by issue, tried again for a day."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import asyncpg

from db import issues, jobs, outbox, outgoing, people, workspaces
from db.access import Actor
from db.announcements import Batch, Event
from db.ids import ChannelId, WorkspaceId
from db.issues import Issue
from db.issues.plain import of_issue
from db.outbox import Outgoing
from db.outgoing import Receiver, Saying, Send
from db.states import Role, Source
from handlers.jobs import Job, Worker
from handlers.outgoing import signing
from handlers.outside import Private
from handlers.services import Services
from handlers.vault import Sealed
from handlers.words import words

_log = logging.getLogger(__name__)

# After each failure; when the last has passed in vain, about a day later, the webhook is switched off.
DELAYS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_AT_ONCE: Final = 8
_GONE: Final = 410


def purpose(webhook_id: str) -> str:
    """What an outgoing webhook's secret is sealed for."""
    return f"secret of outgoing webhook {webhook_id}"


class Telling:
    """An announcer: what happened to issues, for whoever is to be told, in the announcement's transaction."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        if not batch.events:
            return
        receivers = await outgoing.listening(conn, batch.workspace_id)
        if not receivers:
            return
        workspace = await workspaces.get(conn, batch.workspace_id)
        concerned = list({event.issue_id for event in batch.events})
        found = await issues.get_many(conn, _system(batch.workspace_id), concerned)
        moments = {change.change_id: (change.at, change.source) for change in batch.changes}
        said = [
            _saying(event, *moments[event.change_id], found.get(event.issue_id), workspace.key_prefix)
            for event in batch.events
        ]
        await outgoing.put(conn, batch.workspace_id, receivers, said)


def _saying(event: Event, at: datetime, source: Source, issue: Issue | None, prefix: str) -> Saying:
    """`issue` is as it stands by then, None when it is gone; `version` tells what the event left it at."""
    kind = f"issue.{event.kind}"
    body: dict[str, Any] = {
        "type": kind,
        "timestamp": at.isoformat(),
        "data": {
            "event_id": event.event_id,
            "issue_id": event.issue_id,
            "actor_id": event.actor_id,
            "source": source.value,
            "version": event.version,
            "before": event.before,
            "after": event.after,
            "issue": of_issue(issue, prefix) if issue is not None else None,
        },
    }
    return Saying(issue_id=event.issue_id, kind=kind, body=json.dumps(body, default=str))


class Sending:
    """The `send webhooks` job: one receiver's turn."""

    def __init__(self, services: Services, worker: Worker, delays: tuple[timedelta, ...]) -> None:
        self._services = services
        self._worker = worker
        self._delays = delays

    async def run(self, job: Job) -> None:
        workspace_id, webhook_id = outgoing.addressed(job.payload)
        async with self._services.database.connection() as conn:
            await jobs.open_dedupe(conn, job.id)
        while not self._worker.stopping:
            async with self._services.database.connection() as conn:
                to = await outgoing.receiver(conn, workspace_id, webhook_id)
                if to is None:
                    return
                claimed = await outgoing.claim(conn, to, _AT_ONCE)
                if not claimed:
                    break
            await asyncio.gather(*(self._send(to, each) for each in claimed))
        else:
            to = None
        async with self._services.database.connection() as conn:
            wait = await outgoing.next_due(conn, to) if to is not None else timedelta(0)
            if wait is not None:
                await outgoing.call(conn, workspace_id, webhook_id, wait)

    async def _send(self, to: Receiver, send: Send) -> None:
        body = send.body.encode()
        pause: float | None = None
        try:
            secret = self._services.vault.unseal(purpose(to.webhook_id), to.sealed_secret)
            headers = signing.headers(secret, send.message_id, self._services.clock(), body)
            headers |= {"Content-Type": "application/json", "User-Agent": "Lodge-Webhooks/1"}
            answer = await self._services.outside.post(to.url, body, headers)
        except Private:
            outcome, good, gone = "private", False, False
        except Sealed:
            outcome, good, gone = "sealed", False, False
        except TimeoutError:
            outcome, good, gone = "timeout", False, False
        except (aiohttp.ClientError, OSError, ValueError):
            outcome, good, gone = "unreachable", False, False
        else:
            outcome, pause = f"http {answer.status}", answer.retry_after
            good, gone = 200 <= answer.status < 300, answer.status == _GONE
        await self._note(to, send, outcome, good=good, gone=gone, pause=pause)

    async def _note(
        self, to: Receiver, send: Send, outcome: str, *, good: bool, gone: bool, pause: float | None
    ) -> None:
        spent = send.attempts > len(self._delays)
        async with self._services.database.transaction() as conn:
            if good:
                await outgoing.settle(conn, to, send.send_id, "sent", outcome)
            elif gone or spent:
                # The receiver's row first: two that give up at once then wait here, and not for each other's sends.
                await self._switch_off(conn, to, outcome)
                await outgoing.settle(conn, to, send.send_id, "failed", outcome)
            else:
                asked = min(timedelta(seconds=pause or 0), _LONGEST_PAUSE)
                delay = max(self._delays[send.attempts - 1], asked)
                await outgoing.postpone(conn, to, send.send_id, delay, outcome)
        if gone or spent:
            self._services.bell.ring()
        if not good:
            _log.info("a webhook was not heard", extra={"webhook": to.webhook_id, "outcome": outcome})

    async def _switch_off(self, conn: asyncpg.Connection, to: Receiver, outcome: str) -> None:
        """Its owner is told, once."""
        if not await outgoing.switch_off(conn, to, outcome):
            return
        found = await people.get_many(conn, _system(to.workspace_id), [to.owner_id])
        for owner in found.values():
            if owner.slack_user_id is not None:
                text = words(owner.locale)("outgoing-off-notice", name=to.name, url=to.url, outcome=outcome)
                told = Outgoing(channel_id=ChannelId(owner.slack_user_id), payload={"text": text})
                await outbox.put(conn, to.workspace_id, [told])


def _system(workspace_id: WorkspaceId) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)


def register_jobs(worker: Worker, services: Services) -> None:
    sending = Sending(services, worker, DELAYS)
    worker.on(outgoing.JOB, sending.run, max_attempts=8)

    async def call_forgotten() -> None:
        async with services.database.connection() as conn:
            await outgoing.call_forgotten(conn)

    async def forget_old() -> None:
        async with services.database.connection() as conn:
            await outgoing.forget_old(conn, services.clock())

    worker.repeat("call webhook senders", 30.0, call_forgotten)
    worker.every("forget old webhook sends", "27 3 * * *", forget_old)
