"""`/issue new`: one line, or a form; the form also from a shortcut and from an offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import asyncpg
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from db import cards, duplicates, issues, labels, limits, people
from db.errors import Busy, FieldError, Invalid, NotFound, Unavailable
from db.ids import ChannelId, MessageTs, SlackUserId
from db.issues import Issue, IssueDraft, Written
from db.origins import Origin
from db.people import Person
from db.states import Priority, Role
from handlers import oneline, sources
from handlers.acting import (
    Outcome,
    Place,
    Press,
    Submission,
    on_options,
    on_press,
    on_submit,
    origin_of,
)
from handlers.commands import CREATE, Call, Commands, Reply
from handlers.dates import today_of
from handlers.errors import Automaton, at_fields, explain
from handlers.oneline import OneLine, Somebody
from handlers.pointing import Pointing
from handlers.requesting import Asker
from handlers.services import Services
from handlers.sources import source_ref
from handlers.views import creating as view
from handlers.views import issue_form
from handlers.views.blocks import Json
from handlers.views.mrkdwn import to_markdown
from handlers.views.replies import OFFER_CREATE, handing_back
from handlers.words import Mrkdwn, words

LIKELY = 3
# Letters from which on a title may say what it is about.
_TELLING = 6


class Creating:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._pointing = Pointing(services)

    async def command(self, call: Call) -> Reply | None:
        if not call.raw.strip():
            await call.open(self._form(call.asker, _place(call)))
            return None
        line = oneline.read(call.raw, today_of(call.asker.person, self._services.clock()), call.words)
        assignee = await self._assignee(call, line)
        if len(line.title) > limits.TITLE_MAX:
            return view.too_long(line.title, call.words)
        if line.problems:
            unread = view.unreadable(line.problems, call.words, call.command)
            return handing_back(unread, f"{call.command} {CREATE} {call.text}", call.words)
        written = await self._create(call.asker, _draft(line, assignee))
        if not written.repeated:
            self._pointing.soon(call.asker, written.issue, _place(call), call.client)
        return view.created(written, call.words, call.asker.workspace.key_prefix, assignee, call.asker.actor)

    async def _create(self, asker: Asker, draft: IssueDraft) -> Written:
        written = await self._services.filing.create(asker.actor, draft, origin_of(asker))
        self._services.bell.ring()
        return written

    async def _assignee(self, call: Call, line: OneLine) -> Person | None:
        """The one person named; more or fewer than one meant is a problem of the line."""
        if len(line.assignees) != 1:
            return None
        try:
            return await find_person(self._services, call.asker, line.assignees[0])
        except (Invalid, NotFound) as error:
            line.problems.append(_not_found(error, line.assignees[0], call))
            return None

    def _form(self, asker: Asker, place: Place, fields: issue_form.Fields | None = None, **more: str) -> Json:
        return view.form(
            fields or issue_form.Fields(),
            words(asker.locale),
            metadata=place.metadata() | more,
            channel_id=place.channel_id,
        )

    async def offered(self, press: Press) -> None:
        """The form, with a title that was typed before."""
        fields = issue_form.Fields(title=press.value[: limits.TITLE_MAX])
        await press.open(self._form(press.asker, press.place, fields))

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker
    ) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=self._form(asker, Place()))

    async def typed_title(self, press: Press) -> None:
        """Shows likely duplicates under the title, or takes them away; what is typed elsewhere stays."""
        opened = press.view
        title = str(press.action.get("value") or "").strip()
        if opened is None:
            return
        found = await likely(self._services, press.asker, title)
        updated = view.with_duplicates(opened, found, press.words, press.asker.workspace.key_prefix)
        if updated is not None:
            await press.show(updated, unless_changed=True)

    async def submit(self, sent: Submission) -> Outcome:
        fields = issue_form.read(sent.view)
        try:
            written, assignee = await self._create_filled(sent, fields)
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        self._services.bell.ring()
        reply = view.created(
            written, sent.words, sent.asker.workspace.key_prefix, assignee, sent.asker.actor, form=True
        )
        return Outcome(then=reply)

    async def _create_filled(
        self, sent: Submission, fields: issue_form.Fields
    ) -> tuple[Written, Person | None]:
        assignee = await self._chosen(sent.asker, fields.assignee)
        draft = IssueDraft(
            title=fields.title,
            description=fields.description or "",
            priority=fields.priority,
            assignee_id=assignee.person_id if assignee else None,
            labels=fields.labels,
            due_on=fields.due_on,
            external_ref=_source(sent),
        )
        draft = await sources.linked(sent.client, draft, sent.words)
        workspace_id, channel_id = sent.asker.actor.workspace_id, sent.place.channel_id
        # The card of a message stands below it.
        thread_ts = sent.place.thread_ts or sent.metadata.get("m")
        async with self._services.database.connection() as conn:
            # New labels are made outside of the transaction, where nobody waits for them.
            await labels.ensure(conn, sent.asker.actor, draft.checked().labels)
        async with self._services.database.transaction() as conn:
            written = await issues.create(conn, sent.asker.actor, draft, await _origin(conn, sent, draft))
            if channel_id and issue_form.wants_card(sent.view) and not written.repeated:
                await cards.ask(
                    conn,
                    workspace_id,
                    written.issue.issue_id,
                    ChannelId(channel_id),
                    MessageTs(thread_ts) if thread_ts else None,
                    owner_id=sent.asker.person.person_id,
                )
        return written, assignee

    async def _chosen(self, asker: Asker, slack_user_id: str | None) -> Person | None:
        if slack_user_id is None:
            return None
        return await self._services.directory.person(asker.actor.workspace_id, SlackUserId(slack_user_id))


async def likely(services: Services, asker: Asker, title: str) -> list[Issue]:
    """Open issues that may say the same as one of this title; none while the database is away."""
    if len(title) < _TELLING:
        return []
    try:
        async with services.database.connection() as conn:
            found = await duplicates.likely(conn, asker.actor, title, limit=LIKELY)
    except (Busy, Unavailable):
        # Nobody asked for it: whoever is writing is not interrupted to be told.
        return []
    return [similar.issue for similar in found]


async def find_person(services: Services, asker: Asker, somebody: Somebody) -> Person:
    """Raises NotFound, or Invalid naming those it could be."""
    if somebody.slack_user_id:
        return await services.directory.person(asker.actor.workspace_id, SlackUserId(somebody.slack_user_id))
    name = somebody.name or ""
    if name.lower() in ("me", "mich", "ich"):
        return asker.person
    async with services.database.connection() as conn:
        found = await people.find(conn, asker.actor, name)
    exact = [person for person in found if person.name.lower() == name.lower()]
    if len(exact or found) > 1:
        names = view.names(found)
        error = FieldError(field=issue_form.ASSIGNEE, code="several_people", message=names, value=names)
        raise Invalid(error)
    if not found:
        raise NotFound("person", name)
    return (exact or found)[0]


def field_errors(error: Invalid, sent: Submission) -> dict[str, str]:
    return dict(at_fields(error, sent.view, sent.words))


async def label_choices(asker: Asker, typed: str, services: Services) -> list[Json]:
    """Labels that begin like, or contain, what is typed; and a new one of that name."""
    async with services.database.connection() as conn:
        known = [label.name for label in await labels.all(conn, asker.actor)]
    wanted = " ".join(typed.split())[: limits.LABEL_MAX]
    return view.label_options(known, wanted, words(asker.locale))


def _not_found(error: Exception, somebody: Somebody, call: Call) -> Mrkdwn:
    name = somebody.name or somebody.slack_user_id or ""
    if isinstance(error, Automaton):
        return explain(error, call.words, call.asker.reference)
    if isinstance(error, Invalid):
        return call.words("oneline-many-found", name=name, names=error.errors[0].message)
    return call.words("oneline-nobody-found", name=name)


def _draft(line: OneLine, assignee: Person | None) -> IssueDraft:
    return IssueDraft(
        title=line.title,
        description=to_markdown(line.description) if line.description else "",
        priority=line.priority or Priority.NONE,
        assignee_id=assignee.person_id if assignee else None,
        labels=tuple(line.labels),
        due_on=line.due_on,
    )


def _source(sent: Submission) -> str | None:
    """The message that the form was opened from."""
    ts = sent.metadata.get("m")
    return source_ref(str(sent.place.channel_id), ts) if ts else None


async def _origin(conn: asyncpg.Connection, sent: Submission, draft: IssueDraft) -> Origin:
    """A message becomes one issue, however many people have its form open."""
    if draft.external_ref is None:
        return sent.origin
    everything = replace(sent.asker.actor, role=Role.ADMIN)
    return replace(sent.origin, request_key=await sources.key(conn, everything, draft.external_ref))


def _place(call: Call) -> Place:
    return Place(channel_id=call.channel_id, response_url=call.response_url)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    creating = Creating(services)
    commands.add(CREATE, creating.command, aliases=("create", "add", "neu"))
    on_press(app, services, OFFER_CREATE, creating.offered)
    on_press(app, services, issue_form.TITLE_ACTION, creating.typed_title)
    on_submit(app, services, view.CALLBACK, creating.submit)
    on_options(app, services, issue_form.LABELS_ACTION, label_choices)
    app.shortcut(view.SHORTCUT)(creating.shortcut)
