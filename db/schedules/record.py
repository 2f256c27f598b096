"""A schedule, and what somebody wants one to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString, NewType
from uuid import UUID
from zoneinfo import ZoneInfo

from db.errors import FieldError, Invalid
from db.ids import ChannelId, PersonId, WorkspaceId
from db.reports.periods import parse_period
from db.schedules.recurrences import LEAST_APART, Recurrence, apart, next_due, parse_recurrence, zone

ScheduleId = NewType("ScheduleId", UUID)
RunId = NewType("RunId", UUID)

REPORTS: Final = ("assignees", "latency", "flow", "aging", "digest")
QUERY_MAX: Final = 500
PAUSED_BY_PERSON: Final = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """`channel_id` may be a person's Slack id: a direct message to them."""

    report: str
    query: str
    period: str
    channel_id: ChannelId
    recurrence: Recurrence
    timezone: str
    locale: str = "en"

    def checked(self, now: datetime) -> ScheduleDraft:
        """Raises Invalid with every field that cannot be accepted. The query is read by its own language."""
        problems: list[FieldError] = []
        if self.report not in REPORTS:
            message = f"“{self.report}” is not a report; known: {', '.join(REPORTS)}"
            problems.append(FieldError(field="report", code="unknown", message=message))
        if len(self.query) > QUERY_MAX:
            message = f"the query is longer than {QUERY_MAX} characters"
            problems.append(FieldError(field="query", code="too_long", message=message, limit=QUERY_MAX))
        for check in (lambda: parse_period(self.period, now.date()), lambda: zone(self.timezone)):
            try:
                check()
            except Invalid as invalid:
                problems.extend(invalid.errors)
        if apart(self.recurrence) < LEAST_APART:
            problems.append(_too_often(self.recurrence))
        if problems:
            raise Invalid(*problems)
        return self

    def first_due(self, now: datetime) -> datetime:
        return next_due(self.recurrence, zone(self.timezone), now)


def _too_often(recurrence: Recurrence) -> FieldError:
    minutes = LEAST_APART // timedelta(minutes=1)
    message = f"“{recurrence.cron}” comes more often than every {minutes} minutes"
    return FieldError(field="when", code="cron_often", message=message, limit=minutes, value=recurrence.cron)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`paused_why` is None while it runs: otherwise `asked`, or the error of Slack that stopped it."""

    workspace_id: WorkspaceId
    schedule_id: ScheduleId
    owner_id: PersonId
    report: str
    query: str
    period: str
    channel_id: ChannelId
    recurrence: Recurrence
    timezone: str
    locale: str
    next_due_at: datetime | None
    paused_why: str | None
    version: int
    last_run_at: datetime | None
    last_state: str | None

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)

    @property
    def draft(self) -> ScheduleDraft:
        """What another like it is made from."""
        return ScheduleDraft(
            report=self.report,
            query=self.query,
            period=self.period,
            channel_id=self.channel_id,
            recurrence=self.recurrence,
            timezone=self.timezone,
            locale=self.locale,
        )


COLUMNS: Final[LiteralString] = """
    s.workspace_id, s.schedule_id, s.owner_id, s.report, s.query, s.period, s.channel_id, s.recurrence, s.timezone,
    s.locale, s.next_due_at, s.paused_why, s.version, last.due_at AS last_run_at, last.state AS last_state"""

# The newest run that came to an end.
LAST: Final[LiteralString] = """
    LEFT JOIN LATERAL (
        SELECT r.due_at, r.state FROM report_runs r
        WHERE r.workspace_id = s.workspace_id AND r.schedule_id = s.schedule_id AND r.finished_at IS NOT NULL
        ORDER BY r.due_at DESC LIMIT 1
    ) last ON true"""


def read_schedule(row: Any) -> Schedule:
    """From a row that has `COLUMNS`."""
    values = dict(row.items())
    return Schedule(**(values | {"recurrence": parse_recurrence(values["recurrence"])}))
