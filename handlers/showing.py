"""`/issue show LDG-42`: the card; and what every press on a card does when it is through."""

from __future__ import annotations

from dataclasses import replace

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import cards as card_store
from db import deleting, issues, mutes, people
from db.access import Action, may
from db.errors import NotFound
from db.ids import ChangeId, MessageTs, PersonId
from db.issues import Issue, IssueDetail, Look
from db.people import Person
from handlers import clicks, searching
from handlers.acting import Press, on_press
from handlers.commands import SHOW, Call, Commands, Reply
from handlers.finding import split_key, usage
from handlers.listing import redraw
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views.blocks import Json
from handlers.views.cards import Card, CardStyle, card
from handlers.views.confirming import confirmation
from handlers.views.creating import POST_HERE
from handlers.views.deleting import farewell
from handlers.views.listing import LIST
from handlers.views.searching import SEARCH
from handlers.views.showing import sheet, with_comments
from handlers.words import Mrkdwn, Words, words


async def card_of(
    conn: asyncpg.Connection, asker: Asker, issue: Issue, spoken: Words, style: CardStyle
) -> Card:
    """A channel's card speaks the workspace's language, for many read it."""
    wanted = {person for person in (issue.assignee_id, issue.reporter_id) if person is not None}
    known: dict[PersonId, Person] = {asker.person.person_id: asker.person}
    if wanted - known.keys():
        known = await people.get_many(conn, asker.actor, list(wanted))
    if style is CardStyle.FULL:
        mute = await mutes.is_mute(conn, asker.actor, issue.issue_id)
    else:
        mute = None
    # Of a card in a channel, whoever presses on it is only one of many.
    reader = None if style is CardStyle.CHANNEL else asker.actor
    return card(
        issue,
        people=known,
        words=words(asker.workspace.settings.get("language")) if style is CardStyle.CHANNEL else spoken,
        prefix=asker.workspace.key_prefix,
        style=style,
        mute=mute,
        reader=reader,
    )


class Showing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, SHOW)
        try:
            seen = await self._services.looking.at(call.asker.actor, key)
        except NotFound as missing:
            return await self._deleted(call, key, missing)
        return await self._full(call.asker, seen, call.words)

    async def _deleted(self, call: Call, key: str, missing: NotFound) -> Reply:
        """By whom, and the way back for whoever may go it. Raises `missing` where none was deleted on purpose."""
        asker = call.asker
        try:
            async with self._services.database.connection() as conn:
                gone = await deleting.gone_by_key(conn, asker.actor, key)
        except NotFound:
            raise missing from None
        if not gone.on_purpose:
            raise missing
        known = await self._services.directory.people(asker, {gone.by})
        back = may(asker.actor, Action.MODERATE) or gone.by == asker.person.person_id
        shown = farewell(gone, known, call.words, asker.workspace.key_prefix, button_too=back)
        return Reply(text=shown.text, blocks=shown.blocks)

    async def _full(self, asker: Asker, seen: Look, spoken: Words) -> Reply:
        prefix = asker.workspace.key_prefix
        detail = await self._detail(asker, seen)
        shown = card(
            seen.issue,
            people=detail.people,
            words=spoken,
            prefix=prefix,
            style=CardStyle.FULL,
            duplicate_key=detail.original.key(prefix) if detail.original else None,
            mute=seen.mute,
            reader=asker.actor,
        )
        return Reply(text=shown.text, blocks=with_comments(shown, detail, spoken))

    async def _detail(self, asker: Asker, seen: Look) -> IssueDetail:
        """With everybody who is named, and the issue that it repeats where they may see that."""
        issue = seen.issue
        named = {issue.assignee_id, issue.reporter_id, *(comment.author_id for comment in seen.comments)}
        original = None
        if issue.duplicate_of is not None:
            async with self._services.database.connection() as conn:
                found = await issues.get_many(conn, asker.actor, [issue.duplicate_of])
            original = found.get(issue.duplicate_of)
        return IssueDetail(
            issue=issue,
            labels=issue.labels,
            comments=seen.comments,
            more_comments=seen.more_comments,
            watchers=(),
            people=await self._services.directory.people(asker, named),
            original=original,
            parent=None,
        )

    async def show(self, press: Press) -> None:
        """From a list's or a card's menu: the card, for the person alone."""
        if press.place.home is not None:
            await press.opening(self._sheet(press))
        else:
            _, reply = await self._pressed(press)
            await press.tell(reply)

    async def _pressed(self, press: Press) -> tuple[Issue, Reply]:
        seen = await self._services.looking.at(press.asker.actor, press.issue_id)
        return seen.issue, await self._full(press.asker, seen, press.words)

    async def _sheet(self, press: Press) -> Json:
        issue, reply = await self._pressed(press)
        return sheet(issue.key(press.asker.workspace.key_prefix), reply.blocks, press.words)

    async def redraw(self, press: Press, issue: Issue) -> None:
        """The card in full that was pressed on, with its comments as before."""
        seen = await self._services.looking.at(press.asker.actor, issue.issue_id)
        await press.replace(await self._full(press.asker, seen, press.words))

    async def post_here(self, press: Press) -> None:
        """Puts the card into the channel, through the queue that keeps its order and pace."""
        channel_id = press.asker.channel_id
        if channel_id is None:
            raise NotFound("channel", "")
        async with self._services.database.transaction() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            if not await clicks.first(conn, press):
                return
            await card_store.ask(
                conn,
                press.asker.actor.workspace_id,
                issue.issue_id,
                channel_id,
                MessageTs(press.place.thread_ts) if press.place.thread_ts else None,
                owner_id=press.asker.person.person_id,
                request_key=press.asker.request_key,
            )
        self._services.bell.ring()
        key = issue.key(press.asker.workspace.key_prefix)
        await press.tell(Reply(text=press.words("card-posting", key=key)))


async def after(press: Press, issue: Issue, text: Mrkdwn, change_id: ChangeId | None) -> None:
    """Redraws what was pressed in, and says what was done with the way back."""
    press.services.bell.ring()
    kind = await draw_again(press, issue)
    said = Reply(text=text, blocks=confirmation(text, words=press.words, change_id=change_id))
    await press.tell(replace(said, replace=kind == "created"))


async def draw_again(press: Press, issue: Issue) -> str:
    """The card, list or search that was pressed in, as it is now. Returns what it is."""
    kind, _, style = press.block_id.partition(":")
    if kind == "card" and style.startswith(CardStyle.FULL.value):
        await Showing(press.services).redraw(press, issue)
    elif kind == "card":
        async with press.services.database.connection() as conn:
            drawn = await card_of(conn, press.asker, issue, press.words, CardStyle(style.partition(":")[0]))
        await press.replace(Reply(text=drawn.text, blocks=drawn.blocks))
    elif kind == LIST:
        await redraw(press)
    elif kind == SEARCH:
        await searching.redraw(press)
    return kind


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    showing = Showing(services)
    commands.add(SHOW, showing.command, aliases=("view", "get", "zeige"))
    on_press(app, services, POST_HERE, showing.post_here)
