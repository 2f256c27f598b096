import asyncio

import asyncpg
import pytest

from db import changes, issues, people, preferences, standing, tokens, watchers
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import PersonId, SlackUserId, new_uuid
from db.issues import Origin
from db.people import Person
from db.pool import Database
from db.preferences import Preferences, Rhythm
from db.states import Role
from tests.db.neighbour import make_other
from tests.db.worlds import file, make_world, me


async def test_a_slack_user_becomes_the_placeholder_with_their_email(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    placeholder = await people.create(conn, world.ada, "C. Babbage", "Charles@example.com")
    seen = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UCB"), name="charles", email="charles@example.com", locale="de"
    )
    assert seen.person_id == placeholder.person_id
    assert (seen.name, seen.slack_user_id, seen.locale) == ("charles", "UCB", "de")


async def test_a_slack_user_is_brought_up_to_date(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    again = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UADA"), name="Ada L", role=Role.ADMIN, timezone="Europe/London"
    )
    assert again.person_id == me(world.ada)
    assert (again.name, again.email, again.role, again.timezone) == (
        "Ada L",
        "ada@example.com",
        Role.ADMIN,
        "Europe/London",
    )


async def test_an_email_stays_with_whom_it_belongs_to(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    other = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UTWO"), name="two", email="ADA@example.com"
    )
    assert (other.person_id != me(world.ada), other.email) == (True, None)
    moved = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UBOB"), name="bob", email="ada@example.com"
    )
    assert (moved.person_id, moved.email) == (me(world.bob), "bob@example.com")


async def test_a_slack_user_met_many_times_at_once_is_one_person(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        await people.create(conn, world.ada, "New", "new@example.com")

    async def meet() -> Person:
        async with database.connection() as conn:
            return await people.ensure_slack(
                conn, world.workspace_id, SlackUserId("UNEW"), name="new", email="new@example.com"
            )

    assert len({person.person_id for person in await asyncio.gather(*(meet() for _ in range(12)))}) == 1


async def test_people_are_found_as_others_write_them(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    lovelace = await people.create(conn, world.ada, "Grace Adams", "grace@example.com")
    assert [p.person_id for p in await people.find(conn, world.ada, "@ada")] == [
        me(world.ada),
        lovelace.person_id,
    ]
    assert [p.person_id for p in await people.find(conn, world.ada, "UBOB")] == [me(world.bob)]
    assert [p.person_id for p in await people.find(conn, world.ada, "GRACE@example.com")] == [
        lovelace.person_id
    ]
    await standing.deactivate(conn, world.admin, lovelace.person_id)
    assert await people.find(conn, world.ada, "grace") == ()
    assert await people.find(conn, world.ada, "%") == ()


async def test_pages_of_people_reach_everybody(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await people.create(conn, world.ada, "Ada")
    first = await people.page(conn, world.ada, limit=3)
    rest = await people.page(conn, world.ada, limit=3, after=first[-1].person_id)
    assert [p.name.lower() for p in (*first, *rest)] == ["ada", "ada", "admin", "bob", "guest"]
    assert set(
        await people.by_slack_ids(conn, world.workspace_id, [SlackUserId("UADA"), SlackUserId("U404")])
    ) == {"UADA"}


async def test_an_email_is_taken_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Conflict):
        await people.create(conn, world.ada, "Ada again", "ADA@EXAMPLE.COM")
    for name, email in (("", None), ("x" * 256, None), ("x", "not an address")):
        with pytest.raises(Invalid):
            await people.create(conn, world.ada, name, email)


async def test_merging_moves_what_is_and_leaves_what_was(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    double = await people.create(conn, world.admin, "Ada (old tracker)", "ada@old.example.com")
    issue = await file(conn, world.bob, assignee_id=double.person_id, reporter_id=double.person_id)
    merged = await people.merge(conn, world.admin, double.person_id, me(world.ada), Origin(request_key="k"))
    now = await issues.get(conn, world.ada, issue.issue_id)
    assert (now.assignee_id, now.reporter_id) == (me(world.ada), me(world.ada))
    assert await watchers.of_issue(conn, world.ada, issue.issue_id) == (me(world.ada),)
    assert (await people.get(conn, world.bob, double.person_id)).person_id == me(world.ada)
    moved, created = await changes.history(conn, world.ada, issue.issue_id)
    assert created.after["assignee_id"] == str(double.person_id)
    assert moved.after == {"assignee_id": str(me(world.ada))}
    assert (merged.person.email, merged.person.slack_user_id) == ("ada@example.com", "UADA")
    again = await people.merge(conn, world.admin, double.person_id, me(world.ada), Origin(request_key="k"))
    assert (again.repeated, again.change_id) == (True, merged.change_id)
    assert (await people.merge(conn, world.admin, double.person_id, me(world.ada))).change_id is None


async def test_merging_a_slack_user_into_a_placeholder_keeps_who_slack_says_they_are(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    placeholder = await people.create(conn, world.admin, "B.", "b@old.example.com")
    merged = (await people.merge(conn, world.admin, me(world.bob), placeholder.person_id)).person
    assert (merged.slack_user_id, merged.name, merged.email) == ("UBOB", "bob", "b@old.example.com")
    met = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UBOB"), name="bob", email="bob@example.com"
    )
    assert met.person_id == placeholder.person_id


async def test_what_was_decided_of_a_slack_user_and_what_they_chose_goes_with_them(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    chosen = Preferences(rhythm=Rhythm.DAILY)
    await preferences.keep(conn, world.bob, chosen)
    await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN)
    placeholder = await people.create(conn, world.admin, "B.", "b@old.example.com")
    await people.merge(conn, world.admin, me(world.bob), placeholder.person_id)
    met = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UBOB"), name="bob", role=Role.MEMBER
    )
    assert (met.person_id, met.role) == (placeholder.person_id, Role.ADMIN)
    assert preferences.read(met.settings) == chosen


async def _pointing_at(conn: asyncpg.Connection, person: PersonId) -> set[str]:
    """The columns of all tables that refer to people, where one refers to this one."""
    rows = await conn.fetch(
        """
        SELECT c.conrelid::regclass::text AS place, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname <> 'workspace_id'
        WHERE c.confrelid = 'people'::regclass"""
    )
    return {
        f"{place}.{column}"
        for place, column in rows
        if await conn.fetchval(f"SELECT EXISTS (SELECT FROM {place} WHERE {column} = $1)", person)
    }


async def test_all_that_a_slack_user_has_is_the_placeholders_whom_they_are_merged_into(
    conn: asyncpg.Connection,
) -> None:
    other, _ = await make_other(conn)
    placeholder = (await people.create(conn, other.admin, "A.", "a@old.example.com")).person_id
    await tokens.create(conn, other.ada, token_id="hers", name="ci", role=Role.MEMBER, secret_hash="x")
    owned = {
        "homes.person_id",
        "imports.asked_by",
        "notices.person_id",
        "outgoing_webhooks.owner_id",
        "schedules.owner_id",
        "subscriptions.owner_id",
        "tokens.person_id",
        "webhooks.owner_id",
    }
    assert owned | {"changes.actor_id", "told.person_id"} <= await _pointing_at(conn, me(other.ada))
    await people.merge(conn, other.admin, me(other.ada), placeholder)
    assert await _pointing_at(conn, me(other.ada)) == {"changes.actor_id"}
    assert owned <= await _pointing_at(conn, placeholder)


@pytest.mark.parametrize("into_slack_user", [True, False])
async def test_who_has_left_does_not_come_back_by_a_merge(
    conn: asyncpg.Connection, into_slack_user: bool
) -> None:
    world = await make_world(conn)
    placeholder = (await people.create(conn, world.admin, "B.", "b@old.example.com")).person_id
    await standing.deactivate(conn, world.admin, me(world.bob))
    pair = (placeholder, me(world.bob)) if into_slack_user else (me(world.bob), placeholder)
    merged = await people.merge(conn, world.admin, *pair)
    assert not merged.person.active
    met = await people.ensure_slack(
        conn, world.workspace_id, SlackUserId("UBOB"), name="bob", role=Role.MEMBER
    )
    assert not met.active


async def test_merged_people_resolve_through_each_merge(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, two = await people.create(conn, world.admin, "One"), await people.create(conn, world.admin, "Two")
    await people.merge(conn, world.admin, one.person_id, two.person_id)
    await people.merge(conn, world.admin, two.person_id, me(world.ada))
    assert (await people.get(conn, world.ada, one.person_id)).person_id == me(world.ada)


async def test_who_cannot_be_merged(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Conflict):
        await people.merge(conn, world.admin, me(world.ada), me(world.bob))
    with pytest.raises(Invalid):
        await people.merge(conn, world.admin, me(world.ada), me(world.ada))
    with pytest.raises(NotFound):
        await people.merge(conn, world.admin, PersonId(new_uuid()), me(world.ada))
    with pytest.raises(Forbidden):
        await people.merge(conn, world.ada, me(world.ada), me(world.bob))


async def test_roles_and_leaving_are_for_admins(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    assert (await standing.set_role(conn, world.admin, me(world.bob), Role.GUEST)).role is Role.GUEST
    assert not (await standing.deactivate(conn, world.admin, me(world.bob))).active
    assert (await standing.reactivate(conn, world.admin, me(world.bob))).active
    with pytest.raises(NotFound):
        await standing.set_role(conn, world.admin, PersonId(new_uuid()), Role.ADMIN)
    for ask in (
        standing.set_role(conn, world.ada, me(world.bob), Role.ADMIN),
        standing.deactivate(conn, world.ada, me(world.bob)),
        standing.reactivate(conn, world.ada, me(world.bob)),
        people.create(conn, world.ada, "Boss", role=Role.ADMIN),
        people.create(conn, world.guest, "Friend"),
    ):
        with pytest.raises(Forbidden):
            await ask
