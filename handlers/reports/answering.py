"""`/issue report` and the buttons under a report."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from datetime import date

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db.access import Action, may
from db.errors import Invalid, LodgeError
from db.query import QueryError
from db.reports.periods import DEFAULT
from handlers import clicks
from handlers.acting import Outcome, Place, Press, Submission, carried
from handlers.commands import Call, Reply
from handlers.errors import explain, explain_field
from handlers.querying import explain_query
from handlers.reports import asking
from handlers.reports.looks import REFUSALS, look_of, pictures_of, remember_refusal
from handlers.reports.making import make
from handlers.requesting import Asker
from handlers.responding import respond
from handlers.services import Services
from handlers.views.blocks import Json
from handlers.views.people import mention
from handlers.views.reports import Keys, Look, Request, Sheet, message, numbers, request_of
from handlers.views.reports import form as view
from handlers.words import Mrkdwn, Words

# Seconds.
NOTICE_AFTER = 3.0
# Reports made at the same time. Each holds a connection for a dozen statements; the other connections are for those
# whose command has to be acknowledged.
_AT_ONCE = 3
# Reports with pictures, from the making to the answer: one is drawn, while others are made and uploaded. To make very
# many at once would keep everybody else waiting for nothing, and their numbers would be old when they are shown.
_DRAWN_AT_ONCE = 3

_log = logging.getLogger(__name__)
_CLOSED_DOORS = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})


class Reporting:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._drawn_turns = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def command(self, call: Call) -> Reply | None:
        request = asking.read(call.text, self._today(call.asker))
        if request is None:
            return _which(call)
        request = await self._meant(call.asker, request)
        await call.answering.acknowledge()
        async with AsyncExitStack() as turn:
            sheet = await self._patiently(call, request, turn)
            note = _no_period(request, call.words)
            await self._answer(
                call.response_url, call.client, call.asker, sheet, request, call.words, note=note
            )
        return None

    async def refresh(self, press: Press) -> None:
        await self._redraw(press, carried(Request.read, press.value))

    async def choose_period(self, press: Press) -> None:
        shown = carried(request_of, press.block_id)
        await self._redraw(press, Request(report=shown.report, period=press.value, query=shown.query))

    async def change_query(self, press: Press) -> None:
        request = carried(Request.read, press.value)
        await press.open(view.form(request, press.words, press.place.metadata()))

    async def submit(self, sent: Submission) -> Outcome:
        try:
            typed = view.read(sent.view, sent.metadata, self._today(sent.asker))
            request = await self._meant(sent.asker, typed)
            sheet = await self._sheet(sent.asker, request, sent.words)
        except QueryError as error:
            return Outcome(errors={view.QUERY: explain_query(error, sent.words)})
        except Invalid as error:
            return Outcome(errors={view.PERIOD: explain_field(error.errors[0], sent.words)})
        self._services.background.start(
            self._deliver(sent.place, sent.client, sent.asker, sheet, request, sent.words), name="report"
        )
        return Outcome()

    async def share(self, press: Press) -> None:
        """Posts the report as it is now in the channel, for everyone."""
        try:
            async with clicks.once(self._services.database, press) as wanted:
                if wanted:
                    await self._share(press)
        except SlackApiError as error:
            if error.response["error"] not in _CLOSED_DOORS:
                raise
            channel = Mrkdwn(f"<#{press.asker.channel_id}>")
            await press.tell(Reply(text=press.words("report-not-shared", channel=channel)))

    async def _share(self, press: Press) -> None:
        request = await self._for_everyone(press.asker, carried(Request.read, press.value))
        origin = press.words("report-shared-by", who=mention(press.asker.person, press.words))
        async with self._turn(press.asker):
            sheet = await self._sheet(press.asker, request, press.words)
            await self._post(press, sheet, request, origin)

    async def csv(self, press: Press) -> None:
        async with clicks.once(self._services.database, press) as wanted:
            if not wanted:
                return
            await self._send_numbers(press)
        await press.tell(Reply(text=press.words("report-csv-sent")))

    async def _send_numbers(self, press: Press) -> None:
        request = carried(Request.read, press.value)
        asker = press.asker
        sheet = await self._sheet(asker, request, press.words)
        opened = await press.client.conversations_open(users=asker.slack_user_id)
        await press.client.files_upload_v2(
            channel=opened["channel"]["id"],
            content=numbers(sheet),
            filename=f"{sheet.name}-{self._today(asker)}.csv",
            title=sheet.title,
            initial_comment=press.words("report-csv-note", title=sheet.title, days=sheet.subtitle),
        )

    # -- making and sending

    def _today(self, asker: Asker) -> date:
        return asking.today(asker.workspace, self._services.clock())

    async def _meant(self, asker: Asker, typed: Request) -> Request:
        if not typed.query:
            return typed
        async with self._services.database.connection() as conn:
            return await asking.meant(conn, asker.actor, typed)

    async def _for_everyone(self, asker: Asker, request: Request) -> Request:
        if not request.query:
            return request
        async with self._services.database.connection() as conn:
            return await asking.for_everyone(conn, asker.actor, request, asker.person)

    async def _sheet(self, asker: Asker, request: Request, words: Words) -> Sheet:
        async with self._turns, self._services.database.connection() as conn:
            keys = Keys(prefix=asker.workspace.key_prefix, base=self._services.public_url)
            return await make(conn, asker.actor, request, self._today(asker), words, keys)

    async def _patiently(self, call: Call, request: Request, turn: AsyncExitStack) -> Sheet:
        """Nobody wonders whether anything happens: issues of a workspace that is counted for the first time, or of a
        large import, are read one by one meanwhile; and of many reports with pictures one is drawn after the other."""

        async def in_turn() -> Sheet:
            await turn.enter_async_context(self._turn(call.asker))
            return await self._sheet(call.asker, request, call.words)

        making = asyncio.ensure_future(in_turn())
        try:
            await asyncio.wait({making}, timeout=NOTICE_AFTER)
            if not making.done():
                await call.later(Reply(text=call.words("report-takes-long")))
            return await making
        finally:
            making.cancel()

    def _turn(self, asker: Asker) -> AbstractAsyncContextManager[object]:
        """Held until the report is shown."""
        native = look_of(asker.workspace, self._services.clock()) is Look.NATIVE
        return nullcontext() if native else self._drawn_turns

    async def _redraw(self, press: Press, request: Request) -> None:
        async with self._turn(press.asker):
            await self._redraw_now(press, request)

    async def _redraw_now(self, press: Press, request: Request) -> None:
        """What all in the channel see is replaced only by what all may see."""
        url = press.body.get("response_url")
        try:
            sheet = await self._sheet(press.asker, request, press.words)
        except LodgeError as error:
            await press.tell(Reply(text=explain(error, press.words, press.asker.reference)))
            return
        if url:
            public = not (press.body.get("container") or {}).get("is_ephemeral")
            replace = not (public and press.asker.actor.sees_only is not None)
            await self._answer(
                url, press.client, press.asker, sheet, request, press.words, replace=replace, public=public
            )

    async def _deliver(
        self,
        place: Place,
        client: AsyncWebClient,
        asker: Asker,
        sheet: Sheet,
        request: Request,
        words: Words,
    ) -> None:
        if place.response_url:
            await self._answer(place.response_url, client, asker, sheet, request, words)

    async def _answer(
        self,
        url: str,
        client: AsyncWebClient,
        asker: Asker,
        sheet: Sheet,
        request: Request,
        words: Words,
        *,
        replace: bool = False,
        public: bool = False,
        note: Mrkdwn | None = None,
    ) -> None:
        """By response_url: unlike an ack, it says whether Slack took the blocks."""
        look = look_of(asker.workspace, self._services.clock())
        schedulable = not public and may(asker.actor, Action.SCHEDULES, asker.workspace.settings)
        if look is Look.NATIVE:
            native = message(
                sheet, request, words, look, origin=note, shareable=not public, schedulable=schedulable
            )
            body = _body(native, replace)
            answer = await respond(url, body, client)
            if answer.taken or not any(error in answer.why for error in REFUSALS):
                return
            await self._refused(asker)
        pictures = await self._pictures(client, sheet)
        drawn = message(
            sheet,
            request,
            words,
            Look.PLAIN,
            pictures=pictures,
            origin=note,
            shareable=not public,
            schedulable=schedulable,
        )
        answer = await respond(url, _body(drawn, replace), client)
        if not answer.taken:
            _log.warning("a report was refused", extra={"error": answer.why[:200]})
            await respond(url, {"text": drawn[0], "response_type": "ephemeral"}, client)

    async def _post(self, press: Press, sheet: Sheet, request: Request, origin: Mrkdwn) -> None:
        look = look_of(press.asker.workspace, self._services.clock())
        channel = str(press.asker.channel_id)
        for attempt in (look, Look.PLAIN):
            pictures = await self._pictures(press.client, sheet) if attempt is Look.PLAIN else ()
            text, blocks = message(
                sheet, request, press.words, attempt, pictures=pictures, origin=origin, shareable=False
            )
            try:
                await press.client.chat_postMessage(channel=channel, text=text, blocks=blocks)
            except SlackApiError as error:
                if attempt is Look.PLAIN or error.response["error"] not in REFUSALS:
                    raise
                await self._refused(press.asker)
            else:
                return

    async def _pictures(self, client: AsyncWebClient, sheet: Sheet) -> tuple[str, ...]:
        return await pictures_of(sheet.charts, self._services.drawer, client)

    async def _refused(self, asker: Asker) -> None:
        _log.info("this workspace does not take charts yet")
        async with self._services.database.connection() as conn:
            await remember_refusal(conn, self._services, asker.actor.workspace_id, self._services.clock())


def _which(call: Call) -> Reply:
    word = call.text.split(maxsplit=1)[0] if call.text.strip() else ""
    near = asking.nearest(word) if word else None
    if near is not None:
        return Reply(text=call.words("report-unknown", word=word, command=call.command, nearest=near))
    return view.which(call.words, call.command)


def _no_period(request: Request, words: Words) -> Mrkdwn | None:
    """What was typed and changes nothing is not passed over in silence."""
    if request.report != "aging" or request.period == DEFAULT:
        return None
    return words("report-aging-no-period", period=request.period)


def _body(drawn: tuple[str, list[Json]], replace: bool) -> Json:
    text, blocks = drawn
    body: Json = {"text": text, "blocks": blocks, "response_type": "ephemeral"}
    return body | {"replace_original": replace}
