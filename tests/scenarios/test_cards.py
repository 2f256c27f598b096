"""A posted card says what is so now, also when what changed is not the issue but what the card says of it."""

from __future__ import annotations

from db import labels, people, standing
from db.ids import LabelId, PersonId
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import posted
from tests.scenarios.test_settings import drawn, opened, pick, told
from tests.scenarios.test_threads import program, thread


async def card_says(lodge: Lodge, card: Json, text: str, *, never: str = "\0") -> None:
    """The very message, brought up to date."""

    def fits(message: Json) -> bool:
        return message["ts"] == card["ts"] and text in said(message) and never not in said(message)

    await lodge.person("ada").expect_message("general", fits)


async def filled(lodge: Lodge, command: str, callback: str, values: Json) -> None:
    form = await opened(lodge, "ada", command, callback)
    outcome = await lodge.person("ada").submit(form["id"], values)
    assert outcome.outcome in ("closed", "cleared"), outcome
    await lodge.settled()


async def test_a_label_that_is_renamed_or_merged_has_its_new_name_on_cards(lodge: Lodge) -> None:
    card = await posted(lodge)
    await lodge.ask("ada", "label LDG-1 +bug", "product")
    await card_says(lodge, card, "bug")
    await lodge.ask("ada", "new Other +fault", "product")
    form = await opened(lodge, "ada", "settings labels", "labels_form")
    await pick(lodge, "ada", form, "labels_pick", "bug")
    form = await drawn(lodge, "ada", "on one issue")
    assert (await lodge.person("ada").submit(form["id"], {"label_name": "defect"})).outcome == "closed"
    await card_says(lodge, card, "defect", never="bug")
    async with lodge.process.services.database.transaction() as conn:
        known = {each.name: each.label_id for each in await labels.all(conn, program(lodge))}
        await labels.merge_labels(conn, program(lodge), LabelId(known["defect"]), LabelId(known["fault"]))
    lodge.process.services.bell.ring()
    await card_says(lodge, card, "fault", never="defect")
    assert thread(lodge, card) == []


async def test_people_who_leave_come_back_or_turn_out_to_be_another_are_so_on_cards(lodge: Lodge) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    await lodge.ask("ada", "assign LDG-1 @grace", "product")
    await card_says(lodge, card, f"<@{grace.id}>")
    user = {"id": grace.id, "team_id": lodge.slack.team_id, "name": "grace", "real_name": "Grace"}
    lodge.slack.emit({"type": "user_change", "user": user | {"deleted": True}})
    await card_says(lodge, card, "(left)")
    lodge.slack.emit({"type": "user_change", "user": user})
    await card_says(lodge, card, f"<@{grace.id}>", never="(left)")
    async with lodge.process.services.database.transaction() as conn:
        (known,) = await people.find(conn, program(lodge), "grace")
        await standing.deactivate(conn, program(lodge), known.person_id)
    lodge.process.services.bell.ring()
    await card_says(lodge, card, "(left)")
    async with lodge.process.services.database.transaction() as conn:
        other = await people.create(conn, program(lodge), name="Commodore", email=None)
        await people.merge(conn, program(lodge), PersonId(other.person_id), known.person_id)
        await standing.reactivate(conn, program(lodge), known.person_id)
    lodge.process.services.bell.ring()
    await card_says(lodge, card, f"<@{grace.id}>", never="(left)")


async def test_an_assignee_who_is_merged_into_another_is_that_one_on_cards(lodge: Lodge) -> None:
    card, grace = await posted(lodge), lodge.person("grace")
    await lodge.ask("grace", "help")
    async with lodge.process.services.database.transaction() as conn:
        stranger = await people.create(conn, program(lodge), name="Commodore", email=None)
    await lodge.ask("ada", "assign LDG-1 @commodore", "product")
    await card_says(lodge, card, "Commodore")
    async with lodge.process.services.database.transaction() as conn:
        (known,) = await people.find(conn, program(lodge), "grace")
        await people.merge(conn, program(lodge), stranger.person_id, known.person_id)
    lodge.process.services.bell.ring()
    await card_says(lodge, card, f"<@{grace.id}>", never="Commodore")


async def test_a_new_prefix_or_language_of_the_workspace_is_on_cards_and_taken_back(lodge: Lodge) -> None:
    card = await posted(lodge)
    await filled(lodge, "settings", "settings_form", {"name": "Harbour", "key_prefix": "HBR"})
    await card_says(lodge, card, "HBR-1", never="LDG-1")
    saved = await told(lodge, "ada", "saved")
    await lodge.person("ada").click("settings_undo", channel="general", ts=saved["ts"])
    await card_says(lodge, card, "LDG-1", never="HBR-1")
    await filled(lodge, "settings", "settings_form", {"language": "de"})
    await card_says(lodge, card, "Offen")


async def test_cards_that_are_there_take_the_form_that_a_channel_wants(lodge: Lodge) -> None:
    card = await posted(lodge)
    assert "issue_close" in str(card["blocks"])
    ada = lodge.person("ada")
    await filled(lodge, "channel", "channel_settings_form", {"switches": ["condensed"]})
    await ada.expect_message("general", lambda m: m["ts"] == card["ts"] and len(m["blocks"]) == 1)
    await filled(lodge, "channel", "channel_settings_form", {"switches": []})
    await ada.expect_message("general", lambda m: m["ts"] == card["ts"] and "issue_close" in str(m["blocks"]))


async def test_cards_of_other_issues_and_channels_are_left_alone(lodge: Lodge) -> None:
    card, ada = await posted(lodge), lodge.person("ada")
    await lodge.ask("ada", "label LDG-1 +bug", "product")
    await card_says(lodge, card, "bug")
    await posted(lodge, "Two", "product")
    before = len(lodge.slack.calls_of("chat.update"))
    await filled(lodge, "channel", "channel_settings_form", {"switches": ["condensed"]})
    await ada.expect_message("general", lambda m: m["ts"] == card["ts"] and len(m["blocks"]) == 1)
    await lodge.announced()
    form = await opened(lodge, "ada", "settings labels", "labels_form")
    await pick(lodge, "ada", form, "labels_pick", "bug")
    form = await drawn(lodge, "ada", "on one issue")
    await ada.submit(form["id"], {"label_name": "defect"})
    await card_says(lodge, card, "defect")
    await lodge.announced()
    updated = lodge.slack.calls_of("chat.update")[before:]
    assert [call.args["channel"] for call in updated] == [lodge.slack.channel("general").id] * 2
