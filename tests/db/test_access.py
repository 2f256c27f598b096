import asyncpg
import pytest

from db import access, workspaces
from db.access import Action, Actor, may, needed_role, require, sees
from db.errors import Forbidden, Invalid, NotFound
from db.ids import PersonId, WorkspaceId, new_uuid
from db.states import Role
from tests.db.worlds import make_world, me


def actor(role: Role, person: bool = True) -> Actor:
    person_id = PersonId(new_uuid()) if person else None
    return Actor(workspace_id=WorkspaceId("T1"), person_id=person_id, role=role)


def test_guests_create_and_comment_and_nothing_else() -> None:
    assert {action for action in Action if may(actor(Role.GUEST), action)} == {Action.CREATE, Action.COMMENT}


def test_admins_may_do_everything_whatever_the_workspace_sets() -> None:
    settings = {"policy": {action.value: "admin" for action in Action}}
    assert all(may(actor(Role.ADMIN), action, settings) for action in Action)


def test_a_workspace_sets_who_does_the_large_things() -> None:
    member = actor(Role.MEMBER)
    assert may(member, Action.BULK_LARGE)
    assert not may(member, Action.TOKENS)
    settings = {"policy": {"bulk_large": "admin", "tokens": "member"}}
    assert not may(member, Action.BULK_LARGE, settings)
    assert may(member, Action.TOKENS, settings)


def test_no_setting_lets_guests_in_or_reaches_other_rules() -> None:
    settings = {"policy": {"tokens": "guest", "moderate": "member", "import": "nonsense"}}
    assert needed_role(Action.TOKENS, settings) is Role.ADMIN
    assert needed_role(Action.MODERATE, settings) is Role.ADMIN
    assert needed_role(Action.IMPORT, settings) is Role.MEMBER


def test_a_refusal_names_the_role() -> None:
    with pytest.raises(Forbidden) as caught:
        require(actor(Role.MEMBER), Action.SETTINGS)
    assert (caught.value.action, caught.value.needs) == ("settings", "admin")


def test_seeing_an_issue_in_hand() -> None:
    guest, member = actor(Role.GUEST), actor(Role.MEMBER)
    assert sees(member, reporter_id=None, assignee_id=None)
    assert sees(guest, reporter_id=guest.person_id, assignee_id=None)
    assert sees(guest, reporter_id=None, assignee_id=guest.person_id)
    assert not sees(guest, reporter_id=member.person_id, assignee_id=None)


def test_a_guest_without_a_person_sees_nothing() -> None:
    nobody = actor(Role.GUEST, person=False)
    assert nobody.sees_only is not None
    assert not sees(nobody, reporter_id=None, assignee_id=None)
    assert access.VISIBLE.count("$2") == 3


async def test_settings_are_for_admins_and_merged_key_by_key(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Forbidden):
        await workspaces.update_settings(conn, world.ada, name="x")
    await workspaces.update_settings(conn, world.admin, settings={"policy": {"settings": "member"}, "a": 1})
    changed = await workspaces.update_settings(
        conn,
        world.ada,
        key_prefix="OPS",
        timezone="Europe/Berlin",
        search_config="german",
        settings={"a": None, "b": 2},
    )
    assert (changed.key_prefix, changed.timezone, changed.search_config) == ("OPS", "Europe/Berlin", "german")
    assert changed.settings == {"policy": {"settings": "member"}, "b": 2}
    assert await workspaces.get(conn, world.workspace_id) == changed


@pytest.mark.parametrize(
    "wrong", [{"key_prefix": "ops"}, {"key_prefix": "1A"}, {"timezone": "Mars"}, {"search_config": "klingon"}]
)
async def test_settings_that_make_no_sense_are_refused(
    conn: asyncpg.Connection, wrong: dict[str, str]
) -> None:
    world = await make_world(conn)
    with pytest.raises(Invalid) as caught:
        await workspaces.update_settings(conn, world.admin, **wrong)  # type: ignore[arg-type] # one of the keywords
    assert caught.value.errors[0].field in wrong


async def test_a_workspace_is_made_once_and_keeps_its_name(conn: asyncpg.Connection) -> None:
    first = await workspaces.ensure(conn, WorkspaceId("T9"), "Acme")
    assert await workspaces.ensure(conn, WorkspaceId("T9"), "Other") == first
    assert (first.key_prefix, first.timezone, first.search_config) == ("LDG", "UTC", "english")
    with pytest.raises(NotFound):
        await workspaces.get(conn, WorkspaceId("T404"))


async def test_everybody_in_a_world_has_the_role_they_are_named_for(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    assert (world.guest.role, world.guest.sees_only) == (Role.GUEST, me(world.guest))
    assert world.ada.sees_only is None
