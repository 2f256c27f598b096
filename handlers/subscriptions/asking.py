"""The command, the form, and the list with its buttons."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from db import people, spent, subscriptions
from db.access import Action, require
from db.errors import Conflict, Invalid, LodgeError
from db.ids import ChannelId
from db.query import QueryError
from db.refusals import passing
from db.subscriptions import Subscription, SubscriptionDraft, SubscriptionId
from handlers.acting import Outcome, Place, Press, Submission
from handlers.channels import can_post
from handlers.commands import Call, Reply
from handlers.creating import field_errors
from handlers.errors import explain
from handlers.querying import explain_query
from handlers.requesting import Asker
from handlers.saved import expand
from handlers.services import Services
from handlers.views import subscriptions as view
from handlers.views.blocks import Json
from handlers.words import Words

_LIST = frozenset({"list", "ls", "liste", "show"})
_ELSEWHERE = 10


class Subscribing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        require(call.asker.actor, Action.SUBSCRIBE)
        text = call.text.strip()
        if text.lower() in _LIST:
            return await self._list(call.asker, ChannelId(call.channel_id), call.words)
        if not text:
            place = Place(channel_id=call.channel_id, response_url=call.response_url)
            await call.open(view.form(None, call.words, place.metadata()))
            return None
        if not await can_post(call.client, call.channel_id):
            return Reply(text=call.words("subscription-not-member"))
        async with self._services.database.transaction() as conn:
            if await spent.first(conn, call.asker.actor.workspace_id, call.asker.request_key):
                meant = await expand(conn, call.asker.actor, text)
                draft = SubscriptionDraft(channel_id=ChannelId(call.channel_id), query=meant)
                return view.saved(await subscriptions.create(conn, call.asker.actor, draft), call.words)
        return await self._list(call.asker, ChannelId(call.channel_id), call.words)

    async def list_command(self, call: Call) -> Reply:
        return await self._list(call.asker, ChannelId(call.channel_id), call.words)

    async def unsubscribe(self, call: Call) -> Reply:
        """The channel's only one, or the one of this query; otherwise the list to choose from."""
        channel_id, wanted = ChannelId(call.channel_id), " ".join(call.text.split()).lower()
        async with self._services.database.transaction() as conn:
            here = await subscriptions.of_channel(conn, call.asker.actor, channel_id)
            chosen = [each for each in here if not wanted or each.query.lower() == wanted]
            first = await spent.first(conn, call.asker.actor.workspace_id, call.asker.request_key)
            if first and len(chosen) == 1:
                gone = await subscriptions.remove(conn, call.asker.actor, chosen[0].subscription_id)
                return view.removed(gone, call.words)
        reply = await self._list(call.asker, channel_id, call.words)
        return view.choose(reply, call.words) if here else reply

    async def new(self, press: Press) -> None:
        await press.open(view.form(None, press.words, press.place.metadata()))

    async def resume(self, press: Press) -> None:
        await self._do(press, "resume", SubscriptionId(press.id))

    async def menu(self, press: Press) -> None:
        verb = press.value.partition(":")[0]
        if verb == "edit":
            await press.opening(self._kept(press, SubscriptionId(press.id)))
            return
        await self._do(press, verb, SubscriptionId(press.id))

    async def submit(self, sent: Submission) -> Outcome:
        try:
            return await self._save(sent)
        except QueryError as error:
            return Outcome(errors={view.QUERY: explain_query(error, sent.words)})
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except Conflict:
            return Outcome(errors={view.QUERY: sent.words.plain("subscription-there")})

    async def _save(self, sent: Submission) -> Outcome:
        """A form that was sent before changes nothing, whatever became of the subscription since."""
        actor, id_ = sent.asker.actor, sent.metadata.get("id")
        channel_id = ChannelId(str(sent.metadata.get("in") or sent.place.channel_id))
        if not await can_post(sent.client, channel_id):
            return Outcome(errors={view.QUERY: sent.words.plain("subscription-not-member")})
        draft = view.read(sent.view, channel_id)
        async with self._services.database.transaction() as conn:
            if not await spent.first(conn, actor.workspace_id, sent.asker.request_key):
                return Outcome()
            draft = replace(draft, query=await expand(conn, actor, draft.query))
            if id_ is None:
                saved = await subscriptions.create(conn, actor, draft)
            else:
                saved = await subscriptions.edit(conn, actor, SubscriptionId(UUID(id_)), draft)
        return Outcome(then=view.saved(saved, sent.words))

    async def _do(self, press: Press, verb: str, subscription_id: SubscriptionId) -> None:
        try:
            await self._done(press, verb, subscription_id)
        except LodgeError as error:
            await press.tell(Reply(text=explain(error, press.words, press.asker.reference)))

    async def _done(self, press: Press, verb: str, subscription_id: SubscriptionId) -> None:
        actor = press.asker.actor
        async with self._services.database.transaction() as conn:
            first = await spent.first(conn, actor.workspace_id, press.asker.request_key)
            match verb if first else None:
                case "delete":
                    await subscriptions.remove(conn, actor, subscription_id)
                case "pause":
                    await subscriptions.turn(conn, actor, subscription_id, on=False)
                case "resume":
                    chosen = await subscriptions.get(conn, actor, subscription_id)
        if first and verb == "resume" and not await self._resumed(press, chosen):
            return
        here = ChannelId(press.asker.channel_id or "")
        await press.replace(await self._list(press.asker, here, press.words))

    async def _kept(self, press: Press, subscription_id: SubscriptionId) -> Json:
        async with self._services.database.connection() as conn:
            chosen = await subscriptions.get(conn, press.asker.actor, subscription_id)
        metadata = press.place.metadata() | {"id": str(subscription_id), "in": chosen.channel_id}
        return view.form(chosen, press.words, metadata)

    async def _resumed(self, press: Press, chosen: Subscription) -> bool:
        """False where the bot still cannot post; what has to be done first is said."""
        if not await can_post(press.client, chosen.channel_id):
            for_now = chosen.paused_why in passing(chosen.channel_id)
            told = "returned-not-yet" if for_now else "subscription-still-not-member"
            said = press.words(told, channel=view.where(chosen))
            await press.tell(Reply(text=said))
            return False
        async with self._services.database.transaction() as conn:
            await subscriptions.turn(conn, press.asker.actor, chosen.subscription_id, on=True)
        return True

    async def _list(self, asker: Asker, channel_id: ChannelId, words: Words) -> Reply:
        async with self._services.database.connection() as conn:
            here = await subscriptions.of_channel(conn, asker.actor, channel_id)
            elsewhere = await subscriptions.elsewhere(conn, asker.actor, channel_id, _ELSEWHERE)
            known = await people.get_many(conn, asker.actor, [each.owner_id for each in here + elsewhere])
        return view.listing(here, elsewhere, known, words)
