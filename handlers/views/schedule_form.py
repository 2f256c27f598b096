"""The form of a schedule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final, assert_never

from babel.dates import get_day_names

from db.errors import FieldError, Invalid
from db.ids import ChannelId
from db.reports.periods import parse_period
from db.schedules import REPORTS, Every, Recurrence, Schedule, ScheduleDraft, parse_recurrence
from db.schedules.record import QUERY_MAX
from db.schedules.recurrences import CRON_MAX, LAST_DAY, WEEKDAYS
from handlers.views.blocks import (
    Json,
    checkboxes,
    input_block,
    modal,
    multi_static_select,
    option,
    static_select,
    text_input,
)
from handlers.views.schedules import is_direct, period_name
from handlers.words import Words

CALLBACK: Final = "schedule_form"
EVERY: Final = "schedule_every"

REPORT: Final = "report"
QUERY: Final = "query"
PERIOD: Final = "period"
CHANNEL: Final = "channel"
DIRECT: Final = "direct"
AT: Final = "at"
WEEKDAY: Final = "weekdays"
DAY: Final = "day"
CRON: Final = "cron"
TIMEZONE: Final = "timezone"

# Which block shows what is wrong with a field that has another name in the domain.
BLOCKS: Final = {"when": CRON, "q": QUERY}
PERIODS: Final = (
    "yesterday",
    "7d",
    "30d",
    "last week",
    "this week",
    "last month",
    "this month",
    "last quarter",
)
USUAL: Final = Recurrence(every=Every.WEEKDAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form begins with."""

    report: str = "digest"
    query: str = ""
    period: str = "7d"
    channel_id: str | None = None
    direct: bool = False
    recurrence: Recurrence = USUAL
    timezone: str = "UTC"
    schedule_id: str | None = None
    version: int | None = None

    @classmethod
    def of(cls, schedule: Schedule) -> Filled:
        direct = is_direct(schedule)
        return cls(
            report=schedule.report,
            query=schedule.query,
            period=schedule.period,
            channel_id=None if direct else schedule.channel_id,
            direct=direct,
            recurrence=schedule.recurrence,
            timezone=schedule.timezone,
            schedule_id=str(schedule.schedule_id),
            version=schedule.version,
        )


def form(filled: Filled, every: Every, words: Words, metadata: Json) -> Json:
    """`every` decides which of the fields about time are there."""
    new = filled.schedule_id is None
    return modal(
        CALLBACK,
        words.plain("schedule-title-new" if new else "schedule-title-edit"),
        [*_what(filled, words), *_when(filled, every, words)],
        submit=words.plain("schedule-create" if new else "form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata | {"id": filled.schedule_id, "version": filled.version},
    )


def _what(filled: Filled, words: Words) -> list[Json]:
    reports = {name: option(words.plain(f"report-{name}"), name) for name in REPORTS}
    periods = {
        text: option(words.plain(f"schedule-period-{text.replace(' ', '-')}"), text) for text in PERIODS
    }
    if filled.period not in periods:
        periods[filled.period] = option(period_name(filled.period, words), filled.period)
    channel: Json = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if filled.channel_id:
        channel["initial_conversation"] = filled.channel_id
    else:
        channel["default_to_current_conversation"] = True
    to_me = option(words.plain("schedule-direct"), DIRECT)
    return [
        input_block(
            words.plain("schedule-report"),
            static_select(
                REPORT, words.plain("schedule-report"), list(reports.values()), initial=reports[filled.report]
            ),
            REPORT,
        ),
        input_block(
            words.plain("report-query-label"),
            text_input(QUERY, initial=filled.query, most=QUERY_MAX),
            QUERY,
            optional=True,
            hint=words.plain("report-query-hint"),
        ),
        input_block(
            words.plain("report-period-label"),
            static_select(
                PERIOD,
                words.plain("report-period-label"),
                list(periods.values()),
                initial=periods[filled.period],
            ),
            PERIOD,
        ),
        input_block(words.plain("schedule-channel"), channel, CHANNEL, optional=True),
        input_block(
            words.plain("schedule-instead"),
            checkboxes(DIRECT, [to_me], initial=[to_me] if filled.direct else []),
            DIRECT,
            optional=True,
        ),
    ]


def _when(filled: Filled, every: Every, words: Words) -> list[Json]:
    kinds = {kind: option(words.plain(f"schedule-every-{kind.value}"), kind.value) for kind in Every}
    blocks = [
        input_block(
            words.plain("schedule-every"),
            static_select(EVERY, words.plain("schedule-every"), list(kinds.values()), initial=kinds[every]),
            EVERY,
            dispatch=True,
        )
    ]
    match every:
        case Every.DAILY | Every.WEEKDAYS:
            pass
        case Every.WEEKLY:
            blocks.append(_weekdays(filled, words))
        case Every.MONTHLY:
            blocks.append(_day(filled, words))
        case Every.CRON:
            line = filled.recurrence.cron or "0 9 * * 1-5"
            field = text_input(CRON, initial=line, most=CRON_MAX)
            hint = words.plain("schedule-cron-hint")
            blocks.append(input_block(words.plain("schedule-cron"), field, CRON, hint=hint))
        case _:
            assert_never(every)
    if every is not Every.CRON:
        clock = {"type": "timepicker", "action_id": AT, "initial_time": f"{filled.recurrence.at:%H:%M}"}
        blocks.append(input_block(words.plain("schedule-at"), clock, AT))
    zone = text_input(TIMEZONE, initial=filled.timezone, most=60)
    blocks.append(
        input_block(
            words.plain("schedule-timezone"), zone, TIMEZONE, hint=words.plain("schedule-timezone-hint")
        )
    )
    return blocks


def _weekdays(filled: Filled, words: Words) -> Json:
    names = get_day_names("wide", locale=words.locale)
    options = [option(str(names[place]), key) for place, key in enumerate(WEEKDAYS)]
    chosen = [options[place] for place in filled.recurrence.weekdays] or [options[0]]
    select = multi_static_select(WEEKDAY, words.plain("schedule-weekdays"), options, initial=chosen)
    return input_block(words.plain("schedule-weekdays"), select, WEEKDAY)


def _day(filled: Filled, words: Words) -> Json:
    options = [option(str(day), str(day)) for day in range(1, LAST_DAY)]
    options.append(option(words.plain("schedule-last-day"), "last"))
    chosen = options[filled.recurrence.day - 1]
    select = static_select(DAY, words.plain("schedule-day"), options, initial=chosen)
    hint = words.plain("schedule-day-hint")
    return input_block(words.plain("schedule-day"), select, DAY, hint=hint)


def metadata_of(view: Mapping[str, Any]) -> Json:
    metadata: Json = json.loads(view.get("private_metadata") or "{}")
    return metadata


def begun(view: Mapping[str, Any]) -> Filled:
    """A form that is open, as far as it has been filled in."""
    metadata = metadata_of(view)
    clock = _value(view, AT, AT).get("selected_time") or "09:00"
    return Filled(
        report=_chosen(view, REPORT) or Filled().report,
        query=str(_value(view, QUERY, QUERY).get("value") or ""),
        period=_chosen(view, PERIOD) or Filled().period,
        channel_id=_value(view, CHANNEL, CHANNEL).get("selected_conversation"),
        direct=bool(_value(view, DIRECT, DIRECT).get("selected_options")),
        recurrence=Recurrence(every=chosen_every(view), at=time.fromisoformat(clock)),
        timezone=str(_value(view, TIMEZONE, TIMEZONE).get("value") or "UTC"),
        schedule_id=metadata.get("id"),
        version=metadata.get("version"),
    )


def _chosen(view: Mapping[str, Any], block_id: str) -> str | None:
    selected = _value(view, block_id, block_id).get("selected_option")
    return str(selected["value"]) if selected else None


def chosen_every(view: Mapping[str, Any]) -> Every:
    return Every(_value(view, EVERY, EVERY)["selected_option"]["value"])


def read(view: Mapping[str, Any], user_id: str, locale: str, today: date) -> ScheduleDraft:
    """The query as it was typed. Raises Invalid."""
    direct = bool(_value(view, DIRECT, DIRECT).get("selected_options"))
    channel = user_id if direct else _value(view, CHANNEL, CHANNEL).get("selected_conversation")
    if not channel:
        raise Invalid(FieldError(field=CHANNEL, code="required", message="choose a channel, or yourself"))
    period = str(_value(view, PERIOD, PERIOD)["selected_option"]["value"])
    return ScheduleDraft(
        report=str(_value(view, REPORT, REPORT)["selected_option"]["value"]),
        query=str(_value(view, QUERY, QUERY).get("value") or "").strip(),
        period=parse_period(period, today).text,
        channel_id=ChannelId(channel),
        recurrence=_recurrence(view),
        timezone=str(_value(view, TIMEZONE, TIMEZONE).get("value") or "").strip(),
        locale=locale,
    )


def _recurrence(view: Mapping[str, Any]) -> Recurrence:
    every = chosen_every(view)
    clock = _value(view, AT, AT).get("selected_time") or "09:00"
    match every:
        case Every.DAILY | Every.WEEKDAYS:
            return Recurrence(every=every, at=time.fromisoformat(clock))
        case Every.WEEKLY:
            days = ",".join(chosen["value"] for chosen in _value(view, WEEKDAY, WEEKDAY)["selected_options"])
            return parse_recurrence(f"weekly {days} {clock}")
        case Every.MONTHLY:
            day = _value(view, DAY, DAY)["selected_option"]["value"]
            return parse_recurrence(f"monthly {day} {clock}")
        case Every.CRON:
            return parse_recurrence(f"cron {_value(view, CRON, CRON).get('value') or ''}")
    assert_never(every)


def _value(view: Mapping[str, Any], block_id: str, action_id: str) -> Mapping[str, Any]:
    value: Mapping[str, Any] = view["state"]["values"].get(block_id, {}).get(action_id) or {}
    return value
