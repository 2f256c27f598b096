"""`/issue token`: tokens for the API, made, listed and revoked by those whom the workspace lets.

A token's text exists in the answer to one form alone: no message holds it, and no log.
"""

from __future__ import annotations

import asyncio

from slack_bolt.async_app import AsyncApp

from db import people, tokens
from db.access import Action, require
from db.errors import Conflict, Invalid
from handlers.acting import Outcome, Press, Submission, on_press, on_submit
from handlers.api.secrets import make_secret
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import tokens as view
from handlers.words import Words

NAME = "token"
_NEW = frozenset({"new", "create", "add", "neu"})


class Tokens:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        _require(call.asker)
        first, _, rest = call.text.strip().partition(" ")
        if first.lower() in _NEW:
            await call.open(view.form(call.asker.actor.role, call.words, name=rest.strip()))
            return None
        return await self._listing(call.asker, call.words)

    async def form_asked(self, press: Press) -> None:
        _require(press.asker)
        await press.open(view.form(press.asker.actor.role, press.words))

    async def submit(self, sent: Submission) -> Outcome:
        _require(sent.asker)
        draft = view.read(sent.view)
        secret = await asyncio.to_thread(make_secret)
        try:
            async with self._services.database.transaction() as conn:
                token = await tokens.create(
                    conn,
                    sent.asker.actor,
                    token_id=secret.token_id,
                    name=draft.name,
                    role=draft.role,
                    secret_hash=secret.secret_hash,
                    expires_at=self._services.clock() + draft.lifetime if draft.lifetime else None,
                    request_key=sent.asker.request_key,
                )
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except Conflict:
            return Outcome(view=view.made_before(sent.words))
        base = self._services.public_url
        api = f"{base}/api/docs" if base else None
        return Outcome(view=view.shown_once(token, secret.text, sent.words, api))

    async def revoke(self, press: Press) -> None:
        _require(press.asker)
        async with self._services.database.transaction() as conn:
            token = await tokens.revoke(conn, press.asker.actor, press.value)
        self._services.tokens.forget(token.token_id)
        left = await self._listing(press.asker, press.words)
        await press.replace(view.revoked(token, left, press.words))

    async def _listing(self, asker: Asker, spoken: Words) -> Reply:
        async with self._services.database.connection() as conn:
            found = await tokens.listed(conn, asker.actor)
            owners = {token.person_id for token in found if token.person_id is not None}
            known = await people.get_many(conn, asker.actor, list(owners))
        return view.listing(found, asker.actor.person_id, known, spoken)


def _require(asker: Asker) -> None:
    require(asker.actor, Action.TOKENS, asker.workspace.settings)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    mine = Tokens(services)
    commands.add(NAME, mine.command, aliases=("tokens",))
    on_press(app, services, view.NEW, mine.form_asked)
    on_submit(app, services, view.CALLBACK, mine.submit)
    on_press(app, services, view.REVOKE, mine.revoke)
