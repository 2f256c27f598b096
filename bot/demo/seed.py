"""Half a year of a small team's issues, made up to yesterday, so that lists and reports show something."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.demo.stories import REMARKS, STORIES, Story

DAYS = 182
_TEAM = ("Ada Marlow", "Grace Okafor", "Linus Brandt", "Margaret Ito", "Dennis Pereira")
# Who tends to take what; everybody takes some of everything.
_TAKES = {
    "payments": "Grace Okafor",
    "ios": "Linus Brandt",
    "map": "Linus Brandt",
    "ops": "Dennis Pereira",
    "docs": "Margaret Ito",
    "design": "Ada Marlow",
}
# Hours from creation to close, by priority: the middle of a lognormal distribution.
_HOURS = {"urgent": 6, "high": 40, "medium": 130, "low": 400, "": 220}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One issue with its times; `status` is as Lodge's own export writes it."""

    title: str
    description: str
    status: str
    priority: str
    labels: tuple[str, ...]
    assignee: str
    reporter: str
    created: datetime
    closed: datetime | None
    due: date | None
    comments: tuple[tuple[datetime, str, str], ...]


def past(now: datetime, *, seed: int = 7) -> list[Past]:
    """The issues, oldest first; `now` is aware. The same `seed` tells the same story."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    stories = list(STORIES)
    told, rest = stories[:6], stories[6:]
    chance.shuffle(rest)
    # The told ones are recent, so that the first page of a list has something to read.
    issues = [
        _issue(chance, story, now, age) for story, age in zip(rest, _ages(chance, len(rest)), strict=True)
    ]
    issues += [_issue(chance, story, now, 0.4 + 1.3 * index) for index, story in enumerate(told)]
    return sorted(issues, key=lambda issue: issue.created)


def _ages(chance: random.Random, count: int) -> Iterator[float]:
    """Days ago, spread over the half year, a few more of them lately."""
    for index in range(count):
        yield 3 + (DAYS - 3) * ((index + chance.random()) / count) ** 1.15


def _working_hour(chance: random.Random, moment: datetime) -> datetime:
    at = moment.replace(hour=chance.choice((7, 8, 9, 9, 10, 11, 13, 14, 15, 16)), minute=chance.randrange(60))
    return at - timedelta(days=max(0, at.weekday() - 4))


def _issue(chance: random.Random, story: Story, now: datetime, age: float) -> Past:
    created = _working_hour(chance, now - timedelta(days=age + 0.5))
    priority = (
        story.priority or chance.choices(("", "low", "medium", "high", "urgent"), (30, 20, 30, 15, 5))[0]
    )
    closed = _closing(chance, created, priority, now) if not story.words else None
    assignee = _assignee(chance, story, closed is not None)
    status = "open"
    if closed is not None:
        status = chance.choices(("completed", "not planned"), (88, 12))[0]
    elif assignee and chance.random() < 0.4:
        status = "in progress"
    reporter = chance.choice(_TEAM)
    due = (now + timedelta(days=chance.randrange(-3, 20))).date() if chance.random() < 0.25 else None
    return Past(
        title=story.title,
        description=story.words,
        status=status,
        priority=priority,
        labels=story.labels
        + (("customer",) if chance.random() < 0.15 and "customer" not in story.labels else ()),
        assignee=assignee,
        reporter=reporter,
        created=created,
        closed=closed,
        due=due if closed is None else None,
        comments=tuple(_comments(chance, story, created, closed or now)),
    )


def _closing(chance: random.Random, created: datetime, priority: str, now: datetime) -> datetime | None:
    hours = _HOURS[priority] * chance.lognormvariate(0, 0.9)
    closed = created + timedelta(hours=hours)
    # Some things are simply left lying.
    if closed > now - timedelta(hours=2) or chance.random() < 0.25:
        return None
    return closed


def _assignee(chance: random.Random, story: Story, done: bool) -> str:
    if not done and chance.random() < 0.3:
        return ""
    usual = next((_TAKES[label] for label in story.labels if label in _TAKES), None)
    return usual if usual and chance.random() < 0.6 else chance.choice(_TEAM)


def _comments(
    chance: random.Random, story: Story, created: datetime, until: datetime
) -> Iterator[tuple[datetime, str, str]]:
    said = story.said or tuple(chance.sample(REMARKS, chance.choices((0, 1, 2, 3), (45, 30, 18, 7))[0]))
    span = (until - created) * 0.9
    for index, words in enumerate(said, start=1):
        at = created + span * (index / (len(said) + 1))
        yield at.replace(microsecond=0), chance.choice(_TEAM), words
