"""`/issue webhook`: incoming webhooks made, listed and deleted; what they could not understand is tried again."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import spent, webhooks
from db.access import Action, require
from db.errors import Conflict, FieldError, Invalid
from db.webhooks import Auth, Hook, HookDraft, Kind
from handlers.acting import Outcome, Press, Submission, on_press, on_submit
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.hooks import mapping
from handlers.hooks.checking import ONLY, make_id, make_secret, purpose
from handlers.hooks.receiving import Delivery, explained, take
from handlers.hooks.signals import Unreadable
from handlers.owned import listing, redraw, wants_new
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import webhooks as view
from handlers.views.blocks import Json
from handlers.words import Words

NAME = "webhook"
# A secret shorter than this can be guessed.
SECRET_MIN = 16


class Webhooks:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        _require(call.asker)
        if wants_new(call):
            await call.open(view.form(call.words, {}, channel_id=call.channel_id))
            return None
        return await self._listing(call.asker, call.words)

    async def form_asked(self, press: Press) -> None:
        _require(press.asker)
        await press.open(view.form(press.words, {}, channel_id=press.asker.channel_id))

    async def submit(self, sent: Submission) -> Outcome:
        _require(sent.asker)
        webhook_id, secret = make_id(), make_secret()
        try:
            draft = _draft(view.read(sent.view))
            async with self._services.database.transaction() as conn:
                hook = await webhooks.create(
                    conn,
                    sent.asker.actor,
                    draft,
                    webhook_id=webhook_id,
                    sealed_secret=self._services.vault.seal(purpose(webhook_id), secret),
                    request_key=sent.asker.request_key,
                )
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except Conflict:
            return Outcome(view=view.made_before(sent.words))
        return Outcome(view=view.shown_once(hook, secret, sent.words, self._services.public_url))

    async def rotate(self, press: Press) -> None:
        await press.opening(self._secret_form(press))

    async def _secret_form(self, press: Press) -> Json:
        return view.secret_form(await self._mine(press, press.value), press.words)

    async def rotated(self, sent: Submission) -> Outcome:
        _require(sent.asker)
        given = view.read_secret(sent.view)
        if given is not None and len(given) < SECRET_MIN:
            text = sent.words.plain("webhook-secret-short", limit=SECRET_MIN)
            return Outcome(errors={view.GIVEN: text})
        webhook_id, secret = str(sent.metadata["webhook"]), given or make_secret()
        async with self._services.database.transaction() as conn:
            hook = await webhooks.mine(conn, sent.asker.actor, webhook_id)
            new = await spent.first(conn, hook.workspace_id, sent.asker.request_key)
            if new:
                sealed = self._services.vault.seal(purpose(webhook_id), secret)
                await webhooks.rotate(conn, sent.asker.actor, webhook_id, sealed)
        if given is not None:
            return Outcome(view=view.secret_set(hook, sent.words))
        if not new:
            return Outcome(view=view.made_before(sent.words))
        return Outcome(view=view.shown_once(hook, secret, sent.words, self._services.public_url))

    async def delete(self, press: Press) -> None:
        _require(press.asker)
        async with self._services.database.transaction() as conn:
            hook = await webhooks.delete(conn, press.asker.actor, press.value)
        left = await self._listing(press.asker, press.words)
        await redraw(press, press.words("webhook-deleted", name=hook.name), left)

    async def failures(self, press: Press) -> None:
        await press.tell(await self._failures(press, await self._mine(press, press.value)))

    async def replay(self, press: Press) -> None:
        webhook_id = press.value.partition(":")[0]
        hook = await self._mine(press, webhook_id)
        async with self._services.database.connection() as conn:
            kept = await webhooks.one_failed(conn, hook, press.id)
        delivery = Delivery(headers=kept.headers, body=kept.body)
        try:
            taken = await take(self._services, hook, delivery, key=kept.delivery_key)
        except Unreadable as error:
            said = press.words("webhook-replay-failed", why=_explained(str(error), press.words))
        else:
            said = press.words("webhook-replayed", count=len(taken.issue_ids))
        await redraw(press, said, await self._failures(press, hook))

    async def discard(self, press: Press) -> None:
        hook = await self._mine(press, press.value)
        async with self._services.database.transaction() as conn:
            new = await spent.first(conn, hook.workspace_id, press.asker.request_key)
            count = await webhooks.discard(conn, hook) if new else 0
        left = await self._failures(press, hook)
        await redraw(press, press.words("webhook-discarded", count=count), left)

    async def _mine(self, press: Press, webhook_id: str) -> Hook:
        _require(press.asker)
        async with self._services.database.connection() as conn:
            return await webhooks.mine(conn, press.asker.actor, webhook_id)

    async def _failures(self, press: Press, hook: Hook) -> Reply:
        async with self._services.database.connection() as conn:
            found = await webhooks.failed(conn, hook)
        return view.failures(hook, found, lambda error: _explained(error, press.words), press.words)

    async def _listing(self, asker: Asker, words: Words) -> Reply:
        return await listing(self._services, asker, words, webhooks.listed, view.listing)


def _draft(filled: view.Filled) -> HookDraft:
    """Raises Invalid with every field that does not go together."""
    errors: list[FieldError] = []
    wanted = ONLY.get(filled.kind)
    if wanted is not None and filled.auth is not wanted:
        code = "webhook_signs" if wanted is Auth.HMAC else "webhook_bears"
        errors.append(FieldError(field=view.AUTH, code=code, message=f"{filled.kind} needs {wanted}"))
    parsed = {}
    try:
        parsed = mapping.parse(filled.mapping)
    except Invalid as error:
        errors += error.errors
    if parsed and filled.kind is not Kind.GENERIC:
        message = "only a generic webhook has a mapping"
        errors.append(FieldError(field=view.MAPPING, code="mapping_needless", message=message))
    if errors:
        raise Invalid(*errors)
    return HookDraft(
        name=filled.name,
        kind=filled.kind,
        auth=filled.auth,
        channel_id=filled.channel_id,
        mapping=parsed,
    )


def _explained(error: str, words: Words) -> str:
    return explained(error, words.locale)


def _require(asker: Asker) -> None:
    require(asker.actor, Action.WEBHOOKS, asker.workspace.settings)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    hooks = Webhooks(services)
    commands.add(NAME, hooks.command, aliases=("webhooks", "hook", "hooks"))
    on_submit(app, services, view.CALLBACK, hooks.submit)
    on_submit(app, services, view.ROTATE_CALLBACK, hooks.rotated)
    for action_id, handler in (
        (view.NEW, hooks.form_asked),
        (view.ROTATE, hooks.rotate),
        (view.DELETE, hooks.delete),
        (view.FAILURES, hooks.failures),
        (view.REPLAY, hooks.replay),
        (view.DISCARD, hooks.discard),
    ):
        on_press(app, services, action_id, handler)
