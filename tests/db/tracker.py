"""A tracker and its model, driven alike: each step is done to both, and what is refused is refused by both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from db import bulk, changes, comments, issues, labels, people, standing
from db.access import Actor
from db.bulk import BulkPatch, BulkStopped
from db.changes import NothingToUndo, UndoBlocked
from db.comments import Commented
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChangeId, CommentId, IssueId
from db.issues import IssueDraft, IssuePatch
from db.pool import Database
from db.states import CloseReason, Priority, Role, Status
from tests.db.model import CommentKey, Done, Mine, Model, original_in
from tests.db.worlds import World, make_world

T = TypeVar("T")

LABELS = ("a", "b", "c")
STATUSES = ("open", "in_progress", "completed", "not_planned")


class Tracker(RuleBasedStateMachine):
    database: Database
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.conn: asyncpg.Connection = self.run(self.database.pool.acquire())
        self.transaction = self.conn.transaction()
        self.run(self.transaction.start())
        self.model = Model(guests=frozenset({3}))
        self.ids: list[IssueId] = []
        self.left: set[int] = set()
        self.authors: dict[CommentId, int] = {}

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.loop.run_until_complete(awaited())

    def teardown(self) -> None:
        try:
            self.run(self.transaction.rollback())
        except asyncpg.InterfaceError:
            # Something ended the example in the midst of an operation. A transaction left open would keep the
            # workspace, and whatever example comes next would wait for it until its statements time out.
            self.conn.terminate()
        self.run(self.database.pool.release(self.conn))

    @initialize()
    def begin(self) -> None:
        self.world: World = self.run(make_world(self.conn))
        self.actors: list[Actor] = [self.world.ada, self.world.bob, self.world.admin, self.world.guest]

    # What people do.

    @rule(actor=st.integers(0, 3), title=st.sampled_from("xyz"), labels=st.sets(st.sampled_from(LABELS)))
    def create(self, actor: int, title: str, labels: set[str]) -> None:
        draft = IssueDraft(title=title, labels=tuple(labels))
        written = self.run(issues.create(self.conn, self.actors[actor], draft))
        assert written.change_id is not None
        self.ids.append(written.issue.issue_id)
        self.model.mine.append(Mine(title=title, labels=frozenset(labels), reporter=actor, deleted=True))
        self.model.apply(actor, written.change_id, {(len(self.model.mine) - 1, "deleted"): (True, False)})

    @precondition(lambda self: self.model.mine)
    @rule(
        actor=st.integers(0, 3),
        pick=st.integers(0),
        title=st.none() | st.sampled_from("xyz"),
        status=st.none() | st.sampled_from(STATUSES),
        priority=st.none() | st.sampled_from(Priority),
        assignee=st.none() | st.integers(-1, 3),
        labels=st.none() | st.sets(st.sampled_from(LABELS)),
    )
    def edit(
        self,
        actor: int,
        pick: int,
        title: str | None,
        status: str | None,
        priority: Priority | None,
        assignee: int | None,
        labels: set[str] | None,
    ) -> None:
        issue = pick % len(self.model.mine)
        fields: dict[str, Any] = {}
        patch: dict[str, Any] = {}
        if title is not None:
            patch["title"] = fields["title"] = title
        if status is not None:
            fields["status"] = status
            patch |= spelled(status)
        if priority is not None:
            patch["priority"] = fields["priority"] = priority
        if assignee is not None:
            fields["assignee"] = None if assignee < 0 else assignee
            patch["assignee_id"] = None if assignee < 0 else self.actors[assignee].person_id
        if labels is not None:
            fields["labels"] = frozenset(labels)
            patch["labels"] = tuple(labels)
        work = issues.edit(self.conn, self.actors[actor], self.ids[issue], IssuePatch(**patch))
        if self.actors[actor].role is Role.GUEST:
            self.refused(work, Forbidden)
        elif not self.model.visible(actor, issue):
            self.refused(work, NotFound)
        elif assignee in self.left and self.model.mine[issue].assignee != assignee:
            self.refused(work, Invalid)
        else:
            touched = self.model.wanted(issue, fields)
            written = self.run(work)
            assert (written.change_id is None) == (not touched)
            if written.change_id is not None:
                self.model.apply(actor, written.change_id, touched)

    @precondition(lambda self: self.model.mine)
    @rule(
        actor=st.integers(0, 2),
        picks=st.sets(st.integers(0, 9), min_size=1),
        status=st.none() | st.sampled_from(STATUSES),
        priority=st.none() | st.sampled_from(Priority),
        add=st.sets(st.sampled_from(LABELS), max_size=1),
        remove=st.sets(st.sampled_from(LABELS), max_size=1),
    )
    def change_many(
        self,
        actor: int,
        picks: set[int],
        status: str | None,
        priority: Priority | None,
        add: set[str],
        remove: set[str],
    ) -> None:
        chosen = {pick % len(self.model.mine) for pick in picks}
        said = {} if status is None else spelled(status)
        patch = BulkPatch(
            status=said.get("status", issues.UNSET),
            reason=said.get("close_reason"),
            priority=issues.UNSET if priority is None else priority,
            add_labels=tuple(add),
            remove_labels=tuple(remove),
        )
        work = bulk.change(self.conn, self.actors[actor], [self.ids[n] for n in chosen], patch)
        if any(self.model.mine[n].deleted for n in chosen):
            self.refused(work, BulkStopped)
            return
        touched: dict[tuple[int, Any], tuple[Any, Any]] = {}
        for n in chosen:
            fields: dict[str, Any] = {"labels": (self.model.mine[n].labels - (remove - add)) | add}
            fields |= {} if status is None else {"status": status}
            fields |= {} if priority is None else {"priority": priority}
            touched |= self.model.wanted(n, fields)
        written = self.run(work)
        assert written.count == len({n for n, _ in touched})
        if written.change_id is not None:
            self.model.apply(actor, written.change_id, touched)

    @precondition(lambda self: self.model.mine)
    @rule(actor=st.integers(0, 3), pick=st.integers(0), body=st.sampled_from("pq"))
    def comment(self, actor: int, pick: int, body: str) -> None:
        issue = pick % len(self.model.mine)
        work = comments.add(self.conn, self.actors[actor], self.ids[issue], body)
        if not self.model.visible(actor, issue):
            self.refused(work, NotFound)
            return
        written = self.run(work)
        assert written.change_id is not None
        name = CommentKey(written.comment.comment_id)
        self.authors[written.comment.comment_id] = actor
        self.model.apply(actor, written.change_id, {(issue, name): (None, body)})

    @precondition(lambda self: any(it.comments for it in self.model.mine))
    @rule(actor=st.integers(0, 3), pick=st.integers(0), body=st.none() | st.sampled_from("pq"))
    def change_comment(self, actor: int, pick: int, body: str | None) -> None:
        """None deletes it."""
        said = [(n, id_) for n, it in enumerate(self.model.mine) for id_ in it.comments]
        issue, comment_id = said[pick % len(said)]
        by = self.actors[actor]
        work: Coroutine[Any, Any, Commented | ChangeId | None]
        if body is None:
            work = comments.delete(self.conn, by, comment_id)
        else:
            work = comments.edit(self.conn, by, comment_id, body)
        if not self.model.visible(actor, issue):
            self.refused(work, NotFound)
        elif self.authors[comment_id] != actor and by.role is not Role.ADMIN:
            self.refused(work, Forbidden)
        else:
            was = self.model.mine[issue].comments[comment_id]
            written = self.run(work)
            change_id = written.change_id if isinstance(written, Commented) else written
            assert (change_id is None) == (was == body)
            if change_id is not None:
                self.model.apply(actor, change_id, {(issue, CommentKey(comment_id)): (was, body)})

    @precondition(lambda self: self.model.mine)
    @rule(actor=st.integers(0, 2), pick=st.integers(0), above=st.integers(0) | st.none())
    def make_part(self, actor: int, pick: int, above: int | None) -> None:
        issue = pick % len(self.model.mine)
        parent = None if above is None else above % len(self.model.mine)
        patch = IssuePatch(parent_id=None if parent is None else self.ids[parent])
        work = issues.edit(self.conn, self.actors[actor], self.ids[issue], patch)
        if parent is not None and (self.model.mine[parent].deleted or issue in self.model.above(parent)):
            self.refused(work, (Invalid, NotFound))
        elif self.model.mine[issue].deleted:
            self.refused(work, NotFound)
        else:
            touched = self.model.wanted(issue, {"parent": parent})
            written = self.run(work)
            assert (written.change_id is None) == (not touched)
            if written.change_id is not None:
                self.model.apply(actor, written.change_id, touched)

    @precondition(lambda self: self.model.mine)
    @rule(actor=st.integers(0, 2), pick=st.integers(0), other=st.integers(0))
    def close_as_duplicate(self, actor: int, pick: int, other: int) -> None:
        issue, original = pick % len(self.model.mine), other % len(self.model.mine)
        work = issues.close(
            self.conn,
            self.actors[actor],
            self.ids[issue],
            CloseReason.DUPLICATE,
            duplicate_of=self.ids[original],
        )
        repeats = self.model.mine[original]
        if (
            self.model.mine[issue].deleted
            or repeats.deleted
            or issue == original
            or original_in(repeats.status) is not None
        ):
            self.refused(work, (Invalid, NotFound))
            return
        touched = self.model.wanted(issue, {"status": f"duplicate {original}"})
        written = self.run(work)
        assert (written.change_id is None) == (not touched)
        if written.change_id is not None:
            self.model.apply(actor, written.change_id, touched)

    @rule(pick=st.integers(0), name=st.sampled_from((*LABELS, "d")))
    def rename_label(self, pick: int, name: str) -> None:
        known = self.run(labels.all(self.conn, self.world.ada))
        if not known:
            return
        label = known[pick % len(known)]
        work = labels.rename(self.conn, self.world.ada, label.label_id, name)
        if name != label.name and name in {each.name for each in known}:
            self.refused(work, Conflict)
        else:
            self.run(work)
            self.relabel(label.name, name)

    @rule(pick=st.integers(0), other=st.integers(0))
    def merge_labels(self, pick: int, other: int) -> None:
        known = self.run(labels.all(self.conn, self.world.ada))
        if len(known) < 2:
            return
        gone = known[pick % len(known)]
        rest = [label for label in known if label != gone]
        kept = rest[other % len(rest)]
        self.run(labels.merge_labels(self.conn, self.world.ada, gone.label_id, kept.label_id))
        self.relabel(gone.name, kept.name)

    def relabel(self, was: str, now: str) -> None:
        for it in self.model.mine:
            if was in it.labels:
                it.labels = it.labels - {was} | {now}

    @rule(person=st.integers(0, 3))
    def leave_or_return(self, person: int) -> None:
        """Whoever left may go on in this test: what they began is still under way."""
        person_id = self.actors[person].person_id
        assert person_id is not None
        system = replace(self.world.admin, person_id=None)
        turn = standing.reactivate if person in self.left else standing.deactivate
        self.run(turn(self.conn, system, person_id))
        self.left ^= {person}

    @precondition(lambda self: self.model.done)
    @rule(actor=st.integers(0, 2), pick=st.integers(0) | st.none())
    def undo(self, actor: int, pick: int | None) -> None:
        if pick is None:
            own = [done for done in self.model.done if done.actor == actor and done.undone_by is None]
            target = own[-1] if own else None
        else:
            target = self.model.done[pick % len(self.model.done)]
        given = None if pick is None or target is None else target.change_id
        work = changes.undo(self.conn, self.actors[actor], given)
        if target is None:
            self.refused(work, NothingToUndo)
            return
        if target.actor != actor and self.actors[actor].role is not Role.ADMIN:
            self.refused(work, Forbidden)
            return
        if target.undoes is not None and target.undoes.undoes is not None:
            target = target.undoes.undoes
        if target.undone_by is not None:
            assert self.run(work).repeated
        elif self.model.blocked(target) or self.model.crosswise(target):
            self.refused(work, UndoBlocked)
        else:
            self.turn_back(actor, target, self.run(work))

    def turn_back(self, actor: int, target: Done, undone: changes.Undone) -> None:
        assert undone.undid.change_id == target.change_id
        assert not undone.repeated
        self.model.turn_back(actor, undone.change_id, target)

    def refused(
        self, work: Coroutine[Any, Any, Any], error: type[Exception] | tuple[type[Exception], ...]
    ) -> None:
        with pytest.raises(error):
            self.run(work)

    # What must be so after each step.

    @invariant()
    def database_and_model_agree(self) -> None:
        if not self.model.mine:
            return
        found = self.run(issues.get_many(self.conn, self.world.admin, self.ids))
        for n, it in enumerate(self.model.mine):
            issue = found.get(self.ids[n])
            assert (issue is None) == it.deleted
            if issue is None:
                continue
            status = issue.close_reason.value if issue.close_reason else issue.status.value
            if issue.duplicate_of is not None:
                status += f" {self.ids.index(issue.duplicate_of)}"
            assignee = None if it.assignee is None else self.actors[it.assignee].person_id
            assert (issue.title, status, issue.priority) == (it.title, it.status, it.priority)
            parent = None if it.parent is None else self.ids[it.parent]
            assert (issue.assignee_id, frozenset(issue.labels)) == (assignee, it.labels)
            assert issue.parent_id == parent
            said = self.run(comments.page(self.conn, self.world.admin, issue.issue_id, limit=1000))
            assert {comment.comment_id: comment.body for comment in said} == it.comments

    @invariant()
    def guests_see_what_is_theirs(self) -> None:
        if self.model.mine:
            found = self.run(issues.get_many(self.conn, self.world.guest, self.ids))
            assert set(found) == {
                self.ids[n] for n in range(len(self.model.mine)) if self.model.visible(3, n)
            }

    @invariant()
    def history_tells_of_every_issue(self) -> None:
        """Whatever was renamed, merged or gone since: who, what and when can be read."""
        for n, it in enumerate(self.model.mine):
            if not it.deleted:
                events = self.run(changes.history(self.conn, self.world.admin, self.ids[n], limit=100))
                assert events[-1].kind == "created"
                named = {event.actor_id for event in events if event.actor_id is not None}
                assert set(self.run(people.get_many(self.conn, self.world.admin, list(named)))) == named

    @invariant()
    def counting_events_counts_issues(self) -> None:
        """Reports add up the typed columns of events: they must come to what the issues are."""
        differing = self.run(self.conn.fetch(_COUNTS))
        assert differing == []


_COUNTS = """
SELECT status, assignee, priority, sum(n) FROM (
    SELECT now_status AS status, now_assignee AS assignee, now_priority AS priority, 1 AS n
    FROM events WHERE now_status IS NOT NULL
    UNION ALL SELECT was_status, was_assignee, was_priority, -1 FROM events WHERE was_status IS NOT NULL
    UNION ALL SELECT status, assignee_id, priority, -1 FROM issues WHERE deleted_at IS NULL
) counted GROUP BY status, assignee, priority HAVING sum(n) <> 0"""


def spelled(status: str) -> dict[str, Any]:
    if status in ("open", "in_progress"):
        return {"status": Status(status)}
    return {"status": Status.CLOSED, "close_reason": CloseReason(status)}
