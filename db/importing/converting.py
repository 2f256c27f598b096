"""Rows of a table to rows of the staging table. This is the hot loop of an import: it runs once a row."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from db import limits
from db.importing import vocabulary
from db.importing.cells import CommentCell, first_person, read_comments, split_labels, unguard
from db.importing.columns import Field
from db.importing.dates import read_day, read_moment, says_none
from db.importing.formats import Format, reference_from_url
from db.importing.mapping import Mapping
from db.importing.problems import BadRow, Flaw, Reason, TableFlaw
from db.importing.statuses import read_state

# Distinct people and labels are held in memory; a column with more is not what it was taken for.
DISTINCT_MAX: Final = 100_000
_CACHE_MAX: Final = 50_000

# The order of the fields of `Staged`; the staging table has the same columns.
STAGED_COLUMNS: Final = (
    "issue_id", "source_key", "reference_key", "line", "title", "description", "status", "close_reason", "priority",
    "assignee", "reporter", "labels", "due_on", "created_at", "updated_at", "closed_at", "duplicate_key", "parent_key",
    "external_ref", "lodge_id", "comments", "alias_key",
)  # fmt: skip
Staged = tuple[Any, ...]


@dataclass(slots=True)
class Distinct:
    """Texts by number, in order of appearance; the staging table refers to them by number."""

    what: str
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        found = self.numbers.get(text)
        if found is None:
            if len(self.numbers) >= DISTINCT_MAX:
                raise TableFlaw(Flaw.TOO_MANY_VALUES, what=self.what, limit=DISTINCT_MAX)
            found = self.numbers[text] = len(self.numbers)
        return found

    def shrink(self, size: int) -> bool:
        """Forgets the newest beyond `size`; whether there were any."""
        shrunk = len(self.numbers) > size
        while len(self.numbers) > size:
            self.numbers.popitem()
        return shrunk


def source_key(system: str, identity: str) -> str:
    """By what a row is known again: the tracker and its id there, or the row's whole content."""
    return blake2b(f"{system}\0{identity}".encode(), digest_size=16).hexdigest()


class IssueIds:
    """UUIDv7s in rising order, as hex: milliseconds, a 26-bit counter, random bits (RFC 9562, method 1)."""

    def __init__(self) -> None:
        self._base = (time.time_ns() // 1_000_000 << 80) | 0x7 << 76 | 0b10 << 62
        self._random = random.Random()  # noqa: S311 - an id is no secret
        self._count = 0

    def next(self) -> str:
        self._count += 1
        counter = (self._count >> 14 & 0xFFF) << 64 | (self._count & 0x3FFF) << 48
        return f"{self._base | counter | self._random.getrandbits(48):032x}"


class Converter:
    """Converts one file's rows under one mapping; remembers the people and labels it met."""

    def __init__(self, mapping: Mapping, width: int, *, with_ids: bool = True) -> None:
        self.mapping = mapping
        self.people = Distinct("people")
        self.labels = Distinct("labels")
        # Names by the account ids and user names that stand beside them.
        self.also: dict[str, str] = {}
        self._width = width
        # A survey writes no issues, and ids are a tenth of its work.
        self._next_id = IssueIds().next if with_ids else str
        self._single = {wanted: self._position(wanted) for wanted in Field}
        self._label_columns = mapping.positions(Field.LABELS)
        self._comment_columns = mapping.positions(Field.COMMENT)
        self._closed_columns = mapping.positions(Field.CLOSED)
        self._beside = [
            (self._single[name], self._single[other])
            for name, other in ((Field.ASSIGNEE, Field.ASSIGNEE_ID), (Field.REPORTER, Field.REPORTER_ID))
            if self._single[name] >= 0 and self._single[other] >= 0
        ]
        self._failure = self._single[Field.FAILURE]
        self._guarded = mapping.format is Format.LODGE or self._failure >= 0
        self._states: dict[tuple[str, str, str, bool], tuple[str, str | None]] = {}
        self._priorities: dict[str, int] = {}
        self._label_cells: dict[str, str] = {}
        self._spellings: dict[str, str] = {}
        self._person_cells = self._person_cells_empty()
        self._convert = self._compile()

    def _position(self, wanted: Field) -> int:
        """Of an absent column: that of the empty cell which is added behind every row."""
        found = self.mapping.positions(wanted)
        return found[0] if found else -1

    def __call__(self, line: int, last_line: int, cells: list[str]) -> Staged:
        """Raises BadRow. Changes `cells`."""
        people, labels = len(self.people.numbers), len(self.labels.numbers)
        try:
            if len(cells) != self._width:
                self._fit(line, last_line, cells)
            if self._guarded:
                cells[:] = map(unguard, cells)
            return self._convert(line, cells)
        except BadRow:
            self._forget(people, labels)
            raise

    def _forget(self, people: int, labels: int) -> None:
        """A row that fails brings nobody and no label with it."""
        if self.people.shrink(people) | self.labels.shrink(labels):
            self._person_cells = self._person_cells_empty()
            self._label_cells.clear()
            self._spellings = {name.lower(): name for name in self.labels.numbers}
            self._convert = self._compile()

    @staticmethod
    def _person_cells_empty() -> dict[str, int | None]:
        return {"": None}

    def _fit(self, line: int, last_line: int, cells: list[str]) -> None:
        """Spare empty cells at the end are no fault: spreadsheets add them."""
        while len(cells) > self._width and not cells[-1]:
            cells.pop()
        if len(cells) != self._width:
            reason = Reason.RAGGED if line == last_line else Reason.RAGGED_LINES
            raise BadRow(reason, cells=len(cells), columns=self._width, last_line=last_line)

    def _compile(self) -> Callable[[int, list[str]], Staged]:
        """The row function, with everything that is the same for all rows looked up once."""
        at = self._single
        title_at, text_at, due_at = at[Field.TITLE], at[Field.DESCRIPTION], at[Field.DUE]
        created_at, updated_at = at[Field.CREATED], at[Field.UPDATED]
        assignee_at, reporter_at, priority_at = at[Field.ASSIGNEE], at[Field.REPORTER], at[Field.PRIORITY]
        duplicate_at, parent_at = at[Field.DUPLICATE_OF], at[Field.PARENT]
        order, ids = self.mapping.order, self._next_id
        priorities, people = self._priorities, self._person_cells
        title_max, text_max = limits.TITLE_MAX, limits.TEXT_MAX
        has_labels, has_comments = bool(self._label_columns), bool(self._comment_columns)
        beside = self._beside
        id_at = at[Field.TRACKER_ID] if parent_at >= 0 else -1

        def convert(line: int, cells: list[str]) -> Staged:
            key, reference_key, reference, lodge_id = self._identity(cells)
            cells.append("")
            title = " ".join(cells[title_at].split())
            if not 0 < len(title) <= title_max:
                raise _bad_title(title)
            text = cells[text_at].strip()
            if "\r" in text:
                text = limits.clean(text)
            if len(text) > text_max:
                raise BadRow(Reason.TEXT_TOO_LONG, length=len(text), limit=text_max)
            created, updated, due = (
                cells[created_at].strip(),
                cells[updated_at].strip(),
                cells[due_at].strip(),
            )
            closed = self._closed(cells)
            priority_word = cells[priority_at]
            priority = priorities.get(priority_word) or self._priority(priority_word)
            status, reason = self._state(cells, bool(closed))
            assignee, reporter = cells[assignee_at], cells[reporter_at]
            for name_at, other_at in beside:
                if cells[other_at] not in self.also:
                    self._note_other_name(cells[name_at], cells[other_at])
            return (
                ids(),
                key,
                reference_key,
                line,
                title,
                text,
                status,
                reason,
                priority,
                people[assignee] if assignee in people else self._person(assignee),
                people[reporter] if reporter in people else self._person(reporter),
                self._labels(cells) if has_labels else None,
                read_day(due, order) if due else None,
                read_moment(created, order) if created else None,
                read_moment(updated, order) if updated else None,
                read_moment(closed, order) if closed else None,
                self._link(cells[duplicate_at], reference) if cells[duplicate_at] else None,
                self._parent(cells[parent_at], reference) if cells[parent_at] else None,
                reference,
                lodge_id,
                self._comments(cells) if has_comments else None,
                self._by_id(cells[id_at].strip()) if id_at >= 0 and cells[id_at] else None,
            )

        return convert

    def _identity(self, cells: list[str]) -> tuple[str, str | None, str | None, str | None]:
        """(key, key of the reference where that is another, reference, id of an issue of this very database)"""
        at, system = self._single, self.mapping.format.value
        reference = cells[at[Field.REFERENCE]].strip() if at[Field.REFERENCE] >= 0 else ""
        if len(reference) > limits.EXTERNAL_REF_MAX:
            raise BadRow(Reason.REFERENCE_TOO_LONG, length=len(reference), limit=limits.EXTERNAL_REF_MAX)
        if at[Field.ISSUE_ID] >= 0 and (lodge_id := cells[at[Field.ISSUE_ID]].strip()):
            old = cells[at[Field.OLD_REFERENCE]].strip() if at[Field.OLD_REFERENCE] >= 0 else ""
            uuid = lodge_id if _is_uuid(lodge_id) else None
            return source_key(system, lodge_id), source_key(system, reference), old or reference or None, uuid
        if at[Field.URL] >= 0 and (from_url := reference_from_url(cells[at[Field.URL]])):
            return source_key(system, from_url), None, from_url, None
        if reference:
            return source_key(system, reference), None, reference, None
        return source_key("content", self._content(cells)), None, None, None

    def _content(self, cells: list[str]) -> str:
        if self._failure >= 0:
            cells = [cell for index, cell in enumerate(cells) if index != self._failure]
        return "\x1f".join(cells).rstrip("\x1f")

    def _closed(self, cells: list[str]) -> str:
        for position in self._closed_columns:
            if (found := cells[position].strip()) and not says_none(found):
                return found
        return ""

    def _state(self, cells: list[str], closed: bool) -> tuple[str, str | None]:
        at = self._single
        key = (cells[at[Field.STATUS]], cells[at[Field.RESOLUTION]], cells[at[Field.CATEGORY]], closed)
        found = self._states.get(key)
        if found is None:
            found = read_state(self.mapping, *key)
            if len(self._states) < _CACHE_MAX:
                self._states[key] = found
        return found

    def _priority(self, word: str) -> int:
        text = word.strip()
        found = self.mapping.priorities.get(text) or (5 if not text else vocabulary.priority_word(text))
        if found is None:
            raise BadRow(Reason.UNKNOWN_PRIORITY, value=text[:60])
        if len(self._priorities) < _CACHE_MAX:
            self._priorities[word] = int(found)
        return int(found)

    def unknown_words(self, cells: list[str]) -> tuple[str | None, str | None]:
        """Of a row that failed: its status and its priority word, each if nobody knows it.

        A row fails by its first fault; a person is to be asked about all words at once.
        """
        closed, status, priority = bool(self._closed(cells)), None, None
        try:
            self._state([*cells, ""], closed)
        except BadRow as bad:
            status = bad.details["value"]
        try:
            self._priority([*cells, ""][self._single[Field.PRIORITY]])
        except BadRow as bad:
            priority = bad.details["value"]
        return status, priority

    def _person(self, cell: str) -> int | None:
        name = first_person(cell, self.mapping.format)
        if len(name) > limits.NAME_MAX:
            raise BadRow(Reason.PERSON_TOO_LONG, length=len(name), limit=limits.NAME_MAX)
        number = self.people.number(name) if name else None
        if len(self._person_cells) < _CACHE_MAX:
            self._person_cells[cell] = number
        return number

    def _note_other_name(self, name_cell: str, other: str) -> None:
        name = first_person(name_cell, self.mapping.format)
        if name and other.strip() and len(self.also) < DISTINCT_MAX:
            self.also[other.strip()] = name

    def _labels(self, cells: list[str]) -> str | None:
        columns = self._label_columns
        if len(columns) == 1:
            cell = cells[columns[0]]
            written = [cell]
        else:
            written = [cells[position] for position in columns if cells[position]]
            cell = "\n".join(written)
        if not cell:
            return None
        found = self._label_cells.get(cell)
        if found is None:
            found = self._label_numbers(written)
            if len(self._label_cells) < _CACHE_MAX:
                self._label_cells[cell] = found
        return found

    def _label_numbers(self, written: list[str]) -> str:
        kept: dict[str, str] = {}
        for cell in written:
            for name in split_labels(cell, self.mapping.format) if cell.strip() else ():
                if len(name) > limits.LABEL_MAX:
                    raise BadRow(
                        Reason.LABEL_TOO_LONG, value=name[:60], length=len(name), limit=limits.LABEL_MAX
                    )
                kept.setdefault(name.lower(), name)
        if len(kept) > limits.LABELS_MAX:
            raise BadRow(Reason.TOO_MANY_LABELS, count=len(kept), limit=limits.LABELS_MAX)
        return "{" + ",".join(str(self._label_number(name)) for name in kept.values()) + "}"

    def _label_number(self, name: str) -> int:
        # Labels that differ in case only are one; the first spelling stays.
        spelling = self._spellings.setdefault(name.lower(), name)
        return self.labels.number(spelling)

    def _link(self, cell: str, own: str | None) -> str | None:
        """The key of the issue that a cell points to. GitLab names a parent by its number alone."""
        target = cell.strip().split(",", 1)[0].strip()
        if not target:
            return None
        if own and "#" in own and target.isdigit():
            target = f"{own.rpartition('#')[0]}#{target}"
        return source_key(self.mapping.format.value, target)

    def _parent(self, cell: str, own: str | None) -> str | None:
        """Jira names parents by their numbers, or by their keys; these are no mere numbers."""
        target = cell.strip()
        if target.isdigit() and self._single[Field.TRACKER_ID] >= 0:
            return self._by_id(target)
        return self._link(cell, own)

    def _by_id(self, number: str) -> str:
        return source_key(f"{self.mapping.format.value} id", number)

    def _comments(self, cells: list[str]) -> str | None:
        found: list[dict[str, Any]] = []
        for position in self._comment_columns:
            cell = cells[position]
            if cell and not cell.isspace():
                found.extend(self._comment(comment) for comment in read_comments(cell, self.mapping.format))
        kept = [comment for comment in found if comment["body"]]
        return json.dumps(kept, ensure_ascii=False) if kept else None

    def _comment(self, comment: CommentCell) -> dict[str, Any]:
        if len(comment.body) > limits.TEXT_MAX:
            raise BadRow(Reason.COMMENT_TOO_LONG, length=len(comment.body), limit=limits.TEXT_MAX)
        author = self._person(comment.author) if comment.author else None
        at = read_moment(comment.at, self.mapping.order) if comment.at else None
        said = {"author": author, "at": at, "body": comment.body}
        return {**said, "ref": comment.ref} if comment.ref else said


def _is_uuid(text: str) -> bool:
    plain = text.replace("-", "")
    return len(plain) == 32 and all(c in "0123456789abcdefABCDEF" for c in plain)


def _bad_title(title: str) -> BadRow:
    if not title:
        return BadRow(Reason.NO_TITLE)
    return BadRow(Reason.TITLE_TOO_LONG, length=len(title), limit=limits.TITLE_MAX)
