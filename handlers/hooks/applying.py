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
from db.issues import Issue, IssueDraft, IssuePatch
from db.states import CloseReason, Role, Source, Status
from db.webhooks import Hook, Target
from handlers.hooks.signals import Signal

# A delivery may come late, and one that is under way crosses what a person does; longer than senders try again.
GRACE: Final = timedelta(minutes=10)


class Step(Enum):
    CREATE = auto()
    CLOSE = auto()
    REOPEN = auto()
    FOLLOW = auto()
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
    return Step.FOLLOW if signal.follows else Step.NOTHING


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
        await _change(conn, hook, issue, step, signal)
    # What lasts may tell an earlier time than its end that was believed in between.
    as_of = max((at for at in (signal.at, target.as_of) if at is not None), default=None)
    heard = replace(target, issue_id=issue_id, is_open=signal.is_open, as_of=as_of)
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
        case Step.FOLLOW:
            patch = IssuePatch(title=signal.title, description=signal.description)
            await issues.edit(conn, _program(hook), issue.issue_id, patch)
        case Step.CREATE | Step.NOTHING:
            pass
        case _:
            assert_never(step)


def _program(hook: Hook) -> Actor:
    """No person's doing: nobody is told of it as theirs, and nobody's rights are lent."""
    return Actor(workspace_id=hook.workspace_id, person_id=None, role=Role.MEMBER, source=Source.WEBHOOK)
