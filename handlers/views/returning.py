"""What its owner is told when something goes on that Slack's refusal had paused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from db.ids import ChannelId
from db.listing import Count
from db.refusals import is_direct
from db.schedules import Schedule
from db.subscriptions import Subscription
from handlers.views.blocks import Json, section
from handlers.views.schedules import title
from handlers.views.states import day, moment
from handlers.views.subscriptions import query_of
from handlers.words import Mrkdwn, Words, code

# So much is told of one by one.
MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """How many issues that a subscription finds are new or changed since it stopped; `query` lists them."""

    since: date
    count: Count
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What goes on of one owner's in one channel."""

    subscriptions: list[tuple[Subscription, Missed | None]] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)


def returned(channel_id: ChannelId, on: Returned, words: Words) -> Json:
    """The arguments of chat.postMessage."""
    place = Mrkdwn(f"<#{channel_id}>")
    head = words("returned-direct") if is_direct(channel_id) else words("returned-channel", channel=place)
    lines = [_subscription(each, missed, words) for each, missed in on.subscriptions]
    lines += [_schedule(each, words) for each in on.schedules]
    blocks = [section(head), *(section(Mrkdwn(f"•  {line}")) for line in lines[:MOST])]
    if len(lines) > MOST:
        blocks.append(section(words("returned-more", count=len(lines) - MOST)))
    text = Mrkdwn(" ".join((head, *lines[:1]))) if len(lines) == 1 else head
    return {"text": text, "blocks": blocks, "unfurl_links": False}


def _subscription(subscription: Subscription, missed: Missed | None, words: Words) -> Mrkdwn:
    on = words("returned-subscription", query=query_of(subscription, words))
    return on if missed is None else Mrkdwn(f"{on} {_missed(missed, words)}")


def _missed(missed: Missed, words: Words) -> Mrkdwn:
    since, shown = day(missed.since, words), code(f"{words.command} list {missed.query}")
    if not missed.count.exact:
        return words("returned-missed-about", count=missed.count.value, since=since, shown=shown)
    return words("returned-missed", count=missed.count.value, since=since, shown=shown)


def _schedule(schedule: Schedule, words: Words) -> Mrkdwn:
    assert schedule.next_due_at is not None
    return words("returned-schedule", title=title(schedule, words), when=moment(schedule.next_due_at))
