"""Whatever people type, and however much there is, every view is one that Slack takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.changes import Change, UndoBlocked
from db.comments import Comment
from db.events import Event
from db.homes import Activity
from db.ids import EventId, LabelId, WorkspaceId
from db.issues import Clash, Issue, IssueDetail, Written
from db.labels import Label
from db.listing import Count, Page
from db.people import Person
from db.saved_queries import SavedQuery
from db.search import Hit, SearchPage
from db.states import Source
from db.workspaces import Workspace
from handlers.views import (
    bulk,
    closing,
    commenting,
    creating,
    editing,
    helping,
    history,
    home,
    issue_form,
    listing,
    messages,
    searching,
    undoing,
)
from handlers.views.cards import CardStyle, card
from handlers.views.changes import change_line
from handlers.views.confirming import confirmation
from handlers.views.home import filtering
from handlers.views.replies import Reply
from handlers.views.settings import admins as admins_form
from handlers.views.settings import form as settings_form
from handlers.views.settings import labels as labels_form
from handlers.views.settings import parts
from handlers.views.settings import people as people_form
from handlers.views.settings import policy as policy_form
from handlers.views.showing import with_comments
from handlers.words import Mrkdwn, words
from tests.views.samples import (
    ADA,
    BOUNDED,
    CONTROL,
    EVENTS,
    LABELS,
    LOCALE,
    LONG,
    NOW,
    PEOPLE,
    PEOPLE_IDS,
    PERSON,
    QUERY,
    SHORT,
    TEXT,
    TITLE,
    actor,
    issues,
    no_forgery,
    taken,
    taken_message,
    taken_view,
)


@given(issues(), PEOPLE, LOCALE, st.sampled_from(CardStyle))
@BOUNDED
def test_a_card(issue: Issue, people: Any, locale: str, style: CardStyle) -> None:
    shown = card(issue, people=people, words=words(locale), prefix="LDG", style=style, duplicate_key="LDG-7")
    taken_message(shown.text, shown.blocks)


@given(issues(), PEOPLE, LOCALE, st.lists(LONG.filter(str.strip), max_size=30))
@BOUNDED
def test_a_card_in_full_with_comments(issue: Issue, people: Any, locale: str, bodies: list[str]) -> None:
    comments = tuple(
        Comment(
            comment_id=issue.issue_id,  # type: ignore[arg-type]
            issue_id=issue.issue_id,
            author_id=ADA,
            reply_to=None,
            body=body,
            source=Source.SLACK,
            slack_message=None,
            created_at=NOW,
            edited_at=None,
        )
        for body in bodies
    )
    detail = IssueDetail(
        issue=issue,
        labels=issue.labels,
        comments=comments,
        more_comments=False,
        watchers=(),
        people=people,
        original=None,
        parent=None,
    )
    shown = card(issue, people=people, words=words(locale), prefix="LDG", style=CardStyle.FULL)
    taken_message(shown.text, with_comments(shown, detail, words(locale)))
    for comment in comments:
        said = messages.comment_line(comment, people, words(locale))
        taken_message(said["text"], said["blocks"])


@given(st.lists(SHORT, max_size=12), st.integers(0, 10_000), PEOPLE, LOCALE, TEXT)
@BOUNDED
def test_lists_and_searches(found: list[Issue], times: int, people: Any, locale: str, text: str) -> None:
    spoken = words(locale)
    many = tuple(_unlike(found * (times // max(1, len(found)))))
    page = Page(items=many, next_cursor="n" * 100, previous_cursor="p" * 100)
    count = Count(value=len(many), exact=bool(times % 2))
    taken(listing.page(page, count, text=text, people=people, words=spoken, prefix="LDG", command="/issue"))
    hits = tuple(
        Hit(issue=each, rank=1.0, title=each.title, headline=f"a \ue000{text}\ue001 b") for each in many[:60]
    )
    searched = SearchPage(hits=hits, next_cursor="n" * 50, corrected=text or None)
    turn = searching.Turn(text=text or "x", page=times + 1, trail=("n" * 90,) * times)
    taken(searching.page(searched, turn=turn, people=people, words=spoken, prefix="LDG"))


PLACES = st.sampled_from(["overview", "assigned", "waiting", "filed", "all", str(UUID(int=9)), "gone"])
STATES = st.builds(
    home.State,
    shown=PLACES,
    filter=QUERY,
    sort=st.sampled_from(["", "updated", "due"]),
    cursor=st.none() | st.text(max_size=300),
    pinned=st.none() | st.just(str(UUID(int=9))),
    texts=st.dictionaries(st.uuids().map(str), QUERY, max_size=2).map(lambda kept: tuple(kept.items())),
    said=st.none()
    | st.builds(
        home.Said,
        text=TEXT.map(lambda text: words("en")("created", key="LDG-1", title=text)),
        change_id=st.none() | st.uuids().map(str),
        at=st.integers(0, 2**33),
    ),
)
SAVED = st.lists(
    st.builds(
        SavedQuery,
        saved_query_id=st.uuids(),
        owner_id=PEOPLE_IDS,
        name=TITLE.map(lambda name: name[:50]),
        text=QUERY,
        created_at=st.just(NOW),
    ),
    max_size=200,
    unique_by=lambda each: each.saved_query_id,
)


@given(STATES, SAVED, st.lists(SHORT, max_size=10), EVENTS, st.integers(0, 10_000), PEOPLE, LOCALE)
@BOUNDED
def test_home(
    state: home.State,
    saved: list[SavedQuery],
    found: list[Issue],
    happened: tuple[Event, ...],
    times: int,
    people: Any,
    locale: str,
) -> None:
    page = Page(
        items=tuple(_unlike(found * (times // max(1, len(found))))),
        next_cursor="n" * 300,
        previous_cursor="p",
    )
    sections = [home.Section(place=place, page=page if place != "gone" else None) for place in state.places]
    sections[-1:] = [home.Section(place=sections[-1].place, problem=words(locale)("query-too-long"))] * (
        times % 2
    )
    view = home.tab(
        state,
        sections,
        activity=[Activity(event=event, number=7, title="x" * 255) for event in happened],
        saved=saved,
        people=people,
        reader=home.Reader(actor=actor(ADA), words=words(locale), prefix="LDG"),
    )
    taken_view(view)
    no_forgery({name: value for name, value in view.items() if name != "private_metadata"})
    kept = home.metadata_of(view)
    assert (kept.shown, kept.filter, kept.sort, kept.pinned) == (
        state.shown,
        state.filter,
        state.sort,
        state.pinned,
    )
    form = filtering.form(state, words(locale))
    taken_view(form)


@given(EVENTS, SHORT, PEOPLE, LOCALE)
@BOUNDED
def test_histories_clashes_and_blocked_undos(
    happened: tuple[Event, ...], issue: Issue, people: Any, locale: str
) -> None:
    spoken = words(locale)
    said = dict.fromkeys(history.comments_in(happened), issue.description)
    page = history.reply(
        issue,
        happened,
        people,
        spoken,
        "LDG",
        related={issue.issue_id: issue},
        comments=said,
        before=EventId(1),
    )
    taken(page)
    line = change_line(happened, key="LDG-1", people=people, words=spoken)
    assert line is None or not CONTROL.search(line)
    change = Change(
        change_id=issue.issue_id,  # type: ignore[arg-type]
        actor_id=ADA,
        source=Source.SLACK,
        action="edit",
        at=NOW,
        summary={},
        undoes=None,
        undone_by=None,
    )
    blocked = UndoBlocked(change, happened)
    taken(undoing.blocked(blocked, {issue.issue_id: issue}, {}, people, spoken, "LDG"))
    fields = issue_form.Fields(title=issue.title, labels=issue.labels[:99])
    clash = Clash(issue, happened, frozenset())
    taken_view(editing.clashed(fields, clash, people, spoken, metadata={"v": 1}, prefix="LDG"))


@given(PERSON, st.lists(PERSON, max_size=60), LABELS, LOCALE, TEXT, st.integers(0, 2000))
@BOUNDED
def test_settings(
    person: Person, admins: list[Person], names: tuple[str, ...], locale: str, text: str, count: int
) -> None:
    spoken, place = words(locale), {"c": "C1", "r": "https://hooks.slack.com/" + "x" * 200}
    done = parts.confirmation(spoken("people-merged", was=text, now=person.name), spoken, text)
    taken(Reply(text=spoken("settings-saved"), blocks=done))
    workspace = Workspace(
        workspace_id=WorkspaceId("T1"),
        name=text[:100],
        key_prefix="LDG",
        search_config="klingon",
        timezone="UTC",
        settings={"policy": {"tokens": "member"}},
    )
    configs = ("simple", "english")
    taken_view(settings_form.form(workspace, spoken, place, search_configs=configs, people=True))
    taken_view(policy_form.form(workspace.settings, spoken, place))
    taken_view(admins_form.form([person, *admins], person.person_id, spoken, place, said=done))
    taken_view(people_form.overview(spoken, place, said=done))
    taken_view(people_form.one(person, count, spoken, place, myself=False, said=done))
    taken_view(people_form.sure(person, person, spoken, place))
    tags = [Label(label_id=LabelId(ADA), name=name) for name in names]
    taken_view(labels_form.overview(tags, spoken, place, more=True, said=done))
    for label in tags:
        taken_view(labels_form.one(label, count, spoken, place))
        taken_view(labels_form.sure(label, label, count, spoken, place))


@given(issues(), PERSON, LOCALE, TEXT)
@BOUNDED
def test_forms(issue: Issue, assignee: Person, locale: str, text: str) -> None:
    spoken = words(locale)
    edit = editing.form(issue, assignee, spoken, metadata={}, prefix="LDG")
    taken_view(edit)
    taken_view(editing.renamed(edit, issue.version))
    taken_view(closing.form(issue.key("LDG"), spoken, {"i": "x"}, deletable=True))
    taken_view(commenting.form(issue, spoken, {"i": "x"}, "LDG"))
    fields = issue_form.Fields(title=text[:255], description=text)
    taken_view(creating.form(fields, spoken, metadata={}, channel_id="C1"))
    listed = [issue] * 20
    taken_view(
        bulk.form(
            _unlike(listed),
            Count(value=20, exact=True),
            spoken,
            query=text,
            everything=True,
            prefix="LDG",
            metadata={},
        )
    )


def _unlike(found: list[Issue]) -> list[Issue]:
    """A select has no two options of one value."""
    return [replace(each, issue_id=UUID(int=index)) for index, each in enumerate(found)]  # type: ignore[arg-type]


@given(issues(), PERSON, LOCALE, st.booleans(), st.booleans())
@BOUNDED
def test_confirmations(issue: Issue, someone: Person, locale: str, repeated: bool, form: bool) -> None:
    spoken = words(locale)
    written = Written(issue=issue, change_id=issue.issue_id, repeated=repeated)  # type: ignore[arg-type]
    taken(creating.created(written, spoken, "LDG", someone, actor(someone.person_id), form=form))
    taken(creating.too_long(issue.title * 10, spoken))
    taken(messages.offer(issue.title[: messages.TITLE_MAX], "1790000000.000100", spoken))
    problems = [spoken("oneline-due", text=issue.title)] * 5
    taken(creating.unreadable(problems, spoken, "/issue"))
    text = spoken("assigned", key="LDG-1", who=Mrkdwn("<@U1>"))
    taken_message(text, confirmation(text, words=spoken, change_id=None))


@given(LABELS, TEXT, LOCALE)
@BOUNDED
def test_label_choices(known: tuple[str, ...], wanted: str, locale: str) -> None:
    options = creating.label_options(known, " ".join(wanted.split())[:50], words(locale))
    assert len(options) <= 100
    assert all(0 < len(each["text"]["text"]) <= 75 and 0 < len(each["value"]) <= 150 for each in options)


@pytest.mark.parametrize("locale", ["en", "de"])
def test_help(locale: str) -> None:
    names = ["new", "show", "list", "mine", "search", "assign", "comment", "label", "close", "edit", "bulk"]
    taken(helping.everything(names * 5, words(locale), "/issue"))
    taken(helping.queries(words(locale), "/issue"))
