"""What reports say, as numbers. A person or label that is None is nobody, or no label."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from db.ids import IssueId, LabelId, PersonId
from db.reports.periods import Period
from db.states import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days from `start` up to, and without, `end`."""

    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIssues:
    waiting: int = 0
    in_progress: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.in_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`taken`: times an issue was assigned to them; `closed`: issues of theirs that were closed."""

    taken: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """`still_open`: of the issues created in the span, those open now."""

    created: int = 0
    closed: int = 0
    still_open: int = 0

    @property
    def net(self) -> int:
        return self.created - self.closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of the issues closed in a span. Without any, the times are None."""

    closed: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as a report names them."""

    person_id: PersonId
    name: str
    slack_user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedIssue:
    issue_id: IssueId
    number: int
    title: str
    priority: Priority
    assignee: Who | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssigneeRow:
    who: Who | None
    open: OpenIssues
    work: Work
    work_before: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class AssigneesReport:
    """`rows`: people with most open issues first, at most `top`; `others` have numbers too but no row."""

    period: Period
    rows: tuple[AssigneeRow, ...]
    unassigned: AssigneeRow
    others: int
    open: OpenIssues
    work: Work
    work_before: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityLatency:
    priority: Priority
    latency: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLatency:
    label_id: LabelId
    name: str
    latency: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    span: Span
    latency: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyReport:
    period: Period
    overall: Latency
    before: Latency
    by_priority: tuple[PriorityLatency, ...]
    by_label: tuple[LabelLatency, ...]
    trend: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPoint:
    span: Span
    traffic: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReport:
    """`unit` is what one point spans: day, week, month, quarter or year."""

    period: Period
    unit: str
    points: tuple[FlowPoint, ...]
    total: Traffic
    before: Traffic
    open_now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeGroup:
    """Open issues at least `from_days` old, and younger than `to_days`, None: without end."""

    from_days: int
    to_days: int | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgingReport:
    today: date
    groups: tuple[AgeGroup, ...]
    open_now: int
    oldest: tuple[NamedIssue, ...]
    stalest: tuple[NamedIssue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closer:
    who: Who
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReport:
    """`newest` and `finished` lie in the period; `pressing` and `overdue` are open now."""

    period: Period
    total: Traffic
    before: Traffic
    open_now: int
    closers: tuple[Closer, ...] = field(default=())
    newest: tuple[NamedIssue, ...] = ()
    finished: tuple[NamedIssue, ...] = ()
    pressing: tuple[NamedIssue, ...] = ()
    overdue: tuple[NamedIssue, ...] = ()


Report = AssigneesReport | LatencyReport | FlowReport | AgingReport | DigestReport
