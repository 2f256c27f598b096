"""`/issue saved`: queries under a name, a person's own and the whole workspace's, used wherever one is typed."""

from __future__ import annotations

import re
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import listing, saved_queries
from db.access import Action, Actor, may
from db.errors import Conflict, Invalid, LodgeError, NotFound
from db.pool import Database
from db.query import Query, QueryError, parse
from db.query.errors import nearest
from db.saved_queries import NAME_MAX, SavedQuery
from handlers.acting import Outcome, Press, Submission, carried, on_press, on_submit, origin_of
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.errors import explain
from handlers.querying import explain_query
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import saved as view
from handlers.views.blocks import Json
from handlers.words import Words

NAME = "saved"
_TERM = re.compile(r"""(?<!\S)(-?)saved:(?:"([^"]*)"|[“„]([^”“]*)[”“]|(\S*))""", re.IGNORECASE)
_SORTED = re.compile(r"(?<!\S)sort:", re.IGNORECASE)
_SORT = re.compile(r"(?:^|\s)sort:\S+$", re.IGNORECASE)


async def expand(conn: asyncpg.Connection, actor: Actor, text: str) -> str:
    """The query that is meant: `saved:name`, or nothing but a name, stands for what was saved under it.

    More terms narrow it, and a sort of their own goes before the saved one. Raises QueryError.
    """
    text = text.strip()
    terms = list(_TERM.finditer(text))
    if terms:
        own = _TERM.sub(" ", text)
        wanted = [await _named(conn, actor, term) for term in terms]
        if _SORTED.search(own) or len(wanted) > 1:
            wanted = [_SORT.sub("", each) for each in wanted]
        return " ".join([*wanted, own.strip()]).strip()
    if may_name_saved(text):
        try:
            return (await saved_queries.get(conn, actor, text.strip('"“”„'))).text
        except NotFound:
            return text
    return text


async def meant(database: Database, actor: Actor, typed: str) -> str:
    """As `expand`, of what somebody typed: nothing is asked where nothing can be named."""
    text = typed.strip()
    if not may_name_saved(text):
        return text
    async with database.connection() as conn:
        return await expand(conn, actor, text)


def may_name_saved(text: str) -> bool:
    """Whether `expand` has to look: a term names one, or all of it may be a name."""
    return bool(_TERM.search(text)) or bool(text and len(text) <= NAME_MAX + 2 and ":" not in text)


async def expand_terms(database: Database, actor: Actor, text: str) -> str:
    """As `expand`, for programs: a name alone is a word to look for, and nothing is asked where no term names one."""
    if not _TERM.search(text):
        return text
    async with database.connection() as conn:
        return await expand(conn, actor, text)


async def _named(conn: asyncpg.Connection, actor: Actor, term: re.Match[str]) -> str:
    name = term[2] or term[3] or term[4] or ""
    if term[1]:
        raise QueryError("not_here", position=term.start(), term=term[0], part=term[0])
    try:
        return (await saved_queries.get(conn, actor, name)).text
    except NotFound:
        known = [each.name for each in await saved_queries.available(conn, actor)]
        near = nearest(name, known)
        suggestion = f'saved:"{near}"' if near else None
        raise QueryError(
            "unknown_saved", position=term.start(), term=term[0], part=name, suggestion=suggestion
        ) from None


class Saved:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        return await self._list(call.asker, call.words)

    async def ask(self, press: Press) -> None:
        """From a list: what it shows, to be given a name."""
        draft = view.Draft(name="", text=press.value, shared=False)
        await press.open(self._form(press, draft))

    def _form(self, press: Press, draft: view.Draft, saved: SavedQuery | None = None) -> Json:
        may_share = may(press.asker.actor, Action.EDIT)
        return view.form(draft, press.words, press.place.metadata(), may_share=may_share, saved=saved)

    async def submit(self, sent: Submission) -> Outcome:
        draft, actor = view.read(sent.view), sent.asker.actor
        try:
            async with self._services.database.transaction() as conn:
                query = parse(await expand(conn, actor, draft.text))
                # Who and what it names is looked up: what is not there is said now, and not when it is used.
                await listing.matching(conn, actor, query, [])
                kept = await self._keep(conn, sent, draft, query)
        except QueryError as error:
            return Outcome(errors={view.TEXT: explain_query(error, sent.words)})
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except Conflict:
            return Outcome(errors={view.NAME: sent.words.plain("saved-taken", name=draft.name)})
        return Outcome(then=view.kept(kept, sent.words))

    async def _keep(
        self, conn: asyncpg.Connection, sent: Submission, draft: view.Draft, query: Query
    ) -> SavedQuery:
        old = next(
            (
                each
                for each in await saved_queries.available(conn, sent.asker.actor)
                if str(each.saved_query_id) == sent.metadata.get("id")
            ),
            None,
        )
        same = old is not None and (old.name.lower(), old.owner_id is None) == (
            draft.name.lower(),
            draft.shared,
        )
        return await saved_queries.save(
            conn,
            sent.asker.actor,
            draft.name,
            query,
            shared=draft.shared,
            anew=not same,
            instead_of=None if same else old,
            origin=sent.origin,
        )

    async def chosen(self, press: Press) -> None:
        verb = press.value.partition(":")[0]
        if verb == "edit":
            await press.opening(self._kept_form(press, press.id))
            return
        try:
            saved = await self._find(press.asker, press.id)
            async with self._services.database.transaction() as conn:
                await saved_queries.remove(conn, press.asker.actor, saved.name, shared=saved.owner_id is None)
        except LodgeError as error:
            await press.tell(Reply(text=explain(error, press.words, press.asker.reference)))
            return
        await self._redraw(press)
        await press.tell(view.removed(saved, press.words))

    async def _kept_form(self, press: Press, id_: UUID) -> Json:
        saved = await self._find(press.asker, id_)
        draft = view.Draft(name=saved.name, text=saved.text, shared=saved.owner_id is None)
        return self._form(press, draft, saved)

    async def restore(self, press: Press) -> None:
        """What was deleted a moment ago is there again."""
        draft = carried(view.read_restore, press.value)
        async with self._services.database.transaction() as conn:
            kept = await saved_queries.save(
                conn,
                press.asker.actor,
                draft.name,
                parse(draft.text),
                shared=draft.shared,
                origin=origin_of(press.asker),
            )
        await press.replace(view.kept(kept, press.words))

    async def _find(self, asker: Asker, id_: UUID) -> SavedQuery:
        async with self._services.database.connection() as conn:
            known = await saved_queries.available(conn, asker.actor)
        for each in known:
            if each.saved_query_id == id_:
                return each
        raise NotFound("saved query", "")

    async def _redraw(self, press: Press) -> None:
        await press.replace(await self._list(press.asker, press.words))

    async def _list(self, asker: Asker, words: Words) -> Reply:
        async with self._services.database.connection() as conn:
            known = await saved_queries.available(conn, asker.actor)
        return view.listing(known, words, may_share=may(asker.actor, Action.EDIT))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    saved = Saved(services)
    commands.add(NAME, saved.command, aliases=("queries", "views", "gespeichert", "abfragen"))
    on_press(app, services, view.SAVE, saved.ask)
    on_press(app, services, view.MENU, saved.chosen)
    on_press(app, services, view.RESTORE, saved.restore)
    on_submit(app, services, view.CALLBACK, saved.submit)
