"""From what a sender says of a thing to what happens to its issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, assert_never

import asyncpg

from db import cards, issues, webhooks
from db.access import Actor
from db.errors import NotFound
from db.ids import IssueId
from db.issues import UNSET, Issue, IssueDraft, IssuePatch
from db.states import CloseReason, Role, Source, Status
from db.webhooks import Hook, Target
from handlers.hooks.signals import Signal

# A delivery may come late, and one that is under way crosses what a person does; longer than senders try again.
GRACE: Final = timedelta(minutes=10)


class Step(Enum):
    CREATE = auto()
    CLOSE = auto()
    REOPEN = auto()
    NOTHING = auto()


def stale(target: Target, signal: Signal) -> bool:
    """Something later has been heard already."""
    return signal.at is not None and target.as_of is not None and signal.at < target.as_of


def still_so(issue: Issue | None, signal: Signal, now: datetime) -> bool:
    """Closed as done some time ago, and yet it is not over: who is on call wants to hear of it again.

    Whoever does not, closes it as not planned: then it stays closed until it has ended and occurs anew.
    """
    return (
        signal.persists
        and signal.is_open
        and issue is not None
        and issue.closed_at is not None
        and issue.close_reason is CloseReason.COMPLETED
        and now - issue.closed_at >= GRACE
    )


def decide(target: Target, issue: Issue | None, signal: Signal) -> Step:
    """Only news count: what is said once more undoes nothing that people did to the issue meanwhile."""
    again = signal.occurs and signal.at is not None and target.as_of is not None and signal.at > target.as_of
    news = target.is_open is not signal.is_open or (signal.is_open and again)
    if issue is None:
        return Step.CREATE if signal.is_open and (news or target.issue_id is None) else Step.NOTHING
    closed = issue.status is Status.CLOSED
    if news and signal.is_open and closed:
        return Step.REOPEN
    if news and not signal.is_open and not closed:
        return Step.CLOSE
    return Step.NOTHING


def changed_there(target: Target, signal: Signal) -> IssuePatch:
    """What differs from what was heard last: what people here did meanwhile stays."""
    if not signal.follows:
        return IssuePatch()
    patch = IssuePatch()
    if signal.edited if target.words is None else signal.words != target.words:
        patch = IssuePatch(title=signal.title, description=signal.description)
    if target.labels is None:
        return patch
    added = tuple(name for name in signal.labels if name not in target.labels)
    removed = tuple(name for name in target.labels if name not in signal.labels)
    return replace(patch, add_labels=added or UNSET, remove_labels=removed or UNSET)


async def apply(conn: asyncpg.Connection, hook: Hook, signal: Signal, now: datetime) -> IssueId | None:
    """In the caller's transaction. Returns the issue it was about. Raises Invalid for what no issue can hold."""
    if signal.key is None:
        return await _create(conn, hook, signal) if signal.is_open else None
    target = await webhooks.hold(conn, hook, signal.key)
    issue = await _known(conn, hook, target)
    issue_id = target.issue_id
    if still_so(issue, signal, now):
        step = Step.REOPEN
    elif stale(target, signal):
        return issue_id
    else:
        step = decide(target, issue, signal)
    if step is Step.CREATE:
        issue_id = await _create(conn, hook, signal)
    elif issue is not None:
        if (patch := changed_there(target, signal)) != IssuePatch():
            await issues.edit(conn, _program(hook), issue.issue_id, patch)
        await _change(conn, hook, issue, step, signal)
    # What lasts may tell an earlier time than its end that was believed in between.
    as_of = max((at for at in (signal.at, target.as_of) if at is not None), default=None)
    heard = Target(
        issue_id=issue_id,
        is_open=signal.is_open,
        as_of=as_of,
        words=signal.words,
        labels=signal.labels if signal.follows else None,
    )
    await webhooks.note(conn, hook, signal.key, heard)
    return issue_id


async def _known(conn: asyncpg.Connection, hook: Hook, target: Target) -> Issue | None:
    if target.issue_id is None:
        return None
    try:
        return await issues.get(conn, _program(hook), target.issue_id)
    except NotFound:
        return None


async def _create(conn: asyncpg.Connection, hook: Hook, signal: Signal) -> IssueId:
    draft = IssueDraft(
        title=signal.title,
        description=signal.description,
        priority=signal.priority,
        labels=signal.labels,
        external_ref=signal.external_ref,
    )
    written = await issues.create(conn, _program(hook), draft)
    issue_id = written.issue.issue_id
    if hook.channel_id is not None:
        await cards.ask(conn, hook.workspace_id, issue_id, hook.channel_id, owner_id=hook.owner_id)
    return issue_id


async def _change(conn: asyncpg.Connection, hook: Hook, issue: Issue, step: Step, signal: Signal) -> None:
    match step:
        case Step.CLOSE:
            await issues.close(conn, _program(hook), issue.issue_id, signal.reason)
        case Step.REOPEN:
            await issues.reopen(conn, _program(hook), issue.issue_id)
        case Step.CREATE | Step.NOTHING:
            pass
        case _:
            assert_never(step)


def _program(hook: Hook) -> Actor:
    """No person's doing: nobody is told of it as theirs, and nobody's rights are lent."""
    return Actor(workspace_id=hook.workspace_id, person_id=None, role=Role.MEMBER, source=Source.WEBHOOK)
