"""Somebody is erased while Lodge runs: cards and histories name a former member, and who comes back is somebody new."""

from __future__ import annotations

from db import erasing, people
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.test_cards import card_says
from tests.scenarios.test_conversations import posted
from tests.scenarios.test_threads import program


async def test_whoever_is_erased_is_a_former_member_wherever_they_were_named(lodge: Lodge) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    await lodge.ask("ada", "assign LDG-1 @grace", "product")
    await lodge.ask("grace", "comment LDG-1 Mine")
    await card_says(lodge, card, f"<@{grace.id}>")
    services = lodge.process.services
    async with services.database.transaction() as conn:
        (known,) = await people.find(conn, program(lodge), "grace")
        name = (await erasing.erase(conn, program(lodge), known.person_id)).name
    services.bell.ring()
    await card_says(lodge, card, name, never=grace.id)
    # As a minute later, which is how long other processes take her for who she was.
    services.directory.forget_person(known.workspace_id, grace.id)  # type: ignore[arg-type] # the local Slack's id
    assert f"{name} commented" in said(await lodge.ask("ada", "history LDG-1"))
    assert "LDG-1" not in said(await lodge.ask("grace", "mine"))
    async with services.database.connection() as conn:
        (again,) = await people.find(conn, program(lodge), "grace")
    assert again.person_id != known.person_id
