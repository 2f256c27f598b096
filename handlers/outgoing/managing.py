"""`/issue tell`: outgoing webhooks made, listed, switched on again and deleted; what was said last is said again."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import outgoing, spent
from db.access import Action, require
from db.errors import Conflict, FieldError, Invalid
from db.outgoing import Receiver
from handlers.acting import Outcome, Press, Submission, carried, on_press, on_submit
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.hooks.checking import make_id
from handlers.outgoing.sending import purpose
from handlers.outgoing.signing import make_secret
from handlers.owned import listing, redraw, wants_new
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import outgoing as view
from handlers.words import Words

NAME = "tell"


class Managing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        _require(call.asker)
        if wants_new(call):
            await call.open(view.form(call.words))
            return None
        return await self._listing(call.asker, call.words)

    async def form_asked(self, press: Press) -> None:
        _require(press.asker)
        await press.open(view.form(press.words))

    async def submit(self, sent: Submission) -> Outcome:
        _require(sent.asker)
        webhook_id, secret = make_id(), make_secret()
        name, url = view.read(sent.view)
        try:
            self._check(url)
            async with self._services.database.transaction() as conn:
                made = await outgoing.create(
                    conn,
                    sent.asker.actor,
                    webhook_id=webhook_id,
                    name=name,
                    url=url,
                    sealed_secret=self._services.vault.seal(purpose(webhook_id), secret),
                    request_key=sent.asker.request_key,
                )
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except Conflict:
            return Outcome(view=view.made_before(sent.words))
        return Outcome(view=view.shown_once(made, secret, sent.words))

    def _check(self, url: str) -> None:
        problem = self._services.outside.problem(url) if url else None
        if problem is not None:
            raise Invalid(FieldError(field=view.URL, code=f"url_{problem}", message=problem))

    async def log(self, press: Press) -> None:
        await press.tell(await self._log(press, await self._mine(press, press.value)))

    async def replay(self, press: Press) -> None:
        webhook_id, send_id = carried(view.read_send, press.value)
        to = await self._mine(press, webhook_id)
        async with self._services.database.transaction() as conn:
            if await spent.first(conn, to.workspace_id, press.asker.request_key):
                await outgoing.replay(conn, to, send_id)
        self._services.bell.ring()
        notice = press.words("outgoing-replayed" if to.off_at is None else "outgoing-replayed-off")
        await redraw(press, notice, await self._log(press, to))

    async def switch_on(self, press: Press) -> None:
        _require(press.asker)
        async with self._services.database.transaction() as conn:
            to = await outgoing.mine(conn, press.asker.actor, press.value)
            if await spent.first(conn, to.workspace_id, press.asker.request_key):
                await outgoing.switch_on(conn, press.asker.actor, to.webhook_id)
                await outgoing.call(conn, to.workspace_id, to.webhook_id)
        self._services.bell.ring()
        left = await self._listing(press.asker, press.words)
        await redraw(press, press.words("outgoing-switched-on", name=to.name), left)

    async def delete(self, press: Press) -> None:
        _require(press.asker)
        async with self._services.database.transaction() as conn:
            gone = await outgoing.delete(conn, press.asker.actor, press.value)
        left = await self._listing(press.asker, press.words)
        await redraw(press, press.words("outgoing-deleted", name=gone.name), left)

    async def _mine(self, press: Press, webhook_id: str) -> Receiver:
        _require(press.asker)
        async with self._services.database.connection() as conn:
            return await outgoing.mine(conn, press.asker.actor, webhook_id)

    async def _log(self, press: Press, to: Receiver) -> Reply:
        async with self._services.database.connection() as conn:
            return view.log(to, await outgoing.log(conn, to), press.words)

    async def _listing(self, asker: Asker, words: Words) -> Reply:
        return await listing(self._services, asker, words, outgoing.listed, view.listing)


def _require(asker: Asker) -> None:
    require(asker.actor, Action.WEBHOOKS, asker.workspace.settings)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    managing = Managing(services)
    commands.add(NAME, managing.command, aliases=("outgoing",))
    on_submit(app, services, view.CALLBACK, managing.submit)
    for action_id, handler in (
        (view.NEW, managing.form_asked),
        (view.LOG, managing.log),
        (view.REPLAY, managing.replay),
        (view.ON, managing.switch_on),
        (view.DELETE, managing.delete),
    ):
        on_press(app, services, action_id, handler)
