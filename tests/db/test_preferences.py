"""When a person is told: never in their quiet hours, and never twice as late as they asked for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import notices, people, preferences
from db.errors import Forbidden
from db.notices import Notice
from db.preferences import NoticeKind, Preferences, Rhythm, read, zone_of
from tests.db.worlds import file, make_world, me

PATIENCE = timedelta(seconds=3)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the zone is added
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001 - the zone is added
    timezones=st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]),
)
clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None))
quiets = st.none() | st.tuples(clocks, clocks).filter(lambda both: both[0] != both[1])


@given(moments, quiets, st.sampled_from(Rhythm))
def test_nothing_is_due_in_quiet_hours(
    now: datetime, quiet: tuple[time, time] | None, rhythm: Rhythm
) -> None:
    chosen = Preferences(quiet=quiet, rhythm=rhythm)
    due = chosen.due(now, PATIENCE)
    assert chosen.quiet_until(due) is None
    # Not as the clock on the wall has it, which may be put back in between.
    assert 0 < due.timestamp() - now.timestamp() <= timedelta(hours=50).total_seconds()


def test_quiet_hours_over_midnight_end_the_next_day() -> None:
    chosen = Preferences(quiet=(time(22), time(7)))
    late = datetime(2026, 3, 2, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert chosen.quiet_until(late) == datetime(2026, 3, 3, 7, tzinfo=ZoneInfo("Europe/Berlin"))
    early = datetime(2026, 3, 3, 6, tzinfo=ZoneInfo("Europe/Berlin"))
    assert chosen.quiet_until(early) == datetime(2026, 3, 3, 7, tzinfo=ZoneInfo("Europe/Berlin"))
    assert chosen.quiet_until(early.replace(hour=7)) is None


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("rhythm", "seconds"), [(Rhythm.NOW, 3), (Rhythm.HOURLY, 1)], ids=lambda each: str(each)
)
@pytest.mark.parametrize("night", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)])
def test_the_night_that_clocks_change_delays_nothing(night: datetime, rhythm: Rhythm, seconds: int) -> None:
    moment = night.replace(minute=59, second=59)
    due = Preferences(rhythm=rhythm).due(moment.astimezone(BERLIN), PATIENCE)
    assert due.astimezone(UTC) - moment == timedelta(seconds=seconds)


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_end_once() -> None:
    """Between 2:00 and 2:30 it is quiet again, and the end of that is not half an hour ago."""
    chosen = Preferences(quiet=(time(22), time(2, 30)))
    again = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    until = chosen.quiet_until(again.astimezone(BERLIN))
    assert until is not None
    assert until.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_zone_nobody_knows_is_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"


async def test_what_was_chosen_is_read_again(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = Preferences(
        kinds=frozenset({NoticeKind.ASSIGNED}), rhythm=Rhythm.HOURLY, quiet=(time(22), time(7))
    )
    await preferences.keep(conn, world.ada, chosen)
    person = await people.get(conn, world.ada, me(world.ada))
    assert read(person.settings) == chosen
    with pytest.raises(Forbidden):
        await preferences.keep(conn, world.program(), chosen)


async def test_a_choice_that_comes_again_is_known_however_many_came_in_between(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    assert await preferences.keep(conn, world.ada, Preferences(rhythm=Rhythm.DAILY), "slack:0")
    for number in range(1, 100):
        assert await preferences.keep(conn, world.ada, Preferences(), f"slack:{number}")
    assert not await preferences.keep(conn, world.ada, Preferences(rhythm=Rhythm.DAILY), "slack:0")
    person = await people.get(conn, world.ada, me(world.ada))
    assert read(person.settings) == Preferences()
    assert set(person.settings) == {"notices"}


def notice(person_id: object, issue_id: object, **more: object) -> Notice:
    given = {"kinds": frozenset({NoticeKind.STATUS}), "actors": frozenset({None}), "due_at": NOW + PATIENCE}
    return Notice(person_id=person_id, issue_id=issue_id, **(given | more))  # type: ignore[arg-type] # a test's shorthand


async def test_a_burst_puts_itself_off_but_not_forever(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    for second in range(0, 100, 2):
        at = NOW + timedelta(seconds=second)
        more = notice(
            me(world.bob), issue.issue_id, due_at=at + PATIENCE, comments=1, before={"status": second}
        )
        await notices.put(conn, world.workspace_id, [more], at)
    assert await notices.due_people(conn, NOW + timedelta(seconds=59), 10) == ()
    at = NOW + notices.LONGEST
    assert await notices.due_people(conn, at, 10) == ((world.workspace_id, me(world.bob)),)
    (taken,) = await notices.take(conn, world.workspace_id, me(world.bob), at)
    assert (taken.comments, taken.before) == (50, {"status": 0})
    assert await notices.take(conn, world.workspace_id, me(world.bob), at) == ()


async def test_a_choice_tells_when_what_waits_is_due_and_drops_what_is_wanted_no_more(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    about = [await file(conn, world.ada) for _ in range(3)]
    kinds = [{NoticeKind.COMMENTS}, {NoticeKind.COMMENTS, NoticeKind.ASSIGNED}, {NoticeKind.STATUS}]
    waiting = [
        Notice(person_id=me(world.ada), issue_id=issue.issue_id, kinds=frozenset(each), due_at=NOW)
        for issue, each in zip(about, kinds, strict=True)
    ]
    await notices.put(conn, world.workspace_id, waiting, NOW)
    chosen = Preferences(kinds=frozenset(NoticeKind) - {NoticeKind.COMMENTS}, rhythm=Rhythm.DAILY)
    tomorrow = chosen.due(NOW, timedelta(0))
    await preferences.keep(conn, world.ada, chosen, due=tomorrow)
    assert await notices.take(conn, world.workspace_id, me(world.ada), tomorrow - PATIENCE) == ()
    left = await notices.take(conn, world.workspace_id, me(world.ada), tomorrow)
    assert {each.issue_id for each in left} == {about[1].issue_id, about[2].issue_id}


async def test_what_waits_for_a_digest_is_not_put_off_by_more(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    due = NOW + timedelta(hours=1)
    first = notice(me(world.bob), issue.issue_id, due_at=due)
    await notices.put(conn, world.workspace_id, [first], NOW)
    await notices.put(
        conn, world.workspace_id, [notice(me(world.bob), issue.issue_id, due_at=due + PATIENCE)], due
    )
    (taken,) = await notices.take(conn, world.workspace_id, me(world.bob), due)
    assert taken.due_at == due


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # The night that loses an hour, and the one that has one twice.
        ("2026-03-28T23:30:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-03-29T03:30:00+02:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:30:00+02:00", "2026-10-25T07:00:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall_when_it_is_moved(now: str, until: str) -> None:
    quiet = Preferences(quiet=(time(22), time(7)))
    here = datetime.fromisoformat(now).astimezone(zone_of("Europe/Berlin"))
    ends = quiet.quiet_until(here)
    assert ends is not None
    assert ends.astimezone(UTC) == datetime.fromisoformat(until).astimezone(UTC)
    assert quiet.quiet_until(ends) is None
    assert quiet.due(here, timedelta(seconds=3)).astimezone(UTC) == ends.astimezone(UTC)


def test_quiet_hours_are_those_of_the_persons_own_zone() -> None:
    quiet, now = Preferences(quiet=(time(22), time(7))), datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert quiet.quiet_until(now.astimezone(zone_of("Europe/Berlin"))) is not None
    assert quiet.quiet_until(now.astimezone(zone_of("America/New_York"))) is None


def test_the_daily_digest_comes_at_its_hour_also_on_the_day_the_clock_is_moved() -> None:
    daily = Preferences(rhythm=Rhythm.DAILY)
    before = datetime(2026, 3, 28, 20, tzinfo=UTC).astimezone(zone_of("Europe/Berlin"))
    assert daily.due(before, timedelta(0)).astimezone(UTC) == datetime(2026, 3, 29, 7, tzinfo=UTC)
