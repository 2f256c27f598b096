"""A form whose work takes long, in a real browser on the real bot. Screenshots go to .shots/."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from bot.process import Options, Process, running
from tests.browser.conftest import OpenPage
from tests.browser.steps import LISTEN, command, enter, newest
from tests.settings import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / ".shots"


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def process(slack: LocalSlack, db_url: str) -> AsyncIterator[Process]:
    async with running(settings_for(slack, db_url), Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield process
        await slack.settled()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.late.PATIENCE", 0.0)


async def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def test_a_form_that_takes_long_is_worked_on_before_ones_eyes(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await page.evaluate(LISTEN)
    await enter(page, "general")
    await command(page, "/issue")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("^Title")).fill("The crane creaks")
    await dialog.get_by_role("textbox", name=re.compile("^Description")).fill("In every turn.")
    async with process.services.database.transaction() as conn:
        await conn.execute("LOCK TABLE issues IN ACCESS EXCLUSIVE MODE")
        await dialog.get_by_role("button", name="Create").click()
        await expect(dialog).to_contain_text("Working on it")
        await expect(dialog).to_contain_text("The crane creaks")
        await expect(dialog.get_by_role("button", name="Create")).to_be_hidden()
        await shoot(page, "late-working")
    await expect(dialog).to_contain_text("LDG-1")
    await expect(dialog.get_by_role("heading")).to_contain_text("Done")
    await shoot(page, "late-done")
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog).to_be_hidden()

    await command(page, "/issue comment LDG-1")
    await dialog.get_by_role("textbox", name=re.compile("^Comment")).fill("Oil did not help.")
    async with process.services.database.transaction() as conn:
        await conn.execute("LOCK TABLE issues IN ACCESS EXCLUSIVE MODE")
        await dialog.get_by_role("button", name="Comment").click()
        await expect(dialog).to_contain_text("Working on it")
        await conn.execute("UPDATE issues SET deleted_at = now()")
    await expect(dialog).to_contain_text("not there any more")
    await expect(dialog.get_by_role("textbox", name=re.compile("^Comment"))).to_have_text("Oil did not help.")
    await shoot(page, "late-again")
    await expect(newest(page)).to_contain_text("LDG-1")
    # The title that was typed last did not look for a form that was gone.
    assert await page.evaluate("window.complaints") == []
