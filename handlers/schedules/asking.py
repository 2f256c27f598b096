"""`/issue schedule`: the form, and the list with its menu."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from db import people, schedules, spent
from db.access import Action, may, require
from db.errors import Invalid, LodgeError
from db.query import QueryError, parse
from db.reports.choosing import choose
from db.schedules import Schedule, ScheduleDraft, ScheduleId, runs
from handlers.acting import Outcome, Place, Press, Submission, carried
from handlers.channels import can_post
from handlers.commands import Call, Reply
from handlers.errors import at_fields, explain
from handlers.querying import explain_query
from handlers.reports.asking import today
from handlers.requesting import Asker
from handlers.saved import expand
from handlers.schedules.timing import shared_now
from handlers.services import Services
from handlers.views import schedule_ended, schedule_form
from handlers.views import schedules as view
from handlers.views.blocks import Json
from handlers.views.reports import Request
from handlers.views.schedule_ended import Ended
from handlers.views.schedule_form import Filled
from handlers.words import Mrkdwn, Words

_LIST = frozenset({"list", "ls", "liste", "show"})
_PAGE = 10


class Scheduling:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        if call.text.strip().lower() in _LIST:
            return await self.list_command(call)
        require(call.asker.actor, Action.SCHEDULES, call.asker.workspace.settings)
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        await call.open(self._new(call.asker, call.words, place))
        return None

    async def list_command(self, call: Call) -> Reply:
        return await self._list(call.asker, call.words)

    async def new(self, press: Press) -> None:
        await press.open(self._new(press.asker, press.words, press.place))

    async def of_report(self, press: Press) -> None:
        """The form for the report that is looked at, as it is."""
        require(press.asker.actor, Action.SCHEDULES, press.asker.workspace.settings)
        await press.open(self._new(press.asker, press.words, press.place, carried(Request.read, press.value)))

    async def turn(self, press: Press) -> None:
        await press.replace(await self._list(press.asker, press.words, after=ScheduleId(press.id)))

    async def every(self, press: Press) -> None:
        """How often was chosen: the form shows what that needs. What was typed stays, block by block."""
        opened = press.view
        if opened is None:
            return
        metadata = schedule_form.metadata_of(opened)
        kept = {name: value for name, value in metadata.items() if name not in ("id", "version")}
        every = schedule_form.chosen_every(opened)
        shown = schedule_form.form(schedule_form.begun(opened), every, press.words, kept)
        await press.show(shown, unless_changed=True)

    async def menu(self, press: Press) -> None:
        verb = press.value.partition(":")[0]
        if verb == "edit":
            await press.opening(self._kept(press, ScheduleId(press.id)))
            return
        try:
            await self._do(press, verb, ScheduleId(press.id))
        except LodgeError as error:
            await press.tell(Reply(text=explain(error, press.words, press.asker.reference)))

    async def submit(self, sent: Submission) -> Outcome:
        asker = sent.asker
        on = today(asker.workspace, self._services.clock())
        try:
            draft = schedule_form.read(sent.view, asker.slack_user_id, asker.locale, on)
            if not await can_post(sent.client, draft.channel_id):
                return Outcome(errors={schedule_form.CHANNEL: sent.words.plain("schedule-not-member")})
            schedule = await self._save(sent, draft)
        except QueryError as error:
            beside = _wrong(draft, sent, self._services.clock())
            return Outcome(errors=beside | {schedule_form.QUERY: explain_query(error, sent.words)})
        except Invalid as error:
            return Outcome(errors=_at_blocks(error, sent))
        if schedule.next_due_at is None:
            # This was sent before, and the schedule it made is paused by now.
            return Outcome()
        return Outcome(then=Reply(text=view.saved(schedule, sent.words)))

    async def _save(self, sent: Submission, draft: ScheduleDraft) -> Schedule:
        actor, settings = sent.asker.actor, sent.asker.workspace.settings
        async with self._services.database.transaction() as conn:
            now = await shared_now(self._services, conn)
            if draft.query:
                query = parse(await expand(conn, actor, draft.query))
                # A label or person that is not there is said now, not when the report is due.
                await choose(conn, actor, query)
                draft = replace(draft, query=query.text())
            if sent.metadata.get("id") is None:
                return await schedules.create(
                    conn, actor, draft, now, settings, request_key=sent.asker.request_key
                )
            return await schedules.edit(
                conn,
                actor,
                ScheduleId(UUID(sent.metadata["id"])),
                draft,
                now,
                settings,
                version=sent.metadata.get("version"),
            )

    async def _do(self, press: Press, verb: str, schedule_id: ScheduleId) -> None:
        actor, settings = press.asker.actor, press.asker.workspace.settings
        async with self._services.database.transaction() as conn:
            now = await shared_now(self._services, conn)
            if not await spent.first(conn, actor.workspace_id, press.asker.request_key):
                # Whatever became of the schedule since, stays.
                verb = ""
            match verb:
                case "pause":
                    await schedules.pause(conn, actor, schedule_id)
                case "resume":
                    await schedules.resume(conn, actor, schedule_id, now, settings)
                case "delete":
                    gone = await schedules.delete(conn, actor, schedule_id)
                    reply = schedule_ended.deleted(gone, press.words)
                case "run":
                    schedule = await schedules.changeable(conn, actor, schedule_id, settings)
                    await runs.run_now(conn, schedule, actor.person_id, now)
                    said = press.words(
                        "schedule-running",
                        title=view.title(schedule, press.words),
                        posted=view.posted(schedule, press.words),
                    )
                    reply = Reply(text=said)
        if verb in ("run", "delete"):
            self._services.bell.ring()
            await press.tell(reply)
        if verb != "run":
            await press.replace(await self._list(press.asker, press.words))

    async def restore(self, press: Press) -> None:
        """What was deleted a moment ago is there again."""
        actor, settings = press.asker.actor, press.asker.workspace.settings
        ended = carried(Ended.read, press.value)
        async with self._services.database.transaction() as conn:
            now = await shared_now(self._services, conn)
            if not await spent.first(conn, actor.workspace_id, press.asker.request_key):
                return
            schedule = await schedules.restore(
                conn, actor, ended.schedule_id, ended.owner_id, ended.draft, now, settings
            )
            if ended.paused:
                schedule = await schedules.pause(conn, actor, schedule.schedule_id)
        await press.replace(schedule_ended.restored(schedule, press.words))

    async def _kept(self, press: Press, schedule_id: ScheduleId) -> Json:
        async with self._services.database.connection() as conn:
            settings = press.asker.workspace.settings
            schedule = await schedules.changeable(conn, press.asker.actor, schedule_id, settings)
        filled = Filled.of(schedule)
        return schedule_form.form(filled, filled.recurrence.every, press.words, press.place.metadata())

    def _new(self, asker: Asker, words: Words, place: Place, request: Request | None = None) -> Json:
        here = place.channel_id or ""
        begun = Filled()
        filled = Filled(
            report=request.report if request else begun.report,
            query=request.query if request else begun.query,
            period=request.period if request else begun.period,
            timezone=asker.person.timezone or asker.workspace.timezone,
            channel_id=here if here.startswith(("C", "G")) else None,
            direct=here.startswith("D"),
        )
        return schedule_form.form(filled, filled.recurrence.every, words, place.metadata())

    async def _list(self, asker: Asker, words: Words, after: ScheduleId | None = None) -> Reply:
        """Who may make none is shown their own, to end them."""
        settings = asker.workspace.settings
        async with self._services.database.connection() as conn:
            found = await schedules.page(conn, asker.actor, settings, limit=_PAGE + 1, after=after)
            shown = found[:_PAGE]
            known = await people.get_many(conn, asker.actor, [each.owner_id for each in shown])
        blocks = view.listing(
            shown,
            words,
            known,
            changeable=[schedules.may_change(asker.actor, each) for each in shown],
            new=may(asker.actor, Action.SCHEDULES, settings),
            more=len(found) > _PAGE,
        )
        return Reply(text=words("schedule-list"), blocks=blocks)


def _wrong(draft: ScheduleDraft, sent: Submission, now: datetime) -> dict[str, Mrkdwn]:
    """What is wrong with it besides its query: all of it is told at once."""
    try:
        draft.checked(now)
    except Invalid as error:
        return _at_blocks(error, sent)
    return {}


def _at_blocks(error: Invalid, sent: Submission) -> dict[str, Mrkdwn]:
    return at_fields(error, sent.view, sent.words, blocks=schedule_form.BLOCKS)
