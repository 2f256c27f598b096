"""`/issue close | reopen | status`: where an issue stands."""

from __future__ import annotations

import re
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from db import comments, issues
from db.access import Action, may_delete, require
from db.errors import FieldError, Invalid
from db.ids import IssueId
from db.issues import UNSET, Issue, IssuePatch, Written
from db.states import CloseReason, Status, read_reason, read_status
from handlers.acting import Outcome, Press, Submission, on_press, on_submit, origin_of
from handlers.commands import KEY, Call, Commands, Reply
from handlers.finding import by_key, split_key, usage
from handlers.services import Services
from handlers.showing import after
from handlers.views import closing as view
from handlers.views.blocks import Json
from handlers.views.cards import CLOSE, REOPEN, START
from handlers.views.confirming import confirmation
from handlers.views.states import status_of
from handlers.words import Mrkdwn, Words

DUPLICATE = re.compile(
    r"(?:duplicate|dupe|duplikat)(?:\s+(?:of|von))?\s+(?!(?:of|von)\s*$)(\S+)", re.IGNORECASE
)


class Closing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def close(self, call: Call) -> Reply | None:
        key, rest = split_key(call.text)
        if key is None:
            return usage(call, "close")
        if (reason := _reason(rest)) is CloseReason.DUPLICATE and _original(rest) is None:
            return Reply(text=call.words("close-duplicate-of-what", key=key, command=call.command))
        patch = IssuePatch(status=Status.CLOSED, close_reason=reason)
        return await self._change(call, key, patch, _original(rest))

    async def reopen(self, call: Call) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, "reopen")
        return await self._change(call, key, IssuePatch(status=Status.OPEN))

    async def start(self, call: Call) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, "start")
        return await self._change(call, key, _to(Status.IN_PROGRESS, None))

    async def status(self, call: Call) -> Reply:
        key, rest = split_key(call.text)
        if key is None or not rest.strip():
            return usage(call, "status")
        if DUPLICATE.fullmatch(rest.strip()):
            patch = IssuePatch(status=Status.CLOSED, close_reason=CloseReason.DUPLICATE)
            return await self._change(call, key, patch, _original(rest))
        status, reason = read_status(rest)
        if reason is CloseReason.DUPLICATE:
            return Reply(text=call.words("close-duplicate-of-what", key=key, command=call.command))
        return await self._change(call, key, _to(status, reason))

    async def _change(self, call: Call, key: str, patch: IssuePatch, original: str | None = None) -> Reply:
        if original is not None:
            async with self._services.database.connection() as conn:
                patch = _duplicate_of(await by_key(conn, call, original))
        written = await self._services.amending.edit(call.asker.actor, key, patch, origin_of(call.asker))
        self._services.bell.ring()
        text = _said(written, call.words, call.asker.workspace.key_prefix)
        return Reply(text=text, blocks=confirmation(text, words=call.words, change_id=written.change_id))

    async def close_pressed(self, press: Press) -> None:
        await self._press(press, _to(Status.CLOSED, CloseReason.COMPLETED))

    async def reopen_pressed(self, press: Press) -> None:
        await self._press(press, _to(Status.OPEN, None))

    async def start_pressed(self, press: Press) -> None:
        await self._press(press, _to(Status.IN_PROGRESS, None))

    async def _press(self, press: Press, patch: IssuePatch) -> None:
        written = await self._services.amending.edit(
            press.asker.actor, press.issue_id, patch, origin_of(press.asker)
        )
        text = _said(written, press.words, press.asker.workspace.key_prefix)
        await after(press, written.issue, text, written.change_id)

    async def ask_reason(self, press: Press) -> None:
        require(press.asker.actor, Action.EDIT)
        await press.opening(self._reasons(press))

    async def _reasons(self, press: Press) -> Json:
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
        key = issue.key(press.asker.workspace.key_prefix)
        metadata = press.place.metadata() | {"i": str(issue.issue_id)}
        return view.form(
            key,
            press.words,
            metadata,
            deletable=may_delete(press.asker.actor, reporter_id=issue.reporter_id),
        )

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        issue_id = IssueId(UUID(sent.metadata["i"]))
        if chosen.reason is CloseReason.DUPLICATE and chosen.original is None:
            return Outcome(errors={view.ORIGINAL: sent.words.plain("close-original-missing")})
        if chosen.original == issue_id:
            return Outcome(errors={view.ORIGINAL: sent.words.plain("close-original-itself")})
        patch = IssuePatch(
            status=Status.CLOSED, close_reason=chosen.reason, duplicate_of=chosen.original or UNSET
        )
        written = await self._close(sent, issue_id, patch, chosen.comment)
        self._services.bell.ring()
        text = _said(written, sent.words, sent.asker.workspace.key_prefix)
        blocks = confirmation(text, words=sent.words, change_id=written.change_id)
        return Outcome(then=Reply(text=text, blocks=blocks))

    async def _close(
        self, sent: Submission, issue_id: IssueId, patch: IssuePatch, comment: str | None
    ) -> Written:
        if not comment:
            return await self._services.amending.edit(sent.asker.actor, issue_id, patch, sent.origin)
        async with self._services.database.transaction() as conn:
            step = f"{sent.origin.request_key}:comment" if sent.origin.request_key else None
            await comments.add(conn, sent.asker.actor, issue_id, comment, _step(sent, step))
            return await issues.edit(conn, sent.asker.actor, issue_id, patch, sent.origin)


def _step(sent: Submission, key: str | None) -> issues.Origin:
    return issues.Origin(channel_id=sent.origin.channel_id, thread_ts=sent.origin.thread_ts, request_key=key)


def _reason(text: str) -> CloseReason:
    """Completed, unless said otherwise. Raises Invalid."""
    word = text.strip()
    if word.lower().startswith("as "):
        word = word[3:]
    if not word:
        return CloseReason.COMPLETED
    return CloseReason.DUPLICATE if DUPLICATE.fullmatch(word) else read_reason(word)


def _original(text: str) -> str | None:
    """The key of the issue that this one repeats. Raises Invalid."""
    found = DUPLICATE.search(text.strip())
    if found is None:
        return None
    if not KEY.fullmatch(found[1]):
        message = f"“{found[1]}” is not a key"
        raise Invalid(FieldError(field="duplicate_of", code="no_key", message=message, value=found[1][:50]))
    return found[1]


def _to(status: Status, reason: CloseReason | None) -> IssuePatch:
    return IssuePatch(status=status, close_reason=reason) if reason else IssuePatch(status=status)


def _duplicate_of(original: Issue) -> IssuePatch:
    return IssuePatch(
        status=Status.CLOSED, close_reason=CloseReason.DUPLICATE, duplicate_of=original.issue_id
    )


def _said(written: Written, words: Words, prefix: str) -> Mrkdwn:
    key = written.issue.key(prefix)
    status = status_of(written.issue, words)
    if written.change_id is None:
        return words("status-unchanged", key=key, status=status)
    return words("status-changed", key=key, status=status)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    closing = Closing(services)
    commands.add("close", closing.close, aliases=("resolve", "done", "schließen", "schliessen"))
    commands.add("reopen", closing.reopen, aliases=("öffnen",))
    commands.add("start", closing.start, aliases=("begin", "beginnen"))
    commands.add("status", closing.status, aliases=("move",))
    on_press(app, services, CLOSE, closing.close_pressed)
    on_press(app, services, REOPEN, closing.reopen_pressed)
    on_press(app, services, START, closing.start_pressed)
    on_submit(app, services, view.CALLBACK, closing.submit)
