import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import limits
from db.errors import Invalid
from db.ids import new_uuid
from db.states import CloseReason, Priority, Status, read_priority, read_reason, read_status


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("open", (Status.OPEN, None)),
        ("To Do", (Status.OPEN, None)),
        (" IN-PROGRESS ", (Status.IN_PROGRESS, None)),
        ("in_progress", (Status.IN_PROGRESS, None)),
        ("In review", (Status.IN_PROGRESS, None)),
        ("closed", (Status.CLOSED, CloseReason.COMPLETED)),
        ("Resolved", (Status.CLOSED, CloseReason.COMPLETED)),
        ("Won't do", (Status.CLOSED, CloseReason.NOT_PLANNED)),
        ("won’t fix", (Status.CLOSED, CloseReason.NOT_PLANNED)),
        ("Canceled", (Status.CLOSED, CloseReason.NOT_PLANNED)),
        ("not planned", (Status.CLOSED, CloseReason.NOT_PLANNED)),
        ("Duplicate", (Status.CLOSED, CloseReason.DUPLICATE)),
        ("Offen", (Status.OPEN, None)),
        ("in Arbeit", (Status.IN_PROGRESS, None)),
        ("erledigt", (Status.CLOSED, CloseReason.COMPLETED)),
        ("Nicht geplant", (Status.CLOSED, CloseReason.NOT_PLANNED)),
        ("Duplikat", (Status.CLOSED, CloseReason.DUPLICATE)),
    ],
)
def test_a_status_is_read_as_people_write_it(text: str, meant: tuple[Status, CloseReason | None]) -> None:
    assert read_status(text) == meant


@pytest.mark.parametrize(
    ("text", "near"), [("opne", "open"), ("in progres", "in progress"), ("dupplicate", "duplicate")]
)
def test_an_unknown_status_names_the_nearest(text: str, near: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_status(text)
    (error,) = caught.value.errors
    assert (error.field, error.code) == ("status", "unknown")
    assert f"did you mean “{near}”?" in error.message


def test_what_is_like_nothing_lists_what_is_known() -> None:
    with pytest.raises(Invalid) as caught:
        read_status("qqqq")
    assert "did you mean" not in str(caught.value)
    assert "in progress" in str(caught.value)


def test_reasons_and_priorities_are_read() -> None:
    assert read_reason("not-planned") is CloseReason.NOT_PLANNED
    assert read_reason("done") is CloseReason.COMPLETED
    for text, meant in (("P0", 1), ("High", 2), ("normal", 3), ("4", 4), ("no priority", 5), ("Critical", 1)):
        assert read_priority(text) is Priority(meant)
    for place, text in enumerate(("Dringend", "hoch", "Mittel", "niedrig", "Keine Priorität"), start=1):
        assert read_priority(text) is Priority(place)
    for read in (read_reason, read_priority):
        with pytest.raises(Invalid):
            read("open sesame")


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (read_status, read_reason, read_priority):
        with contextlib.suppress(Invalid):
            read(text)


@given(st.text(max_size=400))
def test_a_title_is_one_stored_line_within_its_limit(text: str) -> None:
    kept = " ".join("".join(c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff").split())
    if not 1 <= len(kept) <= limits.TITLE_MAX:
        with pytest.raises(Invalid):
            limits.title(text)
        return
    title = limits.title(text)
    assert title == kept == limits.title(title)
    title.encode()


def test_limits_are_exact() -> None:
    assert len(limits.title("x" * 255)) == 255
    assert len(limits.comment("x" * 40_000)) == 40_000
    assert len(limits.description("x" * 40_000)) == 40_000
    assert len(limits.label("x" * 50)) == 50
    for check, size in (
        (limits.title, 256),
        (limits.comment, 40_001),
        (limits.description, 40_001),
        (limits.label, 51),
        (limits.person_name, 256),
        (limits.request_key, 256),
        (limits.external_ref, 256),
    ):
        with pytest.raises(Invalid) as caught:
            check("x" * size)
        assert (caught.value.errors[0].code, caught.value.errors[0].limit) == ("too_long", size - 1)


def test_labels_that_differ_in_case_are_one() -> None:
    assert limits.labels(("Bug", "bug", " BUG ", "ui")) == ("Bug", "ui")
    with pytest.raises(Invalid):
        limits.labels([str(n) for n in range(limits.LABELS_MAX + 1)])


def test_new_ids_are_version_seven_and_in_order() -> None:
    started = time.time_ns() // 1_000_000
    made = [new_uuid() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    ended = time.time_ns() // 1_000_000
    assert started <= made[0].int >> 80 <= ended
