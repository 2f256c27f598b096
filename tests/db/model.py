"""What a tracker is, too simple to be wrong: each issue's fields and, for every change, what was before it.

Undo is a stack of the fields touched: it may go through only while nothing later has touched the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from db.ids import ChangeId, CommentId
from db.states import Priority


@dataclass
class Mine:
    """An issue in the model. Status and reason are one word; a duplicate's says of which issue."""

    title: str
    status: str = "open"
    priority: Priority = Priority.NONE
    assignee: int | None = None
    labels: frozenset[str] = frozenset()
    deleted: bool = False
    comments: dict[CommentId, str] = field(default_factory=dict)
    reporter: int = 0
    parent: int | None = None


@dataclass
class Done:
    """A change in the model: what it touched, as (issue, field) to (before, after)."""

    change_id: ChangeId
    actor: int
    touched: dict[tuple[int, Any], tuple[Any, Any]]
    undoes: Done | None = None
    undone_by: Done | None = None


@dataclass(frozen=True)
class CommentKey:
    comment_id: CommentId


class Model:
    """Issues and people are known by their place in a list; `guests` are the people who see only what is theirs."""

    def __init__(self, guests: frozenset[int]) -> None:
        self.guests = guests
        self.mine: list[Mine] = []
        self.done: list[Done] = []

    def visible(self, actor: int, issue: int) -> bool:
        it = self.mine[issue]
        return not it.deleted and (actor not in self.guests or actor in (it.reporter, it.assignee))

    def apply(self, actor: int, change_id: ChangeId, touched: dict[tuple[int, Any], tuple[Any, Any]]) -> Done:
        for (issue, name), (_, after) in touched.items():
            self.put(issue, name, after)
        done = Done(change_id=change_id, actor=actor, touched=touched)
        self.done.append(done)
        return done

    def put(self, issue: int, name: Any, value: Any) -> None:
        if isinstance(name, CommentKey):
            if value is None:
                self.mine[issue].comments.pop(name.comment_id, None)
            else:
                self.mine[issue].comments[name.comment_id] = value
        else:
            setattr(self.mine[issue], name, value)

    def wanted(self, issue: int, fields: dict[str, Any]) -> dict[tuple[int, Any], tuple[Any, Any]]:
        now = {name: getattr(self.mine[issue], name) for name in fields}
        return {(issue, name): (now[name], value) for name, value in fields.items() if now[name] != value}

    def turn_back(self, actor: int, change_id: ChangeId, target: Done) -> None:
        back = {at: (after, before) for at, (before, after) in target.touched.items()}
        done = self.apply(actor, change_id, back)
        done.undoes, target.undone_by = target, done
        if target.undoes is not None:
            target.undoes.undone_by = None

    def blocked(self, target: Done) -> bool:
        """Whether a later change, that neither was undone nor is an undo of a later one, touches the same."""
        place = self.done.index(target)
        for later in self.done[place + 1 :]:
            cancelled = later.undone_by is not None or (
                later.undoes is not None and later.undoes is not target and later.undoes.undone_by is later
            )
            if cancelled:
                continue
            for issue, name in target.touched:
                for other_issue, other in later.touched:
                    if issue != other_issue:
                        continue
                    if name == "deleted" or other == "deleted" or name == other:
                        return True
        return False

    def above(self, issue: int | None) -> set[int]:
        """The issue itself and all that it is a part of."""
        found: set[int] = set()
        while issue is not None and issue not in found:
            found.add(issue)
            issue = self.mine[issue].parent
        return found

    def crosswise(self, target: Done) -> bool:
        """Whether taking it back would put an issue below itself, make it refer to one that is gone or repeat one
        that is a duplicate, or take away one that others refer to."""
        for (issue, name), (before, _) in target.touched.items():
            parent = before if name == "parent" else None
            original = original_in(before) if name == "status" else None
            if name == "deleted" and not before:
                parent, original = self.mine[issue].parent, original_in(self.mine[issue].status)
            if name == "parent" and issue in self.above(before):
                return True
            if any(n is not None and self.mine[n].deleted for n in (parent, original)):
                return True
            if original is not None and original_in(self.mine[original].status) is not None:
                return True
            if name == "deleted" and before and any(self.refers(n, issue) for n in range(len(self.mine))):
                return True
        return False

    def refers(self, issue: int, other: int) -> bool:
        it = self.mine[issue]
        return not it.deleted and other in (it.parent, original_in(it.status))


def original_in(status: str) -> int | None:
    word, _, number = status.partition(" ")
    return int(number) if word == "duplicate" else None
