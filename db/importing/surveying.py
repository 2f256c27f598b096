"""What an import would do, found by doing all of it but the writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Final

from db.importing.columns import Field
from db.importing.converting import Converter, Staged
from db.importing.dates import DateOrder, OrderVotes
from db.importing.mapping import Mapping
from db.importing.problems import BadRow, Reason, RowProblem
from db.importing.tables import Table, unclosed_quote

SAMPLES: Final = 3
_SHOWN_PROBLEMS: Final = 100
_SHOWN_WORDS: Final = 50
_DATED_ROWS: Final = 2_000
_DATES: Final = (Field.CREATED, Field.UPDATED, Field.CLOSED, Field.DUE)
RawRow = tuple[int, int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One issue as it would be made. `labels` and people are as the file spells them."""

    title: str
    status: str
    priority: int
    assignee: str | None
    labels: tuple[str, ...]
    reference: str | None


@dataclass(slots=True, kw_only=True)
class Survey:
    """Counts over the whole file; lists hold the first or most frequent few, `people` and `labels` all.

    `also` has names by the account ids and user names that stand beside them.
    """

    rows: int = 0
    bad: int = 0
    comments: int = 0
    nuls: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    unknown_statuses: Counter[str] = field(default_factory=Counter)
    unknown_priorities: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    order: DateOrder | None = None
    ask_order: bool = False
    again: bool = False

    @property
    def good(self) -> int:
        return self.rows - self.bad

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "bad": self.bad,
            "comments": self.comments,
            "nuls": self.nuls,
            "problems": [problem.to_json() for problem in self.problems],
            "reasons": dict(self.reasons),
            "unknown_statuses": dict(self.unknown_statuses.most_common(_SHOWN_WORDS)),
            "unknown_priorities": dict(self.unknown_priorities.most_common(_SHOWN_WORDS)),
            "samples": [
                {
                    "title": sample.title,
                    "status": sample.status,
                    "priority": sample.priority,
                    "assignee": sample.assignee,
                    "labels": list(sample.labels),
                    "reference": sample.reference,
                }
                for sample in self.samples
            ],
            "people": self.people,
            "labels": self.labels,
            "also": self.also,
            "order": None if self.order is None else self.order.value,
            "ask_order": self.ask_order,
            "again": self.again,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Survey:
        return cls(
            rows=data["rows"],
            bad=data["bad"],
            comments=data["comments"],
            nuls=data["nuls"],
            problems=[RowProblem.from_json(problem) for problem in data["problems"]],
            reasons=Counter(data["reasons"]),
            unknown_statuses=Counter(data["unknown_statuses"]),
            unknown_priorities=Counter(data["unknown_priorities"]),
            samples=[Sample(**{**sample, "labels": tuple(sample["labels"])}) for sample in data["samples"]],
            people=data["people"],
            labels=data["labels"],
            also=data["also"],
            order=None if data["order"] is None else DateOrder(data["order"]),
            ask_order=data["ask_order"],
            again=data["again"],
        )


class Reading:
    """One pass over a table under a mapping: yields what can be staged, counts and tells of the rest."""

    def __init__(self, table: Table, mapping: Mapping, *, with_ids: bool = True) -> None:
        self.table = table
        self.survey = Survey()
        self._votes = OrderVotes()
        self._date_columns = tuple(p for wanted in _DATES for p in mapping.positions(wanted))
        beginning = list(islice(table, _DATED_ROWS))
        self._rows: Iterator[RawRow] = chain(beginning, table)
        self._given = mapping.order
        if self._given is None:
            mapping = self._with_order(mapping, beginning)
        self.mapping = mapping
        self.converter = Converter(mapping, len(table.header), with_ids=with_ids)

    def _with_order(self, mapping: Mapping, beginning: Iterable[RawRow]) -> Mapping:
        votes = OrderVotes()
        for _, _, cells in beginning:
            _vote(votes, cells, self._date_columns)
        return replace(mapping, order=votes.order)

    def __iter__(self) -> Iterator[tuple[Staged | None, RawRow, RowProblem | None]]:
        """(staged, raw row, None) or (None, raw row, problem) for each row; the raw row's cells may be longer."""
        survey, convert, table = self.survey, self.converter, self.table
        votes, dates = self._votes, self._date_columns
        for line, last_line, cells in self._rows:
            survey.rows += 1
            for column in dates:
                if column < len(cells) and "/" in cells[column]:
                    votes.count(cells[column].strip())
            try:
                if line == table.unclosed_row:
                    self._refuse(unclosed_quote(last_line, cells))
                staged = convert(line, last_line, cells)
            except BadRow as bad:
                problem = RowProblem(line=line, reason=bad.reason, details=bad.details)
                self._note(problem, cells)
                yield None, (line, last_line, cells), problem
                continue
            if len(survey.samples) < SAMPLES:
                survey.samples.append(self._sample(staged))
            yield staged, (line, last_line, cells), None
        self._finish()

    @staticmethod
    def _refuse(bad: BadRow) -> None:
        raise bad

    def _note(self, problem: RowProblem, cells: list[str]) -> None:
        survey = self.survey
        survey.bad += 1
        survey.reasons[problem.reason.value] += 1
        if problem.reason in (Reason.UNKNOWN_STATUS, Reason.UNKNOWN_PRIORITY):
            status, priority = self.converter.unknown_words(cells)
            survey.unknown_statuses.update([status] if status is not None else [])
            survey.unknown_priorities.update([priority] if priority is not None else [])
        if len(survey.problems) < _SHOWN_PROBLEMS:
            survey.problems.append(problem)

    def _sample(self, staged: Staged) -> Sample:
        people, labels = list(self.converter.people.numbers), list(self.converter.labels.numbers)
        numbers = [int(n) for n in staged[11].strip("{}").split(",") if n] if staged[11] else []
        return Sample(
            title=staged[4],
            status=staged[7] or staged[6],
            priority=staged[8],
            assignee=None if staged[9] is None else people[staged[9]],
            labels=tuple(labels[n] for n in numbers),
            reference=staged[18],
        )

    def _finish(self) -> None:
        survey, votes = self.survey, self._votes
        survey.people = list(self.converter.people.numbers)
        survey.labels = list(self.converter.labels.numbers)
        survey.also = self.converter.also
        survey.nuls = self.table.source.nuls
        survey.order = self._given or votes.order
        survey.ask_order = self._given is None and votes.must_ask
        # The beginning of the file told another order than the whole of it.
        conflict = bool(votes.day_first and votes.month_first)
        survey.again = conflict and survey.order is not self.mapping.order


def _vote(votes: OrderVotes, cells: list[str], columns: tuple[int, ...]) -> None:
    for column in columns:
        if column < len(cells) and "/" in cells[column]:
            votes.count(cells[column].strip())
