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
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import db
from db import (
    awaiting,
    bulk,
    channels,
    comment_lines,
    comments,
    documents,
    homes,
    installations,
    issues,
    labels,
    listing,
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
    webhooks,
)
from db.access import Actor
from db.awaiting import Awaited
from db.channels import ChannelSettings
from db.errors import LodgeError
from db.homes import Wanted
from db.ids import ChannelId, IssueId, MessageTs, PersonId, WorkspaceId
from db.importing.formats import Format
from db.importing.mapping import Mapping
from db.issues import IssueDraft, IssuePatch, Origin
from db.notices import Notice
from db.outbox import Outgoing
from db.outgoing import Receiver, Saying
from db.preferences import NoticeKind, Preferences
from db.query import parse
from db.query.resolving import plain
from db.reports.periods import parse_period
from db.schedules import keeping
from db.schedules.record import ScheduleDraft
from db.schedules.recurrences import parse_recurrence
from db.states import Priority, Role, Status
from db.subscriptions import SubscriptionDraft
from db.webhooks import Auth, Hook, HookDraft, Kind, Target
from tests.db.worlds import World, file, make_world, me

Operation = Callable[..., Coroutine[Any, Any, object]]

OWN_WORKSPACE = WorkspaceId("T1")
OTHER = "TOTHER"
# Of the other workspace's webhooks, incoming and outgoing.
WEBHOOK = "secrethook"
# Stands in every text of the other workspace, and in no argument: an answer that has it was read there.
HIDDEN = "hidden"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
C1 = ChannelId("C1")

WHOLE = "takes what this workspace's own `get` gave, whole; no id comes in"
EVERYBODY = "the worker's or an operator's work, for all workspaces at once"
PLUMBING = "no table of a workspace"
EXEMPT = {
    "announcements.call_announcers": EVERYBODY,
    "deliveries.forget_old": EVERYBODY,
    "homes.keeping.forget_old": EVERYBODY,
    "notices.due_people": EVERYBODY,
    "outbox.forget_old": EVERYBODY,
    "previews.forget_old": EVERYBODY,
    "outbox.waiting_channels": EVERYBODY,
    "outgoing.call_forgotten": EVERYBODY,
    "outgoing.every_sealed": EVERYBODY,
    "outgoing.forget_old": EVERYBODY,
    "outgoing.reseal": EVERYBODY,
    "reports.sifting.sieve": "the query it is given was resolved for one actor, who is in it",
    "rollups.backlog.behind": EVERYBODY,
    "rollups.checking.workspaces": EVERYBODY,
    "schedules.runs.claim_due": EVERYBODY,
    "schedules.runs.forget_old": EVERYBODY,
    "schedules.runs.forgotten": EVERYBODY,
    "schedules.runs.settle": EVERYBODY,
    "tokens.forget_requests": EVERYBODY,
    "tokens.by_id": "the token is what tells the workspace",
    "importing.leftovers.copy": WHOLE,
    "importing.leftovers.forget": WHOLE,
    "importing.leftovers.forget_old": EVERYBODY,
    "importing.leftovers.keep": WHOLE,
    "importing.linking.link_imported": "reads the file's rows from a table of its own transaction",
    "importing.process.first_bytes": PLUMBING,
    "importing.running.at_once": WHOLE,
    "importing.running.survey": WHOLE,
    "importing.undoing.undo": WHOLE,
    "importing.updating.update_known": "reads the file's rows from a table of its own transaction",
    "imports.ask": WHOLE,
    "imports.cancel": WHOLE,
    "imports.claim": WHOLE,
    "imports.let_go": WHOLE,
    "imports.read_again": WHOLE,
    "imports.remap": WHOLE,
    "imports.settle": WHOLE,
    "imports.shown_at": WHOLE,
    "imports.start": WHOLE,
    "imports.surveyed": WHOLE,
    "imports.tell": WHOLE,
    "installations.ending": EVERYBODY,
    "pool.look": PLUMBING,
    "route.find_route": PLUMBING,
    "installations.every_sealed": EVERYBODY,
    "installations.forget_states": EVERYBODY,
    "installations.gone_since": EVERYBODY,
    "installations.put_state": PLUMBING,
    "installations.take_state": PLUMBING,
    "jobs.enqueue": PLUMBING,
    "jobs.enqueue_many": PLUMBING,
    "issues.detail.detail_of": WHOLE,
    "jobs.hasten": PLUMBING,
    "jobs.open_dedupe": PLUMBING,
    "migrate.applied_checksums": PLUMBING,
    "migrate.migrate": PLUMBING,
    "pool.open_database": PLUMBING,
    "query.choosing.shortest": WHOLE,
    "ranking.candidates": WHOLE,
    "ranking.page": WHOLE,
    "ranking.top_number": WHOLE,
    "ranking.window": WHOLE,
    "recording.once": "runs what it is given",
    "schedules.runs.run_now": WHOLE,
    "webhooks.arrivals.forget_old": EVERYBODY,
    "webhooks.keeping.by_id": "the webhook is what tells the workspace",
    "webhooks.keeping.every_sealed": EVERYBODY,
    "webhooks.keeping.reseal": EVERYBODY,
}


# The tables that hold nothing of a workspace: each other one has rows of the other workspace in this test.
EMPTY = {
    "oauth_states",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "schema_migrations",
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
    await outbox.put(
        conn, other.workspace_id, [Outgoing(channel_id=C1, payload={"text": HIDDEN}, coalesce_key="s")]
    )
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
    await conn.execute(
        "INSERT INTO import_leftovers (workspace_id, import_id, part, rows) VALUES ($1, $2, 1, 'hidden')",
        OTHER,
        import_id,
    )
    await tokens.create(
        conn, other.admin, token_id="secrettoken", name=HIDDEN, role=Role.MEMBER, secret_hash="x"
    )
    await conn.execute(
        "INSERT INTO import_mappings (workspace_id, header_id, mapping)"
        " VALUES ($1, 'secret header', '{\"hidden\": 1}')",
        OTHER,
    )
    subscription = await subscriptions.create(conn, other.ada, SubscriptionDraft(channel_id=C1, query=HIDDEN))
    await mutes.mute(conn, other.bob, issue.issue_id)
    await notices.put(conn, other.workspace_id, [notice(me(other.ada), issue.issue_id)], NOW)
    await subscriptions.announce(conn, other.workspace_id, [subscription.subscription_id], [issue.issue_id])
    await conn.execute(
        "INSERT INTO imported_issues (workspace_id, source_key, issue_id, import_id) VALUES ($1, $2, $3, $4)",
        OTHER,
        UUID(int=3),
        issue.issue_id,
        import_id,
    )
    await tokens.claim_request(conn, other.workspace_id, "secrettoken", "secret", b"x")
    await conn.execute(
        "INSERT INTO channel_senders (workspace_id, channel_id, sender, held_until) VALUES ($1, 'C1', $2, $3)",
        OTHER,
        UUID(int=2),
        NOW,
    )
    await rollups.rebuild(conn, other.workspace_id)
    await conn.execute(
        "INSERT INTO rollup_backlog (workspace_id, change_id)"
        " SELECT workspace_id, change_id FROM changes WHERE workspace_id = $1 LIMIT 1",
        OTHER,
    )
    event_id = await conn.fetchval("SELECT max(event_id) FROM events WHERE workspace_id = $1", OTHER)
    arrival_id = await make_webhooks(conn, other, issue.issue_id)
    send_id = await make_outgoing(conn, other, issue.issue_id)
    await make_installation(conn)
    await channels.keep(conn, other.ada, C1, ChannelSettings(emoji=HIDDEN))
    await previews.claim(conn, other.workspace_id, C1, MessageTs("1.1"), [issue.issue_id], timedelta(0))
    await homes.show(conn, other.ada, [], [], state={"l": HIDDEN})
    await awaiting.expect(
        conn,
        other.workspace_id,
        [Awaited(issue_id=issue.issue_id, person_id=me(other.ada), comment_id=said.comment.comment_id)],
    )
    await comment_lines.remember_own(conn, other.workspace_id, said.comment, MessageTs("1.0"))
    ids: dict[str, Any] = {
        "asked": [Awaited(issue_id=issue.issue_id, person_id=me(other.ada), comment_id=None)],
        "pairs": [(issue.issue_id, me(other.ada))],
        "questions": [(issue.issue_id, said.comment.comment_id)],
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
        "arrival_id": arrival_id,
        "send_id": send_id,
        "webhook_id": WEBHOOK,
        "Comment": said.comment,
        "Saying": Saying(issue_id=issue.issue_id, kind="issue.edited", body="{}"),
        "Target": Target(issue_id=issue.issue_id, is_open=True, as_of=NOW),
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


async def make_webhooks(conn: asyncpg.Connection, other: World, issue_id: IssueId) -> UUID:
    """One incoming, with what came: returns the id of the delivery that failed."""
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


# A list of the own workspace, asked for with an actor who may see everything in it.
WANTED = Wanted(
    resolved=plain(
        Actor(workspace_id=OWN_WORKSPACE, person_id=PersonId(UUID(int=1)), role=Role.ADMIN), parse(""), NOW
    ),
    limit=5,
)


# By the name of a parameter, for what is not an id.
NAMED: dict[str, Any] = {
    "action": "edit",
    "add": ["secret"],
    "ago": timedelta(days=1),
    "also": {"hidden": "secret"},
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
    "choices": {"secret": str(UUID(int=1))},
    "coalesce_key": "s",
    "delay": timedelta(seconds=1),
    "delivery_key": "secret",
    "digest": b"x",
    "earlier": {},
    "error": "secret",
    "events": (),
    "file_id": "F1",
    "headers": {},
    "header_id": "secret",
    "lane": "C1",
    "limit": 10,
    "message": {"text": "x"},
    "message_ts": "1.1",
    "messages": [Outgoing(channel_id=C1, payload={"text": "x"}, coalesce_key="s")],
    "name": "secret",
    "names": ["secret"],
    "new": b"new",
    "now": NOW,
    "on": True,
    "number": 1,
    "old": b"sealed",
    "origin": Origin(request_key="secret"),
    "outcome": "secret",
    "outbox_id": 1,
    "pause": timedelta(seconds=1),
    "period": parse_period("last 7 days", date(2026, 3, 2)),
    "prefix": "LDG",
    "query": parse("secret"),
    "rate": pace.Rate(every=timedelta(seconds=1)),
    "ref": "LDG-1",
    "remove": ["secret hid"],
    "request_key": "secret",
    "role": Role.ADMIN,
    "sealed_secret": b"new",
    "expires_at": datetime.now(UTC),
    "sealed_refresh": b"sealed",
    "sealed_token": b"sealed",
    "secret_hash": "y",
    "sender": UUID(int=1),
    "shown_version": 1,
    "slack_user_id": "UNEW",
    "slack_user_ids": ["UADA", "UBOB"],
    "state": "done",
    "status": Status.CLOSED,
    "target_key": "secret",
    "text": "secret",
    "thread_ts": "1.1",
    "title": "Secret",
    "today": date(2026, 3, 2),
    "token_id": "secrettoken",
    "ts": "1.1",
    "unknown": False,
    "until": NOW,
    "url": "https://mine.example",
    "version": 7,
    "webhook_ids": [WEBHOOK],
    "why": "secret",
    "within": timedelta(days=1),
}
# By the type of a parameter.
TYPED: dict[str, Any] = {
    "IssueDraft": IssueDraft(title="Mine", labels=("secret",)),
    "ScheduleDraft": schedule_draft(),
    "SubscriptionDraft": SubscriptionDraft(channel_id=C1, query="secret"),
    "Notice": (),
    "Preferences": Preferences(),
    "IssuePatch": IssuePatch(title="Mine"),
    "BulkPatch": bulk.BulkPatch(priority=Priority.LOW),
    "Mapping": Mapping(format=Format.PLAIN, columns=(), timezone="UTC"),
    # The own workspace, and the other's webhook: each statement must ask for both.
    "Hook": Hook(
        workspace_id=OWN_WORKSPACE,
        webhook_id=WEBHOOK,
        name="mine",
        kind=Kind.GENERIC,
        auth=Auth.BEARER,
        owner_id=PersonId(UUID(int=1)),
        channel_id=None,
        sealed_secret=b"sealed",
        mapping={},
    ),
    "HookDraft": HookDraft(name="mine", kind=Kind.GENERIC, auth=Auth.BEARER),
    "Receiver": Receiver(
        workspace_id=OWN_WORKSPACE,
        webhook_id=WEBHOOK,
        name="mine",
        url="https://mine.example",
        owner_id=PersonId(UUID(int=1)),
        sealed_secret=b"sealed",
        off_at=None,
    ),
    # All of an inspection that a mapping is looked up by.
    "Inspection": SimpleNamespace(header_id="secret header"),
}
# For one operation alone.
OWN: dict[tuple[str, str], Any] = {
    ("homes.lists.show", "lists"): [WANTED],
    ("homes.lists.show", "tried"): (),
    ("homes.lists.try_out", "lists"): [WANTED],
    ("query.resolving.look_up", "queries"): [parse('label:"secret hidden" assignee:bob ref:SECRET-1 hidden')],
    ("documents.learn", "words"): [("secret", 3)],
    ("documents.large", "than"): 0,
    ("vocabulary.popularity", "words"): ["secret"],
    ("vocabulary.correct", "words"): ["secrte"],
    ("outgoing.create", "webhook_id"): "myhook",
    ("outgoing.settle", "state"): "sent",
    ("tokens.create", "token_id"): "mytoken",
    ("webhooks.arrivals.keep_failed", "body"): b"new",
    ("webhooks.keeping.create", "webhook_id"): "myhook",
}


def sample(operation: str, parameter: inspect.Parameter, world: World, ids: dict[str, Any]) -> Any:
    """An argument: the own workspace and actor, everything else of the other one. KeyError: there is none."""
    if (operation, parameter.name) in OWN:
        return OWN[operation, parameter.name]
    if parameter.name == "actor":
        return world.admin
    if parameter.name == "workspace_id":
        return world.workspace_id
    if parameter.name in ids:
        return ids[parameter.name]
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
    secrets = [HIDDEN, OTHER, *(str(value) for value in ids.values() if not isinstance(value, int))]
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
    assert {table for table, rows in before.items() if not rows} == EMPTY
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


async def test_answers_without_words_tell_nothing_of_another_workspace_either(
    conn: asyncpg.Connection,
) -> None:
    """Numbers, moments and truths name nobody, so that no word of theirs gives a leak away."""
    world = await make_world(conn)
    other, _ = await make_other(conn)
    receiver: Receiver = TYPED["Receiver"]
    hook: Hook = TYPED["Hook"]
    day = timedelta(days=1)
    assert await outgoing.next_due(conn, receiver) is None
    assert await outbox.said_lately(conn, world.workspace_id, "s", day) is False
    assert (await listing.count(conn, world.admin, parse(""))).value == 0
    assert await webhooks.discard(conn, hook) == 0
    # There would have been something to tell.
    assert await outgoing.next_due(conn, replace(receiver, workspace_id=other.workspace_id)) is not None
    assert await outbox.said_lately(conn, other.workspace_id, "s", day) is True
    assert (await listing.count(conn, other.admin, parse(""))).value == 2
    assert await webhooks.discard(conn, replace(hook, workspace_id=other.workspace_id)) == 1


async def test_a_workspace_that_is_removed_takes_nothing_of_another_along(conn: asyncpg.Connection) -> None:
    other, _ = await make_other(conn)
    before = await rows_of_other(conn)
    world = await make_world(conn)
    await file(conn, world.ada, "Goes", labels=("goes",))
    await conn.execute(
        "INSERT INTO installations (workspace_id, bot_user_id, removed_at) VALUES ($1, 'UBOT', $2)",
        OWN_WORKSPACE,
        NOW - timedelta(days=1),
    )
    async with conn.transaction():
        assert not await installations.remove_workspace(conn, other.workspace_id, NOW)
        assert await installations.remove_workspace(conn, OWN_WORKSPACE, NOW)
    assert await conn.fetchval("SELECT array_agg(workspace_id) FROM workspaces") == [OTHER]
    assert await rows_of_other(conn) == before


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
        ("INSERT INTO previews VALUES ('T1', 'C1', '', $1)", (ids["IssueId"],)),
        (
            """
            INSERT INTO webhooks (workspace_id, webhook_id, kind, name, owner_id, auth, sealed_secret)
            VALUES ('T1', 'w', 'generic', 'x', $1, 'hmac', '')""",
            (ids["PersonId"],),
        ),
        ("INSERT INTO webhook_targets VALUES ('T1', $1, 'x')", (WEBHOOK,)),
        (
            """
            INSERT INTO webhook_arrivals (workspace_id, webhook_id, delivery_key, state)
            VALUES ('T1', $1, 'x', 'done')""",
            (WEBHOOK,),
        ),
        (
            """
            INSERT INTO outgoing_webhooks (workspace_id, webhook_id, name, url, owner_id, sealed_secret)
            VALUES ('T1', 'w', 'x', 'https://x.example', $1, '')""",
            (ids["PersonId"],),
        ),
        (
            """
            INSERT INTO outgoing_sends (workspace_id, webhook_id, issue_id, kind, body)
            VALUES ('T1', $1, $2, 'x', 'x')""",
            (WEBHOOK, mine.issue_id),
        ),
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
