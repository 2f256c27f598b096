"""What one person is told of what several did: who said what, and nothing that was taken back since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from db.announcements import Event
from db.ids import ChangeId, CommentId, EventId, IssueId, PersonId, SlackUserId
from db.notices import Notice
from db.people import Person
from db.preferences import NoticeKind
from handlers.notices.gathering import notice_of
from handlers.notices.telling import merged, up_to_date
from handlers.views.happened import as_change
from handlers.views.notices import changed, is_news, message
from handlers.words import words
from tests.views.samples import NOW, PLAIN, person

ADA, BOB, EVE = (PersonId(UUID(int=number)) for number in (1, 2, 3))
ISSUE = IssueId(UUID(int=9))
ONE, TWO, THREE = (CommentId(UUID(int=number)) for number in (11, 12, 13))


def known(person_id: PersonId, name: str) -> Person:
    return replace(
        person(person_id, name, active=True, slack=True), slack_user_id=SlackUserId(f"U{name.upper()}")
    )


PEOPLE = {each: known(each, name) for each, name in ((ADA, "Ada"), (BOB, "Bob"), (EVE, "Eve"))}
PUMP = replace(PLAIN, issue_id=ISSUE, title="Pump", assignee_id=ADA)


def did(who: PersonId, kind: str, **after: Any) -> Event:
    return Event(
        event_id=EventId(1),
        change_id=ChangeId(UUID(int=5)),
        issue_id=ISSUE,
        actor_id=who,
        kind=kind,
        version=None,
        before={},
        after=after,
    )


def commented(who: PersonId, comment_id: CommentId, body: str) -> Event:
    return did(who, "commented", comment_id=str(comment_id), body=body)


def news(*events: Event) -> Notice:
    made = notice_of(PUMP, PEOPLE[ADA], events)
    assert made is not None
    return Notice(**made, due_at=NOW)


def told(notice: Notice) -> str:
    return str(message([(PUMP, notice)], PEOPLE[ADA], PEOPLE, words("en"), "LDG")["text"])


def test_whoever_comments_after_a_mention_did_not_mention_anybody() -> None:
    asked, other = commented(BOB, ONE, "<@UADA> look"), commented(EVE, TWO, "me too")
    for events in ((asked, other), (other, asked)):
        text = told(news(*events))
        assert "<@UBOB> mentioned you in LDG-1" in text
        assert "look" in text
        assert "me too" not in text
        assert "and one more comment" in text


def test_a_comment_beside_a_mention_in_the_description_is_told_of() -> None:
    named, other = did(BOB, "edited", description="<@UADA> knows"), commented(EVE, TWO, "me too")
    for notice in (news(named, other), news(other, named), merged(news(named), news(other))):
        assert "<@UBOB> mentioned you in LDG-1" in told(notice)
        assert "knows" in told(notice)
        assert "and one more comment" in told(notice)
    look = commented(BOB, ONE, "<@UADA> look")
    assert "more comment" not in told(news(look))
    assert "and one more comment" in told(merged(news(look), news(other)))


def test_the_newer_of_two_mentions_is_told() -> None:
    text = told(news(commented(BOB, ONE, "<@UADA> look"), commented(EVE, TWO, "<@UADA> and here")))
    assert "<@UEVE> mentioned you" in text
    assert "and here" in text


def test_several_comments_of_one_are_not_of_others() -> None:
    text = told(news(commented(BOB, ONE, "first"), commented(BOB, TWO, "last")))
    assert "<@UBOB> wrote the last of 2 new comments on LDG-1 Pump" in text
    assert "others" not in text
    assert "last" in text


def test_a_comment_is_told_as_it_reads_by_now() -> None:
    notice = up_to_date(news(commented(BOB, ONE, "teh pump")), {ONE: "the pump"})
    assert "the pump" in told(notice)


def test_a_comment_that_was_deleted_since_is_not_told() -> None:
    assert not is_news(up_to_date(news(commented(BOB, ONE, "secret")), {}))
    assert not is_news(up_to_date(news(commented(BOB, ONE, "<@UADA> secret")), {}))


@pytest.mark.parametrize(
    ("before", "said"),
    [(1, "One new comment on LDG-1 Pump"), (2, "2 new comments on LDG-1 Pump")],
)
def test_those_before_it_are(before: int, said: str) -> None:
    others = [commented(EVE, TWO, "kept"), commented(EVE, THREE, "kept too")][:before]
    notice = up_to_date(news(*others, commented(BOB, ONE, "secret")), {TWO: "kept", THREE: "kept too"})
    assert is_news(notice)
    assert said in told(notice)
    assert "secret" not in told(notice)
    assert "Bob" not in told(notice)


def test_what_else_happened_is_told_without_the_mention_that_was_deleted() -> None:
    changed = did(BOB, "edited", title="Pump")
    notice = up_to_date(news(changed, commented(BOB, ONE, "<@UADA> secret")), {})
    assert notice.kinds == {NoticeKind.CHANGES}
    assert "renamed to" in told(notice)
    assert "mentioned" not in told(notice)


def test_a_mention_in_a_description_is_no_comment_that_could_be_gone() -> None:
    notice = news(did(BOB, "edited", description="<@UADA> knows"))
    assert up_to_date(notice, {}) == notice
    assert "knows" in told(notice)


def life(kind: str) -> Event:
    event = did(BOB, kind)
    told = as_change(kind, event.before, event.after)
    return replace(event, before=told["before"], after=told["after"])


def test_what_was_done_to_an_issue_once_it_was_restored_is_told_too() -> None:
    closed = replace(did(EVE, "edited", status="closed"), before={"status": "open"})
    for notice in (news(life("restored"), closed), merged(news(life("restored")), news(closed))):
        assert changed(notice) == ("restored", "status")
        assert "restored" in told(notice)
    assert changed(news(closed, life("deleted"))) == ("deleted",)
    assert changed(news(life("deleted"), life("restored"), closed)) == ("status",)


def named_by_edit(who: PersonId, comment_id: CommentId) -> Event:
    after = did(who, "comment_edited", comment_id=str(comment_id), body="<@UADA> look")
    return replace(after, before={"comment_id": str(comment_id), "body": "look"})


def test_who_is_named_by_an_edit_hears_of_other_comments_too() -> None:
    other, named = commented(BOB, ONE, "the left one"), named_by_edit(EVE, TWO)
    for notice in (news(other, named), news(named, other), merged(news(other), news(named))):
        assert "<@UEVE> mentioned you in LDG-1" in told(notice)
        assert "and one more comment" in told(notice)
        # Also when what names them is deleted.
        left = up_to_date(notice, {ONE: "the left one"})
        assert left.comments == 1
        assert is_news(left)


def test_a_comment_that_names_somebody_only_when_it_is_edited_is_one() -> None:
    said, named = commented(EVE, TWO, "look"), named_by_edit(EVE, TWO)
    for notice in (news(said, named), merged(news(said), news(named))):
        assert notice.comments == 1
        assert "more comment" not in told(notice)
    gone = up_to_date(news(said, named), {})
    assert not is_news(gone)


def test_an_edit_that_names_nobody_anew_is_no_news() -> None:
    again = replace(named_by_edit(EVE, TWO), before={"comment_id": str(TWO), "body": "<@UADA> lok"})
    assert notice_of(PUMP, PEOPLE[ADA], [again]) is None
