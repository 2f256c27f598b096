from db import people
from db.ids import SlackUserId, WorkspaceId
from handlers.members import read_members
from tests.scenarios.conftest import Lodge


async def _names(lodge: Lodge) -> dict[str, tuple[str, str, bool]]:
    async with lodge.process.services.database.connection() as conn:
        rows = await conn.fetch("SELECT slack_user_id, name, role, active FROM people")
    return {row["slack_user_id"]: (row["name"], row["role"], row["active"]) for row in rows}


async def test_everybody_is_read_ahead_and_only_once(lodge: Lodge) -> None:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    await lodge.process.services.directory.workspace(workspace_id)
    assert await read_members(lodge.process.services, workspace_id) == 6
    names = await _names(lodge)
    assert names["U0GRACE"] == ("Grace Okafor", "member", True)
    assert names["U0ADA"] == ("Ada Marlow", "admin", True)
    assert names["U0GUEST"] == ("Tim (guest)", "guest", True)
    assert await read_members(lodge.process.services, workspace_id) == 0


async def test_a_change_of_name_arrives_and_who_leaves_is_inactive(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    user = {
        "id": "U0GRACE",
        "team_id": lodge.slack.team_id,
        "name": "grace",
        "profile": {"real_name": "Grace Hopper", "email": "grace@harbour.example"},
    }
    lodge.slack.emit({"type": "user_change", "user": user})
    await lodge.settled()
    assert (await _names(lodge))["U0GRACE"][0] == "Grace Hopper"
    lodge.slack.emit({"type": "user_change", "user": {**user, "deleted": True}})
    await lodge.settled()
    assert (await _names(lodge))["U0GRACE"][2] is False


async def test_a_change_that_says_nothing_of_language_and_time_zone_leaves_them(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    user = {
        "id": "U0GRACE",
        "team_id": lodge.slack.team_id,
        "name": "grace",
        "profile": {"real_name": "Grace"},
    }
    for told in ({"locale": "de-DE", "tz": "Europe/Berlin"}, {"real_name": "Grace O."}):
        lodge.slack.emit({"type": "user_change", "user": user | told})
        await lodge.settled()
    async with lodge.process.services.database.connection() as conn:
        row = await conn.fetchrow("SELECT locale, timezone FROM people WHERE slack_user_id = 'U0GRACE'")
    assert tuple(row) == ("de-DE", "Europe/Berlin")


async def test_a_placeholder_with_the_same_address_becomes_the_person(lodge: Lodge) -> None:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    await lodge.process.services.directory.workspace(workspace_id)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute(
            "INSERT INTO people (workspace_id, name, email) VALUES ($1, 'G. Okafor', 'Grace@harbour.example')",
            workspace_id,
        )
        await read_members(lodge.process.services, workspace_id)
        found = await people.by_slack_ids(conn, workspace_id, [SlackUserId("U0GRACE")])
        assert await conn.fetchval("SELECT count(*) FROM people WHERE name = 'G. Okafor'") == 0
    assert found[SlackUserId("U0GRACE")].name == "Grace Okafor"


async def test_what_is_told_late_does_not_make_a_newcomer_who_they_were(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    for kind, name, at in (
        ("team_join", "Sam Marlow", "2.000000"),
        ("user_change", "Sam Okafor", "1.000000"),
    ):
        user = {"id": "U0SAM", "team_id": lodge.slack.team_id, "name": "sam", "real_name": name}
        lodge.slack.emit({"type": kind, "user": user, "event_ts": at})
        await lodge.settled()
    assert (await _names(lodge))["U0SAM"][0] == "Sam Marlow"


async def test_somebody_of_another_organization_does_not_become_who_has_their_address(lodge: Lodge) -> None:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    await lodge.process.services.directory.workspace(workspace_id)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute(
            "INSERT INTO people (workspace_id, name, email) VALUES ($1, 'K. Sato', 'kei@harbour.example')",
            workspace_id,
        )
        profile = {"real_name": "Kei", "email": "kei@harbour.example"}
        user = {"id": "U0KEI", "team_id": "T0ELSEWHERE", "profile": profile}
        lodge.slack.emit({"type": "user_change", "user": user})
        await lodge.settled()
        assert await conn.fetchval("SELECT slack_user_id FROM people WHERE name = 'K. Sato'") is None
    assert (await _names(lodge))["U0KEI"] == ("Kei", "guest", True)
