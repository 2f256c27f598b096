"""The step of a workflow files an issue, once, and hands on what it is called."""

from __future__ import annotations

import pytest

from bot.playground import PersonError
from tests.scenarios.conftest import Json, Lodge, said


async def run(lodge: Lodge, **inputs: str) -> Json:
    record = lodge.slack.run_function("create_issue", dict(inputs))
    await lodge.slack.until(lambda: record["state"] != "running", timeout=60)
    return record


async def test_the_step_files_an_issue_and_hands_on_its_key(lodge: Lodge) -> None:
    grace, linus = lodge.person("grace"), lodge.person("linus")
    record = await run(
        lodge,
        title="Laptop for <Ada>",
        description="13 inch",
        reporter=grace.id,
        assignee=linus.id,
        priority="High",
        labels="hardware, new starter",
    )
    assert record["state"] == "succeeded", record
    assert record["outputs"]["key"] == "LDG-1"
    assert record["outputs"]["link"].startswith("https://")
    shown = said(await lodge.ask("ada", "LDG-1"))
    for part in ("Laptop for <Ada>", "13 inch", grace.id, linus.id, "High", "hardware", "new starter"):
        assert part in shown


async def test_the_card_is_posted_where_the_step_says(lodge: Lodge) -> None:
    record = await run(lodge, title="Desk", channel=lodge.slack.channel("product").id)
    assert record["state"] == "succeeded", record
    await lodge.person("ada").expect_message("product", lambda m: "Desk" in said(m))


async def test_a_step_that_cannot_be_done_says_what_to_do(lodge: Lodge) -> None:
    for inputs in (
        {"title": ""},
        {"title": "x", "priority": "sometimes"},
        {"title": "x", "channel": "CNONE"},
    ):
        record = await run(lodge, **inputs)
        assert record["state"] == "failed"
        assert "No issue was created" in record["error"]
        assert "run it again" in record["error"]
    assert "No issue" in said(await lodge.ask("ada", "list"))


async def test_a_run_delivered_again_files_nothing_new(lodge: Lodge) -> None:
    record = await run(lodge, title="Once")
    outputs = record["outputs"]
    event = {
        "type": "function_executed",
        "function": {"id": "Fn1", "callback_id": "create_issue", "type": "app"},
        "inputs": {"title": "Once"},
        "function_execution_id": record["id"],
        "workflow_execution_id": "Wx1",
        "bot_access_token": lodge.slack.bot_token,
    }
    record["state"] = "running"
    lodge.slack.emit(event)
    await lodge.slack.until(lambda: record["state"] != "running", timeout=60)
    assert record["outputs"] == outputs
    assert "LDG-2" not in said(await lodge.ask("ada", "list"))


async def test_a_person_runs_the_step_and_is_shown_what_it_hands_on(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    record = await ada.run_step("create_issue", {"title": "Desk", "assignee": ada.id, "labels": ""})
    assert record["state"] == "succeeded", record
    assert record["outputs"]["key"] == "LDG-1"
    assert "Desk" in said(await lodge.ask("ada", "LDG-1"))
    failed = await ada.run_step("create_issue", {"title": "Chair", "priority": "sometimes"})
    assert "No issue was created" in failed["error"]
    with pytest.raises(PersonError, match="Title is missing"):
        await ada.run_step("create_issue", {"title": ""})
    with pytest.raises(PersonError, match="Assignee names nothing"):
        await ada.run_step("create_issue", {"title": "Lamp", "assignee": "UNOBODY"})
    with pytest.raises(PersonError, match="takes no colour"):
        await ada.run_step("create_issue", {"title": "Lamp", "colour": "red"})
    with pytest.raises(PersonError, match="no step"):
        await ada.run_step("paint_issue", {})
