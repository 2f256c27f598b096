"""Other bots are nobody: they file nothing, and nothing is assigned to them."""

from __future__ import annotations

import pytest

from bot.playground.directory import User
from tests.scenarios.conftest import Lodge, said


@pytest.fixture
def robot(lodge: Lodge) -> User:
    state = lodge.slack.service.state
    user = User(
        id="U0ROBOT",
        team_id=lodge.slack.team_id,
        name="robot",
        real_name="Robot",
        is_bot=True,
        color="000000",
    )
    state.save_user(user)
    return user


async def _people(lodge: Lodge) -> list[str]:
    async with lodge.process.services.database.connection() as conn:
        rows = await conn.fetch("SELECT slack_user_id FROM people")
    return [row["slack_user_id"] for row in rows]


async def test_a_reaction_of_another_bot_files_nothing(lodge: Lodge, robot: User) -> None:
    ts = await lodge.person("ada").send("general", "Pump leaks")
    channel = lodge.slack.channel("general").id
    for _ in range(2):
        delivery = lodge.slack.emit(
            {
                "type": "reaction_added",
                "user": robot.id,
                "reaction": "ticket",
                "item": {"type": "message", "channel": channel, "ts": ts},
                "item_user": lodge.person("ada").id,
            }
        )
        await lodge.settled()
        assert delivery.acked
    assert len(lodge.slack.calls_of("users.info")) <= 2
    assert robot.id not in await _people(lodge)
    assert "No issue is open" in said(await lodge.ask("ada", "list"))
    assert not [call for call in lodge.slack.calls_of("chat.postEphemeral") if robot.id in str(call.args)]


@pytest.mark.parametrize("command", ["assign LDG-1 @robot", "new Two @robot"])
async def test_nothing_is_assigned_to_a_bot(lodge: Lodge, robot: User, command: str) -> None:
    await lodge.ask("ada", "new One")
    assert "Choose a person" in said(await lodge.ask("ada", command))
    assert robot.id not in await _people(lodge)


async def test_a_form_with_a_bot_chosen_says_so_at_the_field(lodge: Lodge, robot: User) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    form = await ada.expect_modal()
    outcome = await ada.submit(form["id"], {"title": "One", "assignee_id": robot.id})
    assert outcome.errors is not None
    assert "Choose a person" in outcome.errors["assignee_id"]
