"""Every public operation of `db`, with arguments to call it with.

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

import db
from db import (
    bulk,
    pace,
)
from db.access import Actor
from db.channels import ChannelSettings
from db.homes import Wanted
from db.ids import PersonId
from db.importing.formats import Format
from db.importing.mapping import Mapping
from db.issues import IssueDraft, IssuePatch, Origin
from db.outbox import Outgoing
from db.outgoing import Receiver
from db.preferences import Preferences
from db.query import parse
from db.query.resolving import plain
from db.reports.periods import parse_period
from db.states import Priority, Role, Status
from db.subscriptions import SubscriptionDraft
from db.webhooks import Auth, Hook, HookDraft, Kind
from tests.db.neighbour import C1, NOW, OWN_WORKSPACE, WEBHOOK, schedule_draft
from tests.db.worlds import World

Operation = Callable[..., Coroutine[Any, Any, object]]

WHOLE = "takes what this workspace's own `get` gave, whole; no id comes in"
EVERYBODY = "the worker's or an operator's work, for all workspaces at once"
PLUMBING = "no table of a workspace"
EXEMPT = {
    "announcements.call_announcers": EVERYBODY,
    "deliveries.forget_old": EVERYBODY,
    "figures.look": EVERYBODY,
    "homes.keeping.forget_old": EVERYBODY,
    "housekeeping.analyze_grown": PLUMBING,
    "notices.due_people": EVERYBODY,
    "outbox.forget_old": EVERYBODY,
    "previews.forget_old": EVERYBODY,
    "refusals.channels": EVERYBODY,
    "outbox.waiting_channels": EVERYBODY,
    "outgoing.sends.call_forgotten": EVERYBODY,
    "outgoing.sends.forget_old": EVERYBODY,
    "reports.sifting.sieve": "the query it is given was resolved for one actor, who is in it",
    "ripening.dated": EVERYBODY,
    "rollups.backlog.behind": EVERYBODY,
    "rollups.checking.workspaces": EVERYBODY,
    "schedules.keeping.restore": "takes what this workspace's own `delete` gave, whole",
    "schedules.runs.ahead": PLUMBING,
    "schedules.runs.claim_due": EVERYBODY,
    "schedules.runs.forget_old": EVERYBODY,
    "schedules.runs.forgotten": EVERYBODY,
    "schedules.runs.have_drawn": "the job is the worker's own",
    "schedules.runs.enqueue_all": WHOLE,
    "schedules.posts.settle": EVERYBODY,
    "schedules.posts.take_back": EVERYBODY,
    "sealed.every_secret": EVERYBODY,
    "sealed.reseal": EVERYBODY,
    "spent.forget_old": EVERYBODY,
    "tokens.forget_requests": EVERYBODY,
    "undoing.reverse_known": "reads a table of its own transaction",
    "tokens.by_id": "the token is what tells the workspace",
    "importing.circles.find_circles": "reads a table of its own transaction",
    "importing.circles.leave_out": "reads a table of its own transaction",
    "importing.commenting.add_new": "reads the file's rows from a table of its own transaction",
    "importing.commenting.find_new": "reads the file's rows from a table of its own transaction",
    "importing.leftovers.copy": WHOLE,
    "importing.leftovers.forget": WHOLE,
    "importing.leftovers.forget_old": EVERYBODY,
    "importing.leftovers.keep": WHOLE,
    "importing.leftovers.offer": WHOLE,
    "importing.leftovers.offered": WHOLE,
    "importing.keys.hold_against": "reads the file's rows from a table of its own transaction",
    "importing.linking.find_links": "reads the file's rows from a table of its own transaction",
    "importing.linking.link": "reads the file's rows from a table of its own transaction",
    "importing.linking.no_links": "makes a table of its own transaction",
    "importing.process.first_bytes": PLUMBING,
    "importing.running.at_once": WHOLE,
    "importing.finding.survey": WHOLE,
    "importing.undoing.undo": WHOLE,
    "importing.updating.compare": "reads the file's rows from a table of its own transaction",
    "importing.updating.list_parts": "reads the file's rows from a table of its own transaction",
    "importing.updating.refuse": "reads the file's rows from a table of its own transaction",
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
    "jobs.note": "the job is the worker's own",
    "jobs.open_dedupe": PLUMBING,
    "jobs.put_off": PLUMBING,
    "jobs.withdraw": PLUMBING,
    "migrate.applied_checksums": PLUMBING,
    "migrate.migrate": PLUMBING,
    "migrate.server_version": PLUMBING,
    "pool.open_database": PLUMBING,
    "query.choosing.leading": WHOLE,
    "query.choosing.measure": WHOLE,
    "query.choosing.short": WHOLE,
    "query.choosing.shortest": WHOLE,
    "matching.candidates": WHOLE,
    "ranking.page": WHOLE,
    "ranking.top_number": WHOLE,
    "ranking.window": WHOLE,
    "recording.once": "runs what it is given",
    "schedules.keeping.go_on": WHOLE,
    "schedules.runs.run_now": WHOLE,
    "webhooks.arrivals.forget_old": EVERYBODY,
    "workspaces.call_command": EVERYBODY,
    "workspaces.command": EVERYBODY,
    "webhooks.keeping.by_id": "the webhook is what tells the workspace",
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
    "coalesce_keys": ["s"],
    "delay": timedelta(seconds=1),
    "delivery_key": "secret",
    "digest": b"x",
    "earlier": {},
    "error": "secret",
    "errors": ["paused"],
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
    "since": NOW - timedelta(days=1),
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
    ("vocabulary.correct", "words"): ["secrte"],
    ("previews.remember", "shown"): ["secret"],
    ("previews.shows", "shown"): ["secret"],
    ("previews.link", "linked"): {"https://mine.example": UUID(int=1)},
    ("outgoing.receivers.create", "webhook_id"): "myhook",
    ("outgoing.sends.settle", "state"): "sent",
    ("hearsay.is_newest", "at"): "1.5",
    ("hearsay.is_newest_wording", "at"): "1.5",
    ("search.again", "how"): "t",
    ("told.going_on", "to"): "UADA",
    ("told.remember", "key"): "s",
    ("told.shows", "state"): 2,
    ("search.again", "numbers"): [1, 2],
    ("spent.take_back", "request_keys"): ["secret gone"],
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
