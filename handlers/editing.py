"""`/issue edit LDG-42`: the form, and what happens when somebody else was quicker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from db import issues, people
from db.access import Action, require
from db.errors import Invalid
from db.ids import IssueId, PersonId, SlackUserId
from db.issues import UNSET, Clash, Issue, IssuePatch
from db.people import Person
from handlers.acting import Outcome, Place, Press, Submission, on_press, on_submit
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.finding import by_key, split_key, usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import editing as view
from handlers.views import issue_form
from handlers.views.blocks import Json
from handlers.views.cards import EDIT
from handlers.views.confirming import confirmation
from handlers.words import words

NAME = "edit"


class Editing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        require(call.asker.actor, Action.EDIT)
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, NAME)
        return await call.opening(self._called(call, key))

    async def _called(self, call: Call, key: str) -> Json:
        async with self._services.database.connection() as conn:
            issue = await by_key(conn, call, key)
            assignee = await _assignee(conn, call.asker, issue)
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        return _form(call.asker, issue, assignee, place)

    async def pressed(self, press: Press) -> None:
        # A card in a channel offers it to everybody: nobody fills a form for nothing.
        require(press.asker.actor, Action.EDIT)
        await press.opening(self._as_it_is(press, press.place))

    async def _as_it_is(self, press: Press, place: Place) -> Json:
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            assignee = await _assignee(conn, press.asker, issue)
        return _form(press.asker, issue, assignee, place)

    async def submit(self, sent: Submission) -> Outcome:
        issue_id = IssueId(UUID(sent.metadata["i"]))
        fields = issue_form.read(sent.view)
        try:
            patch = await self._patch(sent, fields)
            async with self._services.database.transaction() as conn:
                written = await issues.edit(
                    conn, sent.asker.actor, issue_id, patch, sent.origin, version=sent.metadata["v"]
                )
        except Clash as clash:
            return await self._clashed(sent, fields, clash)
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        self._services.bell.ring()
        said = "edited" if written.change_id else "edited-nothing"
        text = sent.words(said, key=written.issue.key(sent.asker.workspace.key_prefix))
        blocks = confirmation(text, words=sent.words, change_id=written.change_id)
        return Outcome(then=Reply(text=text, blocks=blocks))

    async def _patch(self, sent: Submission, fields: issue_form.Fields) -> IssuePatch:
        """Only what the person has changed in the form."""
        changed = fields.changed_since(sent.metadata["d"])
        assignee_id: PersonId | None = None
        if fields.assignee:
            slack_user_id = SlackUserId(fields.assignee)
            person = await self._services.directory.person(sent.asker.actor.workspace_id, slack_user_id)
            assignee_id = person.person_id
        return IssuePatch(
            title=fields.title if issue_form.TITLE in changed else UNSET,
            description=fields.description if _touched(fields, changed) else UNSET,
            assignee_id=assignee_id if issue_form.ASSIGNEE in changed else UNSET,
            priority=fields.priority if issue_form.PRIORITY in changed else UNSET,
            labels=fields.labels if issue_form.LABELS in changed else UNSET,
            due_on=fields.due_on if issue_form.DUE in changed else UNSET,
        )

    async def _clashed(self, sent: Submission, mine: issue_form.Fields, clash: Clash) -> Outcome:
        """The form stays as it was filled, and says what happened meanwhile: sent again, mine applies on top."""
        async with self._services.database.connection() as conn:
            actors = [event.actor_id for event in clash.theirs if event.actor_id is not None]
            known = await people.get_many(conn, sent.asker.actor, actors)
        updated = view.clashed(
            mine,
            clash,
            known,
            sent.words,
            metadata=dict(sent.metadata) | {"v": clash.issue.version},
            prefix=sent.asker.workspace.key_prefix,
        )
        return Outcome(view=updated)

    async def drop_mine(self, press: Press) -> None:
        """Shows the issue as it is now, in the same form."""
        opened = press.view
        if opened is None:
            return
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            assignee = await _assignee(conn, press.asker, issue)
        place = Place.of_metadata(view.metadata_of(opened))
        fresh = _form(press.asker, issue, assignee, place)
        await press.show(view.renamed(fresh, issue.version))


def _touched(fields: issue_form.Fields, changed: set[str]) -> bool:
    return fields.description is not None and issue_form.DESCRIPTION in changed


async def _assignee(conn: Any, asker: Asker, issue: Issue) -> Person | None:
    if issue.assignee_id is None:
        return None
    if issue.assignee_id == asker.person.person_id:
        return asker.person
    found = await people.get_many(conn, asker.actor, [issue.assignee_id])
    return found.get(issue.assignee_id)


def _form(asker: Asker, issue: Issue, assignee: Person | None, place: Place) -> Json:
    return view.form(
        issue, assignee, words(asker.locale), metadata=place.metadata(), prefix=asker.workspace.key_prefix
    )


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    editing = Editing(services)
    commands.add(NAME, editing.command, aliases=("change", "bearbeiten"))
    on_press(app, services, EDIT, editing.pressed)
    on_press(app, services, view.DROP_MINE, editing.drop_mine)
    on_submit(app, services, view.CALLBACK, editing.submit)
