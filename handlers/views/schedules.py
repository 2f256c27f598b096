"""Schedules in words, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from babel.dates import get_day_names

from db.schedules import PAUSED_BY_PERSON, Every, Schedule
from db.schedules.recurrences import LAST_DAY
from handlers.views import refusals
from handlers.views.blocks import Json, actions, button, context, header, option, overflow, section
from handlers.views.people import People, who
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, escape

MENU: Final = "schedule_menu"
NEW: Final = "schedule_new"
NEXT: Final = "schedule_next"


def when(schedule: Schedule, words: Words) -> Mrkdwn:
    """`every weekday at 09:00 (Europe/Berlin)`."""
    recurrence = schedule.recurrence
    clock = f"{recurrence.at:%H:%M}"
    names = get_day_names("wide", locale=words.locale)
    match recurrence.every:
        case Every.DAILY | Every.WEEKDAYS:
            said = words(f"schedule-when-{recurrence.every.value}", at=clock)
        case Every.WEEKLY:
            days = ", ".join(str(names[day]) for day in recurrence.weekdays)
            said = words("schedule-when-weekly", days=days, at=clock)
        case Every.MONTHLY if recurrence.day == LAST_DAY:
            said = words("schedule-when-monthly-last", at=clock)
        case Every.MONTHLY:
            said = words("schedule-when-monthly", day=str(recurrence.day), at=clock)
        case Every.CRON:
            said = words("schedule-when-cron", line=recurrence.cron)
        case _:
            assert_never(recurrence.every)
    return Mrkdwn(f"{said} ({escape(schedule.timezone)})")


def is_direct(schedule: Schedule) -> bool:
    """To its owner alone."""
    return schedule.channel_id.startswith(("U", "W"))


def period_name(period: str, words: Words) -> str:
    """As the menus of reports and of schedules call it; others are called as they are written."""
    ids = (f"{menu}-period-{period.replace(' ', '-')}" for menu in ("schedule", "report"))
    return next((words.plain(each) for each in ids if words.has(each)), period)


def where(schedule: Schedule) -> Mrkdwn:
    channel = schedule.channel_id
    return Mrkdwn(f"<@{channel}>" if is_direct(schedule) else f"<#{channel}>")


def posted(schedule: Schedule, words: Words) -> Mrkdwn:
    """`posted in #general`, or `sent to @ada`."""
    return words("schedule-sent" if is_direct(schedule) else "schedule-posted", where=where(schedule))


def saved(schedule: Schedule, words: Words) -> Mrkdwn:
    """Of one that runs: what it will do from now on."""
    assert schedule.next_due_at is not None
    return words(
        "schedule-saved",
        title=title(schedule, words),
        posted=posted(schedule, words),
        often=when(schedule, words),
        when=moment(schedule.next_due_at),
    )


def title(schedule: Schedule, words: Words) -> str:
    return words.plain(f"report-{schedule.report}")


def about(schedule: Schedule, words: Words) -> Mrkdwn:
    """`Last 7 days, all issues`."""
    period = period_name(schedule.period, words)
    if not schedule.query:
        return words("schedule-about-all", period=period)
    return words("schedule-about", period=period, query=schedule.query)


def _between(schedule: Schedule, words: Words, people: People) -> list[Mrkdwn]:
    """Who has it posted, and where."""
    if is_direct(schedule):
        return [words("schedule-to", who=where(schedule))]
    return [where(schedule), words("schedule-by", who=who(schedule.owner_id, people, words))]


def row(schedule: Schedule, words: Words, people: People, *, changeable: bool, new: bool) -> Json:
    """Whoever may make no schedule (`new`) may still end their own."""
    facts: list[str] = [when(schedule, words), *_between(schedule, words, people)]
    head = f"*{escape(title(schedule, words))}*  {about(schedule, words)}"
    text = Mrkdwn(f"{head}\n{'  ·  '.join(facts)}\n{_standing(schedule, words)}")
    value = str(schedule.schedule_id)
    toggle = "pause" if schedule.paused_why is None else "resume"
    ending = ("delete",) if schedule.paused_why == PAUSED_BY_PERSON else ("pause", "delete")
    names = ("run", toggle, "edit", "delete") if new else ending
    offered = [option(words.plain(f"schedule-{name}"), f"{name}:{value}") for name in names]
    return section(text, accessory=overflow(MENU, offered) if changeable else None)


def _standing(schedule: Schedule, words: Words) -> Mrkdwn:
    if schedule.paused_why == PAUSED_BY_PERSON:
        standing = words("schedule-paused")
    elif schedule.paused_why is not None:
        standing = words("schedule-stopped", why=refusals.why(schedule.paused_why, words))
    else:
        assert schedule.next_due_at is not None
        standing = words("schedule-next", when=moment(schedule.next_due_at))
    if schedule.last_run_at is None:
        return Mrkdwn(f"{standing}  ·  {words('schedule-never-ran')}")
    last = words(f"schedule-last-{schedule.last_state}", when=moment(schedule.last_run_at))
    return Mrkdwn(f"{standing}  ·  {last}")


def listing(
    schedules: Sequence[Schedule],
    words: Words,
    people: People,
    *,
    changeable: Sequence[bool],
    new: bool,
    more: bool,
) -> list[Json]:
    """`new`: whoever reads it may make one; others are shown their own."""
    blocks = [header(words.plain("schedule-list"))]
    if not schedules:
        blocks.append(section(words("schedule-none" if new else "schedule-none-own")))
    blocks += [
        row(schedule, words, people, changeable=may, new=new)
        for schedule, may in zip(schedules, changeable, strict=True)
    ]
    buttons = [button(words.plain("schedule-button-new"), NEW, "new")] if new else []
    if more:
        buttons.append(button(words.plain("button-next"), NEXT, str(schedules[-1].schedule_id)))
    if buttons:
        blocks.append(actions(*buttons))
    blocks.append(context(words("schedule-list-hint")))
    return blocks
