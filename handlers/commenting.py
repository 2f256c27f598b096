"""`/issue comment LDG-42 text`, and the form of the Comment button."""

from __future__ import annotations

from uuid import UUID

from slack_bolt.async_app import AsyncApp

from db import issues
from db.errors import Invalid
from db.ids import IssueId
from db.remarks import Remark
from handlers.acting import Outcome, Press, Submission, on_press, on_submit, origin_of
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.finding import by_key, split_key, usage
from handlers.services import Services
from handlers.views import commenting as view
from handlers.views.blocks import Json
from handlers.views.cards import COMMENT
from handlers.views.confirming import confirmation
from handlers.views.mrkdwn import to_markdown
from handlers.words import Words

NAME = "comment"


class Commenting:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        key, rest = split_key(call.raw)
        if key is None:
            return usage(call, NAME)
        body = to_markdown(rest)
        if not body:
            return await call.opening(self._form(call, key))
        added = await self._services.remarks.add(call.asker.actor, key, body, origin_of(call.asker))
        self._services.bell.ring()
        return said(added, call.words, call.asker.workspace.key_prefix)

    async def _form(self, call: Call, key: str) -> Json:
        async with self._services.database.connection() as conn:
            issue = await by_key(conn, call, key)
        metadata = {"c": call.channel_id, "r": call.response_url, "i": str(issue.issue_id)}
        return view.form(issue, call.words, metadata, call.asker.workspace.key_prefix)

    async def pressed(self, press: Press) -> None:
        await press.opening(self._form_of(press))

    async def _form_of(self, press: Press) -> Json:
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
        metadata = press.place.metadata() | {"i": str(issue.issue_id)}
        return view.form(issue, press.words, metadata, press.asker.workspace.key_prefix)

    async def submit(self, sent: Submission) -> Outcome:
        issue_id = IssueId(UUID(sent.metadata["i"]))
        try:
            body = view.read(sent.view)
            added = await self._services.remarks.add(sent.asker.actor, issue_id, body, sent.origin)
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        self._services.bell.ring()
        return Outcome(then=said(added, sent.words, sent.asker.workspace.key_prefix))


def said(added: Remark, words: Words, prefix: str) -> Reply:
    """That it is there, with the way back."""
    text = words("commented", key=f"{prefix}-{added.number}")
    return Reply(text=text, blocks=confirmation(text, words=words, change_id=added.change_id))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commenting = Commenting(services)
    commands.add(NAME, commenting.command, aliases=("reply", "kommentar", "note"))
    on_press(app, services, COMMENT, commenting.pressed)
    on_submit(app, services, view.CALLBACK, commenting.submit)
