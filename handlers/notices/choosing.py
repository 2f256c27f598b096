"""`/issue notify`: the form of what one wants to be told of."""

from __future__ import annotations

from datetime import timedelta

from db import mutes, preferences
from handlers.acting import Outcome, Place, Press, Submission
from handlers.commands import Call, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import notices as view
from handlers.views.blocks import Json
from handlers.words import Words


class Choosing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> None:
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        await call.opening(self._form(call.asker, call.words, place))

    async def open(self, press: Press) -> None:
        await press.opening(self._form(press.asker, press.words, press.place))

    async def _form(self, asker: Asker, words: Words, place: Place) -> Json:
        async with self._services.database.connection() as conn:
            muted = await mutes.muted(conn, asker.actor)
        return view.form(asker.person, words, place.metadata(), muted, asker.workspace.key_prefix)

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read_form(sent.view)
        if chosen is None:
            return Outcome(errors={view.QUIET_TO: sent.words.plain("notify-quiet-both")})
        here = self._services.clock().astimezone(preferences.zone_of(sent.asker.person.timezone))
        async with self._services.database.transaction() as conn:
            fresh = await preferences.keep(
                conn, sent.asker.actor, chosen, sent.asker.request_key, due=chosen.due(here, timedelta(0))
            )
            if fresh:
                await mutes.unmute(conn, sent.asker.actor, view.read_unmuted(sent.view))
        self._services.directory.forget_person(sent.asker.actor.workspace_id, sent.asker.slack_user_id)
        return Outcome(then=Reply(text=view.summary(chosen, sent.asker.person, sent.words)))
