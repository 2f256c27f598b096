"""What is said of a schedule that was deleted, and how it comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.ids import ChannelId, PersonId
from db.schedules import PAUSED_BY_PERSON, Schedule, ScheduleDraft, ScheduleId, parse_recurrence
from handlers.views.blocks import actions, button, section
from handlers.views.replies import Reply
from handlers.views.schedules import saved, title
from handlers.words import Words

RESTORE: Final = "schedule_restore"
_VALUE_MAX: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Everything that makes it what it was."""

    schedule_id: ScheduleId
    owner_id: PersonId
    draft: ScheduleDraft
    paused: bool

    @classmethod
    def of(cls, schedule: Schedule) -> Ended:
        return cls(
            schedule_id=schedule.schedule_id,
            owner_id=schedule.owner_id,
            draft=schedule.draft,
            paused=schedule.paused_why == PAUSED_BY_PERSON,
        )

    def value(self) -> str:
        draft = self.draft
        parts = [str(self.schedule_id), str(self.owner_id), self.paused, draft.report, draft.query]
        parts += [draft.period, draft.channel_id, draft.recurrence.text(), draft.timezone, draft.locale]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, value: str) -> Ended:
        schedule_id, owner_id, paused, report, query, period, channel_id, often, zone, locale = json.loads(
            value
        )
        draft = ScheduleDraft(
            report=report,
            query=query,
            period=period,
            channel_id=ChannelId(channel_id),
            recurrence=parse_recurrence(often),
            timezone=zone,
            locale=locale,
        )
        return cls(
            schedule_id=ScheduleId(UUID(schedule_id)),
            owner_id=PersonId(UUID(owner_id)),
            draft=draft,
            paused=paused,
        )


def deleted(schedule: Schedule, words: Words) -> Reply:
    text = words("schedule-deleted", title=title(schedule, words))
    value = Ended.of(schedule).value()
    if len(value) > _VALUE_MAX:
        return Reply(text=text, blocks=[section(text)])
    undo = button(words.plain("button-undo"), RESTORE, value)
    return Reply(text=text, blocks=[section(text), actions(undo)])


def restored(schedule: Schedule, words: Words) -> Reply:
    if schedule.next_due_at is None:
        text = words("schedule-back-paused", title=title(schedule, words))
    else:
        text = saved(schedule, words)
    return Reply(text=text, blocks=[section(text)])
