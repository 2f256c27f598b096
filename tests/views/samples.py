"""What people may type, and what there is, for the builders of views; and whether Slack takes what these make of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.playground.blocks import check_message, check_view
from db.access import Actor
from db.events import Event
from db.ids import PersonId, WorkspaceId
from db.issues import Issue
from db.people import Person
from db.states import CloseReason, Priority, Role, Source, Status
from handlers.views.replies import Reply

Json = dict[str, Any]
NOW = datetime(2026, 3, 4, tzinfo=UTC)
ADA, GRACE = PersonId(UUID(int=1)), PersonId(UUID(int=2))

TEXT = st.one_of(
    st.text(max_size=300), st.sampled_from(["<!channel>", "*" * 255, "&" * 255, "`a` _b_ ~c~", "\u202e"])
)
TITLE = TEXT.filter(lambda text: text.strip()).map(lambda text: text[:255])
LONG = st.one_of(
    st.text(max_size=200),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=20), st.integers(1, 2000)),
)
LOCALE = st.sampled_from(["en", "de"])
LABELS = st.lists(TITLE.map(lambda text: text[:50]).filter(str.strip), max_size=100, unique_by=str.lower).map(
    tuple
)
PEOPLE_IDS = st.sampled_from([None, ADA, GRACE, PersonId(UUID(int=3))])


def person(person_id: PersonId, name: str, *, active: bool, slack: bool) -> Person:
    return Person(
        workspace_id="T1",  # type: ignore[arg-type]
        person_id=person_id,
        slack_user_id="U1" if slack else None,  # type: ignore[arg-type]
        name=name,
        email=None,
        role=Role.MEMBER,
        active=active,
        timezone="UTC",
        locale="en",
        settings={},
    )


def actor(person_id: PersonId, role: Role = Role.MEMBER) -> Actor:
    return Actor(workspace_id=WorkspaceId("T1"), person_id=person_id, role=role)


PERSON = st.builds(person, st.just(ADA), TITLE, active=st.booleans(), slack=st.booleans())
PEOPLE = PERSON.map(lambda found: {ADA: found, GRACE: found})


PLAIN = Issue(
    workspace_id="T1",  # type: ignore[arg-type]
    issue_id=UUID(int=1),  # type: ignore[arg-type]
    number=1,
    title="x",
    description="",
    status=Status.OPEN,
    close_reason=None,
    duplicate_of=None,
    parent_id=None,
    priority=Priority.NONE,
    assignee_id=None,
    reporter_id=ADA,
    due_on=None,
    external_ref=None,
    labels=(),
    version=1,
    source=Source.SLACK,
    created_at=NOW,
    updated_at=NOW,
    closed_at=None,
)


@st.composite
def issues(draw: st.DrawFn, description: st.SearchStrategy[str] = LONG) -> Issue:
    status = draw(st.sampled_from(Status))
    closed = status is Status.CLOSED
    return replace(
        PLAIN,
        issue_id=draw(st.uuids()),  # type: ignore[arg-type]
        number=draw(st.integers(1, 10**15)),
        title=draw(TITLE),
        description=draw(description)[:40_000],
        status=status,
        close_reason=draw(st.sampled_from(CloseReason)) if closed else None,
        priority=draw(st.sampled_from(Priority)),
        assignee_id=draw(PEOPLE_IDS),
        reporter_id=draw(PEOPLE_IDS),
        due_on=draw(st.none() | st.dates(date(1900, 1, 1))),
        labels=draw(LABELS),
        version=draw(st.integers(1, 10**6)),
        closed_at=NOW if closed else None,
    )


SHORT = issues(description=st.just(""))


def events(fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        event_id=st.just(1),
        change_id=st.uuids(),
        issue_id=st.uuids(),
        actor_id=PEOPLE_IDS,
        source=st.sampled_from(Source),
        action=st.sampled_from(["edit", "undo", "bulk"]),
        kind=st.sampled_from(["edited", "created", "commented", "comment_deleted", "deleted", "restored"]),
        version=st.just(2),
        at=st.just(NOW),
        before=fields,
        after=fields,
        channel_id=st.sampled_from([None, "C1"]),
    )


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLE,
        "description": LONG,
        "status": st.sampled_from([each.value for each in Status]),
        "close_reason": st.none() | st.sampled_from([each.value for each in CloseReason]),
        "assignee_id": st.none() | st.uuids().map(str),
        "priority": st.sampled_from([each.word for each in Priority]),
        "due_on": st.none() | st.dates().map(str),
        "labels": LABELS.map(list),
        "parent_id": st.none() | st.uuids().map(str),
        "duplicate_of": st.none() | st.uuids().map(str),
        "external_ref": st.none() | TITLE,
        "comment_id": st.uuids().map(str),
    },
)
QUERY = st.text(st.characters(exclude_categories=["C"]), max_size=500).map(str.strip)
EVENTS = st.lists(events(FIELDS), max_size=40).map(tuple)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def taken(reply: Reply) -> None:
    taken_message(reply.text, list(reply.blocks))


def taken_message(text: str, blocks: list[Json]) -> None:
    assert not (check_message(blocks) if blocks else [])
    assert text.strip()
    assert "<!channel>" not in text
    assert not CONTROL.search(text)
    no_forgery(blocks)


def no_forgery(part: Any) -> None:
    """No mrkdwn anywhere mentions a channel, and no text has control characters."""
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            assert "<!channel" not in part["text"]
        for key, value in part.items():
            if key not in ("value", "initial_value"):
                no_forgery(value)
    elif isinstance(part, list):
        for value in part:
            no_forgery(value)
    elif isinstance(part, str):
        assert not CONTROL.search(part)


def taken_view(view: Json) -> None:
    assert not check_view(view)
    assert len(json.dumps(view)) < 250_000
