"""What the worker does for schedules: claims what is due, makes the reports, and sees what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import asyncpg

from db import outbox, people, schedules
from db.access import Actor
from db.errors import Busy, Invalid, LodgeError, Unavailable
from db.ids import ChannelId, PersonId, WorkspaceId
from db.outbox import Outgoing
from db.people import Person
from db.query import QueryError
from db.refusals import passing
from db.schedules import Schedule, posts, runs
from db.schedules.posts import Settled
from db.schedules.runs import Run
from db.states import Role, Source
from handlers.errors import NotInstalled, explain
from handlers.jobs import Job, Worker
from handlers.outcomes import GAVE_UP
from handlers.querying import explain_query
from handlers.reports.asking import for_everyone, today
from handlers.reports.looks import REFUSALS, look_of, pictures_of, remember_refusal
from handlers.reports.making import make
from handlers.schedules.timing import of_machine, shared_now
from handlers.services import Services
from handlers.views import refusals
from handlers.views import schedules as view
from handlers.views.people import mention
from handlers.views.reports import Keys, Look, Request, Sheet, message
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, words

ATTEMPTS: Final = 5
CLAIMED_AT_ONCE: Final = 200
# Over all replicas. Fewer with pictures than people may have made at once in any one of these, so that whoever asks
# for one waits for a drawing or two of those, and not for all that are due at the same time.
MADE_AT_ONCE: Final = 16
DRAWN_AT_ONCE: Final = 2


class Running:
    """`machine` is the clock of this machine; the services' may be another."""

    def __init__(self, services: Services, *, machine: Callable[[], datetime] = of_machine) -> None:
        self._services = services
        self._machine = machine

    async def claim(self) -> None:
        """Every replica does this all the time; each due schedule falls to one of them."""
        while True:
            async with self._services.database.transaction() as conn:
                claimed = await runs.claim_due(conn, await self._now(conn), limit=CLAIMED_AT_ONCE)
            if claimed:
                self._services.bell.ring()
            if claimed < CLAIMED_AT_ONCE:
                return

    async def run(self, job: Job) -> None:
        """One that needs pictures is left to a job of those."""
        run = await self._claimed(job)
        if run is None:
            return
        if await self._look(run) is Look.PLAIN:
            async with self._services.database.transaction() as conn:
                await runs.have_drawn(conn, job.id, run.schedule.workspace_id, run.run_id)
            self._services.bell.ring()
        else:
            await self._make(job, run)

    async def run_drawn(self, job: Job) -> None:
        run = await self._claimed(job)
        if run is not None:
            await self._make(job, run)

    async def _claimed(self, job: Job) -> Run | None:
        """The run of this job, late if it is; None when there is nothing to be made of it any more."""
        workspace_id, run_id = runs.read_payload(job.payload)
        async with self._services.database.connection() as conn:
            run = await runs.claimed(conn, workspace_id, run_id)
            if run is None or run.asked_by is not None:
                return run
            now = await self._now(conn)
            try:
                wanted = runs.is_wanted(run, now) and await _has_reader(conn, run.schedule)
            except Invalid as error:
                unreadable = error
            else:
                if wanted:
                    return replace(run, late=run.late or now - run.due_at > runs.PUNCTUAL)
                await runs.finish(conn, workspace_id, run_id, "skipped")
                return None
        await self._give_up(run, unreadable)
        return None

    async def _make(self, job: Job, run: Run) -> None:
        """Makes the report and hands it to the outbox, in the transaction that notes that this is done.

        A worker that dies before has done nothing; what happens after is the outbox's business, which
        looks for its own mark in the channel before it posts anything twice.
        """
        try:
            text, blocks = await self._message(run)
        except (Busy, Unavailable):
            raise
        except LodgeError as error:
            await self._give_up(run, error)
            return
        except Exception as error:
            if job.attempts + 1 >= ATTEMPTS:
                await self._give_up(run, error)
            raise
        body = {"text": text, "blocks": blocks, "unfurl_links": False}
        workspace_id = run.schedule.workspace_id
        async with self._services.database.transaction() as conn:
            await posts.put(conn, workspace_id, run.run_id, body, run.schedule.channel_id)
        self._services.bell.ring()

    async def settle(self) -> None:
        """Sees what Slack made of the reports: a refusal pauses the schedule, and its owner is told."""
        async with self._services.database.transaction() as conn:
            for settled in await posts.settle(conn):
                if settled.error is not None:
                    await self._refused(conn, settled, settled.error)
            await posts.take_back(conn)
            await runs.forgotten(conn)

    async def tidy(self) -> None:
        async with self._services.database.connection() as conn:
            await runs.forget_old(conn)

    async def _now(self, conn: asyncpg.Connection) -> datetime:
        return await shared_now(self._services, conn, self._machine)

    # -- making

    async def _look(self, run: Run) -> Look:
        workspace = await self._services.directory.workspace(run.schedule.workspace_id)
        return Look.PLAIN if run.plainly else look_of(workspace, self._services.clock())

    async def _message(self, run: Run) -> tuple[str, list[dict[str, Any]]]:
        schedule = run.schedule
        speech = words(schedule.locale)
        workspace = await self._services.directory.workspace(schedule.workspace_id)
        on = today(workspace, run.due_at)
        request = Request(report=schedule.report, period=schedule.period, query=schedule.query)
        async with self._services.database.connection() as conn:
            owner = await _owner(conn, schedule)
            if request.query and owner is not None and not view.is_direct(schedule):
                request = await for_everyone(conn, _actor(schedule, owner), request, owner)
            keys = Keys(prefix=workspace.key_prefix, base=self._services.public_url)
            sheet = await make(conn, _actor(schedule, owner), request, on, speech, keys)
        look = await self._look(run)
        often = view.when(schedule, speech)
        return message(
            sheet,
            request,
            speech,
            look,
            pictures=await self._pictures(schedule, sheet) if look is Look.PLAIN else (),
            late=speech("schedule-late", when=moment(run.due_at)) if run.late else None,
            origin=speech("schedule-origin", who=mention(owner, speech), often=often),
            shareable=False,
        )

    async def _pictures(self, schedule: Schedule, sheet: Sheet) -> tuple[str, ...]:
        client = await self._services.slack.client(schedule.workspace_id)
        return await pictures_of(sheet.charts, self._services.drawer, client)

    # -- what went wrong

    async def _give_up(self, run: Run, error: Exception) -> None:
        noted = str(error) if isinstance(error, LodgeError) else "internal error"
        why = _reason(error)
        async with self._services.database.transaction() as conn:
            if await runs.finish(conn, run.schedule.workspace_id, run.run_id, "failed", noted):
                await self._stop(conn, run.schedule, why, "schedule-told-unmade", run.asked_by, error)
        self._services.bell.ring()

    async def _refused(self, conn: asyncpg.Connection, settled: Settled, error: str) -> None:
        if error in REFUSALS and not settled.plainly:
            await posts.make_plainly(conn, settled.workspace_id, settled.run_id)
            now: datetime = self._services.clock()
            await remember_refusal(conn, self._services, settled.workspace_id, now)
            return
        schedule = await schedules.get_any(conn, settled.workspace_id, settled.schedule_id)
        if error.startswith(GAVE_UP):
            # Slack has refused nothing, it was away for a while: that stops no schedule.
            person = await _person(conn, schedule, settled.asked_by or schedule.owner_id)
            await _tell(conn, schedule, person, "schedule-told-away")
            return
        await self._stop(conn, schedule, error, "schedule-told", settled.asked_by)

    async def _stop(
        self,
        conn: asyncpg.Connection,
        schedule: Schedule,
        why: str,
        message_id: str,
        asked_by: PersonId | None,
        error: Exception | None = None,
    ) -> None:
        """Its owner is told once; of one that was paused already, whoever wanted it now."""
        stopped = await schedules.refuse(conn, schedule.workspace_id, schedule.schedule_id, why)
        if stopped is not None and why in passing(schedule.channel_id):
            message_id = "schedule-told-for-now"
        person = await _person(conn, schedule, schedule.owner_id if stopped is not None else asked_by)
        await _tell(conn, schedule, person, message_id, why, error)


async def _tell(
    conn: asyncpg.Connection,
    schedule: Schedule,
    person: Person | None,
    message_id: str,
    why: str = "",
    error: Exception | None = None,
) -> None:
    if person is None or person.slack_user_id is None or not person.active:
        return
    speech = words(person.locale)
    text = speech(
        message_id,
        title=view.title(schedule, speech),
        posted=view.posted(schedule, speech),
        why=_explained(error, speech) or refusals.why(why, speech),
    )
    told = Outgoing(channel_id=ChannelId(person.slack_user_id), payload={"text": text})
    await outbox.put(conn, WorkspaceId(schedule.workspace_id), [told])


def _reason(error: Exception) -> str:
    """As it is kept with the schedule that it stops."""
    match error:
        case QueryError():
            return refusals.UNREADABLE
        case NotInstalled():
            return "not_installed"
    return refusals.NOT_MADE


def _explained(error: Exception | None, speech: Words) -> Mrkdwn | None:
    """What is wrong with a query, or not allowed, is said more exactly than the list of schedules can."""
    match error:
        case QueryError():
            return explain_query(error, speech)
        case LodgeError():
            return explain(error, speech, "")
    return None


async def _has_reader(conn: asyncpg.Connection, schedule: Schedule) -> bool:
    """A direct message to somebody who left is read by nobody; should they come back, they get the next."""
    if not view.is_direct(schedule):
        return True
    owner = await _owner(conn, schedule)
    return owner is not None and owner.active


def _system(workspace_id: WorkspaceId) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)


async def _owner(conn: asyncpg.Connection, schedule: Schedule) -> Person | None:
    return await _person(conn, schedule, schedule.owner_id)


async def _person(conn: asyncpg.Connection, schedule: Schedule, person_id: PersonId | None) -> Person | None:
    if person_id is None:
        return None
    return (await people.get_many(conn, _system(schedule.workspace_id), [person_id])).get(person_id)


def _actor(schedule: Schedule, owner: Person | None) -> Actor:
    """A report shows what its owner sees: one who has become a guest, or is gone, sees less."""
    role = owner.role if owner is not None and owner.active else Role.GUEST
    return Actor(
        workspace_id=schedule.workspace_id, person_id=schedule.owner_id, role=role, source=Source.SYSTEM
    )


def register_running(worker: Worker, services: Services) -> Running:
    running = Running(services)
    worker.on(runs.JOB, running.run, max_attempts=ATTEMPTS, at_once=MADE_AT_ONCE)
    worker.on(runs.DRAWN_JOB, running.run_drawn, max_attempts=ATTEMPTS, at_once=DRAWN_AT_ONCE)
    worker.repeat("claim due reports", 1.0, running.claim)
    worker.repeat("settle reports", 3.0, running.settle)
    worker.every("forget old report runs", "41 3 * * *", running.tidy)
    return running
