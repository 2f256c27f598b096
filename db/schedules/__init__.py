"""Reports that post themselves: schedules, and the runs that come of them."""

from db.schedules.keeping import (
    changeable,
    create,
    delete,
    edit,
    get,
    get_any,
    go_on,
    may_change,
    page,
    pause,
    refuse,
    refused,
    restore,
    resume,
)
from db.schedules.personal import own_digest, set_own_digest
from db.schedules.record import PAUSED_BY_PERSON, REPORTS, RunId, Schedule, ScheduleDraft, ScheduleId
from db.schedules.recurrences import Every, Recurrence, next_due, parse_recurrence, zone

__all__ = [
    "PAUSED_BY_PERSON",
    "REPORTS",
    "Every",
    "Recurrence",
    "RunId",
    "Schedule",
    "ScheduleDraft",
    "ScheduleId",
    "changeable",
    "create",
    "delete",
    "edit",
    "get",
    "get_any",
    "go_on",
    "may_change",
    "next_due",
    "own_digest",
    "page",
    "parse_recurrence",
    "pause",
    "refuse",
    "refused",
    "restore",
    "resume",
    "set_own_digest",
    "zone",
]
