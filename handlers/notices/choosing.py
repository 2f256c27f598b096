"""`/issue notify`: the form of what one wants to be told of."""

from __future__ import annotations

from db import preferences
from handlers.acting import Outcome, Place, Press, Submission
from handlers.commands import Call, Reply
from handlers.services import Services
from handlers.views import notices as view


class Choosing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> None:
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        await call.open(view.form(call.asker.person, call.words, place.metadata()))

    async def open(self, press: Press) -> None:
        await press.open(view.form(press.asker.person, press.words, press.place.metadata()))

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read_form(sent.view)
        if chosen is None:
            return Outcome(errors={view.QUIET_TO: sent.words.plain("notify-quiet-both")})
        async with self._services.database.transaction() as conn:
            await preferences.keep(conn, sent.asker.actor, chosen, sent.asker.request_key)
        self._services.directory.forget_person(sent.asker.actor.workspace_id, sent.asker.slack_user_id)
        return Outcome(then=Reply(text=view.summary(chosen, sent.asker.person, sent.words)))
