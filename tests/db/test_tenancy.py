"""Every public operation of `db`, asked in one workspace for what is another's: it reads and changes nothing.

The operations are found by walking the package. A new one is called with the samples below, by the type
or the name of each parameter; where none fits, the test says so, and a sample is added here. What works
on no workspace's behalf stands in EXEMPT, with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import db
from db import (
    bulk,
    comments,
    documents,
    issues,
    labels,
    notices,
    outbox,
    pace,
    saved_queries,
    subscriptions,
    tokens,
)
from db.channels import ChannelSettings
from db.errors import LodgeError
from db.ids import IssueId, PersonId
from db.importing.formats import Format
from db.importing.mapping import Mapping
from db.issues import IssueDraft, IssuePatch, Origin
from db.notices import Notice
from db.outbox import Outgoing
from db.preferences import NoticeKind, Preferences
from db.query import parse
from db.reports.periods import parse_period
from db.schedules import keeping
from db.schedules.record import ScheduleDraft
from db.schedules.recurrences import parse_recurrence
from db.states import Priority, Role, Status
from db.subscriptions import SubscriptionDraft
from tests.db.worlds import World, file, make_world, me

Operation = Callable[..., Coroutine[Any, Any, object]]

OTHER = "TOTHER"
# Stands in every text of the other workspace, and in no argument: an answer that has it was read there.
HIDDEN = "hidden"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

WHOLE = "takes what this workspace's own `get` gave, whole; no id comes in"
EVERYBODY = "the worker's or an operator's work, for all workspaces at once"
PLUMBING = "no table of a workspace"
EXEMPT = {
    "announcements.call_announcers": EVERYBODY,
    "deliveries.forget_old": EVERYBODY,
    "notices.due_people": EVERYBODY,
    "outbox.forget_old": EVERYBODY,
    "previews.forget_old": EVERYBODY,
    "outbox.waiting_channels": EVERYBODY,
    "rollups.checking.workspaces": EVERYBODY,
    "schedules.runs.claim_due": EVERYBODY,
    "schedules.runs.forget_old": EVERYBODY,
    "schedules.runs.forgotten": EVERYBODY,
    "schedules.runs.settle": EVERYBODY,
    "tokens.forget_requests": EVERYBODY,
    "tokens.by_id": "the token is what tells the workspace",
    "importing.linking.link_imported": "reads the file's rows from a table of its own transaction",
    "importing.process.first_bytes": PLUMBING,
    "importing.running.at_once": WHOLE,
    "importing.running.survey": WHOLE,
    "importing.undoing.undo": WHOLE,
    "importing.updating.update_known": "reads the file's rows from a table of its own transaction",
    "imports.ask": WHOLE,
    "imports.cancel": WHOLE,
    "imports.claim": WHOLE,
    "imports.remap": WHOLE,
    "imports.settle": WHOLE,
    "imports.shown_at": WHOLE,
    "imports.start": WHOLE,
    "imports.surveyed": WHOLE,
    "imports.tell": WHOLE,
    "installations.every_sealed": EVERYBODY,
    "installations.forget_states": EVERYBODY,
    "installations.gone_since": EVERYBODY,
    "installations.put_state": PLUMBING,
    "installations.take_state": PLUMBING,
    "jobs.enqueue": PLUMBING,
    "jobs.enqueue_many": PLUMBING,
    "jobs.open_dedupe": PLUMBING,
    "migrate.applied_checksums": PLUMBING,
    "migrate.migrate": PLUMBING,
    "pool.open_database": PLUMBING,
    "ranking.candidates": WHOLE,
    "ranking.page": WHOLE,
    "ranking.top_number": WHOLE,
    "ranking.window": WHOLE,
    "recording.once": "runs what it is given",
    "schedules.runs.run_now": WHOLE,
}


def operations() -> Iterator[tuple[str, Operation]]:
    for module in pkgutil.walk_packages(db.__path__, "db."):
        if any(part.startswith("_") for part in module.name.split(".")):
            continue
        loaded = importlib.import_module(module.name)
        for name, found in vars(loaded).items():
            own = getattr(found, "__module__", None) == module.name
            if own and not name.startswith("_") and inspect.iscoroutinefunction(found):
                yield f"{module.name.removeprefix('db.')}.{name}", found


async def make_other(conn: asyncpg.Connection) -> tuple[World, dict[str, Any]]:
    """The other workspace, with one of everything, and its ids by their type."""
    other = await make_world(conn, OTHER)
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
    await outbox.put(
        conn, other.workspace_id, [Outgoing(channel_id="C1", payload={"text": HIDDEN}, coalesce_key="s")]
    )  # type: ignore[arg-type] # an id
    await conn.execute(
        "INSERT INTO cards (workspace_id, channel_id, message_ts, issue_id) VALUES ($1, 'C1', '1.1', $2)",
        OTHER,
        issue.issue_id,
    )
    await pace.take(conn, OTHER, "C1", pace.Rate(every=timedelta(seconds=1)))
    await conn.execute("INSERT INTO deliveries (workspace_id, delivery_key) VALUES ($1, 'secret')", OTHER)
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
    import_id = await conn.fetchval(
        """
        INSERT INTO imports (workspace_id, asked_by, file_id, file_name, state)
        VALUES ($1, $2, 'F1', 'hidden', 'ready') RETURNING import_id""",
        OTHER,
        me(other.ada),
    )
    await tokens.create(
        conn, other.admin, token_id="secrettoken", name=HIDDEN, role=Role.MEMBER, secret_hash="x"
    )
    await conn.execute(
        "INSERT INTO import_mappings (workspace_id, header_id, mapping)"
        " VALUES ($1, 'secret header', '{\"hidden\": 1}')",
        OTHER,
    )
    subscription = await subscriptions.create(
        conn, other.ada, SubscriptionDraft(channel_id="C1", query=HIDDEN)
    )  # type: ignore[arg-type] # an id
    await notices.put(conn, other.workspace_id, [notice(me(other.ada), issue.issue_id)], NOW)
    event_id = await conn.fetchval("SELECT max(event_id) FROM events WHERE workspace_id = $1", OTHER)
    ids: dict[str, Any] = {
        "IssueId": issue.issue_id,
        "PersonId": me(other.ada),
        "LabelId": label.label_id,
        "second LabelId": second.label_id,
        "second PersonId": me(other.bob),
        "CommentId": said.comment.comment_id,
        "ChangeId": edited.change_id,
        "EventId": event_id,
        "ScheduleId": schedule.schedule_id,
        "RunId": run_id,
        "SubscriptionId": subscription.subscription_id,
        "UUID": import_id,
        "Notice": SimpleNamespace(
            person_id=me(other.ada),
            issue_id=issue.issue_id,
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
    return other, ids


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
        channel_id="C1",  # type: ignore[arg-type] # an id
        recurrence=parse_recurrence("daily 09:00"),
        timezone="UTC",
    )


# By the name of a parameter, for what is not an id.
NAMED: dict[str, Any] = {
    "action": "edit",
    "add": ["secret"],
    "as_of": NOW,
    "before": NOW,
    "beginning": "sec",
    "body": "secret",
    "bot_id": "B1",
    "bot_user_id": "UBOT",
    "channel": "C1",
    "channel_id": "C1",
    "chosen": ChannelSettings(),
    "channels": ["C1"],
    "coalesce_key": "s",
    "delay": timedelta(seconds=1),
    "delivery_key": "secret",
    "digest": b"x",
    "earlier": {},
    "error": "secret",
    "events": (),
    "file_id": "F1",
    "header_id": "secret",
    "lane": "C1",
    "limit": 10,
    "message": {"text": "x"},
    "message_ts": "1.1",
    "messages": [Outgoing(channel_id="C1", payload={"text": "x"}, coalesce_key="s")],  # type: ignore[arg-type] # an id
    "name": "secret",
    "names": ["secret"],
    "new": b"new",
    "now": NOW,
    "on": True,
    "number": 1,
    "old": b"sealed",
    "origin": Origin(request_key="secret"),
    "outbox_id": 1,
    "pause": timedelta(seconds=1),
    "period": parse_period("last 7 days", date(2026, 3, 2)),
    "query": parse("secret"),
    "rate": pace.Rate(every=timedelta(seconds=1)),
    "ref": "LDG-1",
    "remove": ["secret hid"],
    "request_key": "secret",
    "role": Role.ADMIN,
    "sealed_token": b"sealed",
    "secret_hash": "y",
    "sender": UUID(int=1),
    "shown_version": 1,
    "slack_user_id": "UNEW",
    "slack_user_ids": ["UADA", "UBOB"],
    "state": "done",
    "status": Status.CLOSED,
    "text": "secret",
    "thread_ts": "1.1",
    "title": "Secret",
    "today": date(2026, 3, 2),
    "token_id": "secrettoken",
    "ts": "1.1",
    "unknown": False,
    "until": NOW,
    "version": 7,
    "why": "secret",
    "within": timedelta(days=1),
}
# By the type of a parameter.
TYPED: dict[str, Any] = {
    "IssueDraft": IssueDraft(title="Mine", labels=("secret",)),
    "ScheduleDraft": schedule_draft(),
    "SubscriptionDraft": SubscriptionDraft(channel_id="C1", query="secret"),  # type: ignore[arg-type] # an id
    "Notice": (),
    "Preferences": Preferences(),
    "IssuePatch": IssuePatch(title="Mine"),
    "BulkPatch": bulk.BulkPatch(priority=Priority.LOW),
    "Mapping": Mapping(format=Format.PLAIN, columns=(), timezone="UTC"),
    # All of an inspection that a mapping is looked up by.
    "Inspection": SimpleNamespace(header_id="secret header"),
}
# For one operation alone.
OWN: dict[tuple[str, str], Any] = {
    ("documents.learn", "words"): [("secret", 3)],
    ("documents.large", "than"): 0,
    ("vocabulary.popularity", "words"): ["secret"],
    ("vocabulary.correct", "words"): ["secrte"],
    ("tokens.create", "token_id"): "mytoken",
}


def sample(operation: str, parameter: inspect.Parameter, world: World, ids: dict[str, Any]) -> Any:
    """An argument: the own workspace and actor, everything else of the other one. KeyError: there is none."""
    if (operation, parameter.name) in OWN:
        return OWN[operation, parameter.name]
    if parameter.name == "actor":
        return world.admin
    if parameter.name == "workspace_id":
        return world.workspace_id
    kind = str(parameter.annotation).removesuffix(" | None")
    many = kind.endswith("]")
    kind = kind.removesuffix("]").rpartition("[")[2]
    if kind in ids:
        found = ids[f"second {kind}"] if parameter.name == "into_id" else ids[kind]
        return [found] if many else found
    return TYPED[kind] if kind in TYPED else NAMED[parameter.name]


def calls(operation: str, work: Operation, world: World, ids: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """With what is required, and once more with every id that may be given."""
    parameters = [p for p in inspect.signature(work).parameters.values() if p.name != "conn"]
    required = {
        p.name: sample(operation, p, world, ids)
        for p in parameters
        if p.default is p.empty and p.kind is not p.VAR_POSITIONAL
    }
    yield required
    optional = {
        p.name: ids[kind]
        for p in parameters
        if p.default is not p.empty and (kind := str(p.annotation).removesuffix(" | None")) in ids
    }
    if optional:
        yield required | optional


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


def leaked(answer: object, ids: dict[str, Any], given: dict[str, Any]) -> list[str]:
    said = repr(answer)
    echoed = repr(list(given.values()))
    secrets = [HIDDEN, OTHER, *(str(value) for name, value in ids.items() if name != "EventId")]
    return [secret for secret in secrets if secret in said and secret not in echoed]


async def attempt(
    conn: asyncpg.Connection, work: Operation, given: dict[str, Any], ids: dict[str, Any]
) -> list[str]:
    """What an operation gave away, refusals included."""
    try:
        answer: object = await work(conn, **given)
    except (LodgeError, asyncpg.IntegrityConstraintViolationError) as refusal:
        return [HIDDEN] if HIDDEN in str(refusal) else []
    return leaked(answer, ids, given)


async def test_no_operation_reads_or_changes_another_workspace(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    _, ids = await make_other(conn)
    before = await rows_of_other(conn)
    assert all(
        before[table] for table in ("issues", "comments", "labels", "events", "cards", "outbox", "schedules")
    )
    wrong: list[str] = []
    for operation, work in operations():
        if operation in EXEMPT:
            continue
        try:
            given_twice = list(calls(operation, work, world, ids))
        except KeyError as missing:
            wrong.append(f"{operation}: no sample for {missing}; add one, or a reason to EXEMPT")
            continue
        for given in given_twice:
            wrong += [f"{operation} gave away {secret}" for secret in await attempt(conn, work, given, ids)]
            after = await rows_of_other(conn)
            wrong += [f"{operation} changed {table}" for table in before if before[table] != after.get(table)]
    assert not wrong, "\n".join(wrong)


async def test_every_exemption_is_of_an_operation_that_exists() -> None:
    assert set(EXEMPT) - {operation for operation, _ in operations()} == set()


async def test_the_walk_finds_the_operations() -> None:
    found = {operation for operation, _ in operations()}
    assert {"issues.creating.create", "people.merge", "listing.page", "changes.undo"} <= found
    assert len(found) > 100


async def test_the_same_key_of_a_request_in_two_workspaces_is_two_requests(conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, OTHER)
    origin = Origin(request_key="k")
    first = await issues.create(conn, world.ada, IssueDraft(title="x"), origin)
    second = await issues.create(conn, other.ada, IssueDraft(title="x"), origin)
    assert (first.repeated, second.repeated) == (False, False)
    assert (first.issue.number, second.issue.number) == (1, 1)


async def test_constraints_hold_what_code_might_forget(conn: asyncpg.Connection) -> None:
    """Rows that name an id of the other workspace are refused by the database itself."""
    world = await make_world(conn)
    _, ids = await make_other(conn)
    mine = await file(conn, world.ada)
    (label,) = await labels.ensure(conn, world.ada, ["mine"])
    for table, column in (
        ("issues", "assignee_id"),
        ("issues", "reporter_id"),
        ("issues", "duplicate_of"),
        ("issues", "parent_id"),
    ):
        value = ids["PersonId"] if column in ("assignee_id", "reporter_id") else ids["IssueId"]
        closed = (
            ", status = 'closed', close_reason = 'duplicate', closed_at = now()"
            if column == "duplicate_of"
            else ""
        )
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(f"UPDATE {table} SET {column} = $1{closed} WHERE workspace_id = 'T1'", value)
    for statement, values in (
        ("INSERT INTO issue_labels VALUES ('T1', $1, $2)", (mine.issue_id, ids["LabelId"])),
        ("INSERT INTO issue_labels VALUES ('T1', $1, $2)", (ids["IssueId"], label.label_id)),
        ("INSERT INTO watchers VALUES ('T1', $1, $2)", (mine.issue_id, ids["PersonId"])),
        ("INSERT INTO watchers VALUES ('T1', $1, $2)", (ids["IssueId"], me(world.ada))),
        (
            "INSERT INTO comments (workspace_id, issue_id, body, source, author_id) VALUES ('T1', $1, 'x', 'api', $2)",
            (mine.issue_id, ids["PersonId"]),
        ),
        (
            "INSERT INTO comments (workspace_id, issue_id, body, source, reply_to) VALUES ('T1', $1, 'x', 'api', $2)",
            (mine.issue_id, ids["CommentId"]),
        ),
        (
            "INSERT INTO changes (workspace_id, actor_id, source, action) VALUES ('T1', $1, 'api', 'edit')",
            (ids["PersonId"],),
        ),
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(statement, *values)
