"""Another workspace with one of everything, for tests that nothing of it is read or changed from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg

from db import (
    awaiting,
    channels,
    comment_lines,
    comments,
    documents,
    homes,
    issues,
    labels,
    mutes,
    notices,
    outbox,
    outgoing,
    pace,
    previews,
    rollups,
    saved_queries,
    subscriptions,
    tokens,
    told,
    webhooks,
)
from db.awaiting import Awaited
from db.channels import ChannelSettings
from db.comments import Comment
from db.ids import ChannelId, IssueId, MessageTs, PersonId, WorkspaceId
from db.issues import Origin
from db.notices import Notice
from db.outbox import Outgoing
from db.outgoing import Saying
from db.preferences import NoticeKind
from db.query import parse
from db.schedules import keeping
from db.schedules.record import ScheduleDraft
from db.schedules.recurrences import parse_recurrence
from db.states import Priority, Role
from db.subscriptions import SubscriptionDraft
from db.webhooks import Auth, HookDraft, Kind, Target
from tests.db.worlds import World, file, make_world, me

OWN_WORKSPACE = WorkspaceId("T1")
OTHER = "TOTHER"
# Of the other workspace's webhooks, incoming and outgoing.
WEBHOOK = "secrethook"
# Stands in every text of the other workspace, and in no argument: an answer that has it was read there.
HIDDEN = "hidden"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
C1 = ChannelId("C1")


async def make_other(conn: asyncpg.Connection) -> tuple[World, dict[str, Any]]:
    """The other workspace, with one of everything, and its ids by their type."""
    other = await make_world(conn, OTHER)
    ids = await make_issues(conn, other)
    issue_id, comment = ids["IssueId"], ids["Comment"]
    await make_messages(conn, other, issue_id, comment)
    ids |= await make_schedule(conn, other)
    ids |= await make_import(conn, other, issue_id)
    ids |= await make_notices(conn, other, issue_id, comment)
    ids["arrival_id"] = await make_webhooks(conn, other, issue_id)
    ids["send_id"] = await make_outgoing(conn, other, issue_id)
    await make_token(conn, other)
    await make_installation(conn)
    await rollups.rebuild(conn, other.workspace_id)
    await conn.execute(
        "INSERT INTO rollup_backlog (workspace_id, change_id)"
        " SELECT workspace_id, change_id FROM changes WHERE workspace_id = $1 LIMIT 1",
        OTHER,
    )
    ids["EventId"] = await conn.fetchval("SELECT max(event_id) FROM events WHERE workspace_id = $1", OTHER)
    return other, ids | {
        "PersonId": me(other.ada),
        "second PersonId": me(other.bob),
        "webhook_id": WEBHOOK,
        "Saying": Saying(issue_id=issue_id, kind="issue.edited", body="{}"),
        "Target": Target(issue_id=issue_id, is_open=True, as_of=NOW),
    }


async def make_issues(conn: asyncpg.Connection, other: World) -> dict[str, Any]:
    """One with labels, a comment and a change, one that is closed, and what is kept for finding them."""
    issue = await file(
        conn,
        other.ada,
        "Secret hidden",
        description=HIDDEN,
        labels=("secret hidden", "also hidden"),
        assignee_id=me(other.bob),
        external_ref="SECRET-1",
        priority=Priority.HIGH,
    )
    shut = await file(conn, other.ada, "Shut hidden")
    await issues.close(conn, other.ada, shut.issue_id)
    said = await comments.add(
        conn,
        other.ada,
        issue.issue_id,
        "Secret hidden",
        slack_message=("C1", "1.1"),  # type: ignore[arg-type] # two ids
    )
    edited = await issues.assign(
        conn, other.ada, issue.issue_id, me(other.admin), Origin(request_key="secret")
    )
    label, second = await labels.all(conn, other.ada)
    await saved_queries.save(conn, other.ada, "secret", parse(HIDDEN), shared=True)
    await documents.index_issues(conn, other.workspace_id, [issue.issue_id])
    return {
        "IssueId": issue.issue_id,
        "LabelId": label.label_id,
        "second LabelId": second.label_id,
        "CommentId": said.comment.comment_id,
        "Comment": said.comment,
        "ChangeId": edited.change_id,
    }


async def make_messages(conn: asyncpg.Connection, other: World, issue_id: IssueId, comment: Comment) -> None:
    """What is kept of Slack: a card, what waits to be sent and how fast, what was taken, a channel's settings."""
    await outbox.put(
        conn, other.workspace_id, [Outgoing(channel_id=C1, payload={"text": HIDDEN}, coalesce_key="s")]
    )
    await conn.execute(
        "INSERT INTO cards (workspace_id, channel_id, message_ts, issue_id) VALUES ($1, 'C1', '1.1', $2)",
        OTHER,
        issue_id,
    )
    await pace.take(conn, OTHER, "C1", pace.Rate(every=timedelta(seconds=1)))
    await conn.execute("INSERT INTO deliveries (workspace_id, delivery_key) VALUES ($1, 'secret')", OTHER)
    await conn.execute(
        "INSERT INTO channel_senders (workspace_id, channel_id, sender, held_until) VALUES ($1, 'C1', $2, $3)",
        OTHER,
        UUID(int=2),
        NOW,
    )
    await channels.keep(conn, other.ada, C1, ChannelSettings(emoji=HIDDEN))
    await previews.claim(conn, other.workspace_id, C1, MessageTs("1.1"), [issue_id], timedelta(0))
    await previews.remember(conn, other.workspace_id, C1, MessageTs("1.1"), [issue_id], [HIDDEN])
    await homes.show(conn, other.ada, [], [], state={"l": HIDDEN})
    await comment_lines.remember_own(conn, other.workspace_id, comment, MessageTs("1.0"))


async def make_schedule(conn: asyncpg.Connection, other: World) -> dict[str, Any]:
    """With a run."""
    schedule = await keeping.create(conn, other.ada, schedule_draft(HIDDEN), NOW)
    run_id = await conn.fetchval(
        """
        INSERT INTO report_runs (workspace_id, schedule_id, due_at, asked_by) VALUES ($1, $2, $3, $4)
        RETURNING run_id""",
        OTHER,
        schedule.schedule_id,
        NOW,
        me(other.ada),
    )
    return {"ScheduleId": schedule.schedule_id, "RunId": run_id}


async def make_import(conn: asyncpg.Connection, other: World, issue_id: IssueId) -> dict[str, Any]:
    """With the issue it made, rows that are left, and what was chosen for its columns."""
    import_id = await conn.fetchval(
        """
        INSERT INTO imports (workspace_id, asked_by, file_id, file_name, state)
        VALUES ($1, $2, 'F1', 'hidden', 'ready') RETURNING import_id""",
        OTHER,
        me(other.ada),
    )
    await conn.execute(
        "INSERT INTO import_leftovers (workspace_id, import_id, part, rows) VALUES ($1, $2, 1, 'hidden')",
        OTHER,
        import_id,
    )
    await conn.execute(
        "INSERT INTO import_mappings (workspace_id, header_id, mapping)"
        " VALUES ($1, 'secret header', '{\"hidden\": 1}')",
        OTHER,
    )
    await conn.execute(
        "INSERT INTO imported_issues (workspace_id, source_key, issue_id, import_id) VALUES ($1, $2, $3, $4)",
        OTHER,
        UUID(int=3),
        issue_id,
        import_id,
    )
    return {"UUID": import_id}


async def make_notices(
    conn: asyncpg.Connection, other: World, issue_id: IssueId, comment: Comment
) -> dict[str, Any]:
    """Who is told of what: a subscription, a mute, what waits to be told, and who is asked for an answer."""
    ada = me(other.ada)
    subscription = await subscriptions.create(conn, other.ada, SubscriptionDraft(channel_id=C1, query=HIDDEN))
    await mutes.mute(conn, other.bob, issue_id)
    await notices.put(conn, other.workspace_id, [notice(ada, issue_id)], NOW)
    await told.remember(conn, other.workspace_id, notice(ada, issue_id), "s", NOW)
    await subscriptions.announce(conn, other.workspace_id, [subscription.subscription_id], [issue_id])
    asked = Awaited(issue_id=issue_id, person_id=ada, comment_id=comment.comment_id)
    await awaiting.expect(conn, other.workspace_id, [asked])
    return {
        "asked": [replace(asked, comment_id=None)],
        "pairs": [(issue_id, ada)],
        "questions": [(issue_id, comment.comment_id)],
        "SubscriptionId": subscription.subscription_id,
        "Notice": SimpleNamespace(
            person_id=ada,
            issue_id=issue_id,
            kinds=(),
            before={},
            after={},
            actors=(),
            said=None,
            said_by=None,
            comments=0,
            due_at=NOW,
        ),
    }


async def make_token(conn: asyncpg.Connection, other: World) -> None:
    """With a request that it was used for."""
    await tokens.create(
        conn, other.admin, token_id="secrettoken", name=HIDDEN, role=Role.MEMBER, secret_hash="x"
    )
    await tokens.claim_request(conn, other.workspace_id, "secrettoken", "secret", b"x")


async def make_webhooks(conn: asyncpg.Connection, other: World, issue_id: IssueId) -> UUID:
    """One incoming, with what came, and one that is deleted: returns the id of the delivery that failed."""
    hook = await webhooks.create(
        conn,
        other.ada,
        HookDraft(name=HIDDEN, kind=Kind.GENERIC, auth=Auth.BEARER, channel_id=C1, mapping={"title": HIDDEN}),
        webhook_id=WEBHOOK,
        sealed_secret=b"sealed",
        request_key="secret",
    )
    await webhooks.claim(conn, hook, "secret done")
    await webhooks.keep_failed(conn, hook, "secret", HIDDEN, {"x": HIDDEN}, b"secret")
    await webhooks.hold(conn, hook, "secret")
    await webhooks.note(conn, hook, "secret", Target(issue_id=issue_id, is_open=False, as_of=NOW))
    gone = HookDraft(name=HIDDEN, kind=Kind.GENERIC, auth=Auth.BEARER)
    await webhooks.create(
        conn, other.ada, gone, webhook_id="gone", sealed_secret=b"sealed", request_key="secret gone"
    )
    await webhooks.delete(conn, other.ada, "gone")
    (failed,) = await webhooks.failed(conn, hook)
    return failed.arrival_id


async def make_outgoing(conn: asyncpg.Connection, other: World, issue_id: IssueId) -> int:
    """One outgoing, with what has failed and what still waits: returns the id of what has failed."""
    receiver = await outgoing.create(
        conn,
        other.ada,
        webhook_id=WEBHOOK,
        name=HIDDEN,
        url="https://hidden.example",
        sealed_secret=b"sealed",
        request_key="secret",
    )
    said = Saying(issue_id=issue_id, kind="issue.edited", body=HIDDEN)
    await outgoing.put(conn, other.workspace_id, [WEBHOOK], [said, said])
    waiting, failed = await outgoing.log(conn, receiver)
    assert waiting.send_id > failed.send_id
    await outgoing.settle(conn, receiver, failed.send_id, "failed", HIDDEN)
    return failed.send_id


async def make_installation(conn: asyncpg.Connection) -> None:
    """Old enough for an uninstallation to be of it."""
    await conn.execute(
        "INSERT INTO installations (workspace_id, enterprise_id, sealed_token, bot_user_id, bot_id, installed_at)"
        " VALUES ($1, 'hidden', 'sealed', 'UHIDDEN', 'BHIDDEN', $2)",
        OTHER,
        NOW - timedelta(days=1),
    )


def notice(person_id: PersonId, issue_id: IssueId) -> Notice:
    return Notice(
        person_id=person_id,
        issue_id=issue_id,
        kinds=frozenset({NoticeKind.COMMENTS}),
        said=HIDDEN,
        due_at=NOW,
    )


def schedule_draft(query: str = "") -> ScheduleDraft:
    return ScheduleDraft(
        report="flow",
        query=query,
        period="last 7 days",
        channel_id=C1,
        recurrence=parse_recurrence("daily 09:00"),
        timezone="UTC",
    )


async def rows_of_other(conn: asyncpg.Connection) -> dict[str, list[str]]:
    tables = await conn.fetch(
        "SELECT quote_ident(relname) AS name FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return {
        table["name"]: [
            row["line"]
            for row in await conn.fetch(
                f"SELECT t::text AS line FROM {table['name']} t WHERE t::text LIKE '%' || $1 || '%' ORDER BY 1",
                OTHER,
            )
        ]
        for table in tables
    }
