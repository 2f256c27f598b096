"""The whole story in a real browser: what README promises a newcomer, on the real bot. Screenshots go to .shots/."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.demo.planting import plant
from bot.parts import parts
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from tests.browser.conftest import PATIENCE, OpenPage
from tests.browser.steps import command, enter, newest, pick
from tests.scenarios.conftest import Lodge
from tests.settings import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / ".shots"
CSV = """title,description,priority,status
Jetty light is broken,Third lamp from the left,high,OPEN
Repaint the bollards,,low,IN_PROGRESS
,No title here,medium,OPEN
Old ramp,Gone since May,medium,CLOSED
"""


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[LocalSlack]:
    manifest = ROOT / "manifest.yml"
    async with LocalSlack(manifest=manifest, chatter=True, rate_limits="realistic") as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def process(slack: LocalSlack, db_url: str) -> AsyncIterator[Process]:
    settings = settings_for(slack, db_url)
    async with running(settings, Options(parts=parts)) as process:
        slack.request_url = f"{process.url}/slack/events"
        await plant(process.services, slack)
        # Nothing that follows from that comes between what a test looks at.
        planted = Lodge(slack=slack, process=process)
        await planted.announced()
        await planted.indexed()
        yield process
        await slack.settled()


async def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


def field(dialog: Locator, label: str) -> Locator:
    return dialog.get_by_label(re.compile(rf"^{label}"))


async def until_shown(page: Page, key: str, text: str) -> None:
    """What was said in a thread reaches Lodge beside the command that shows it, and an answer stays as it was given."""
    answers = page.locator("main .message.ephemeral").filter(has_text=key)
    async with asyncio.timeout(PATIENCE / 1000):
        while True:
            before = await answers.count()
            await command(page, f"/issue show {key}")
            await expect(answers).to_have_count(before + 1)
            if text in await answers.last.inner_text():
                return


async def test_a_newcomer_files_discusses_imports_and_reports(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")

    await command(page, "/issue")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await shoot(page, "create-empty")
    await field(dialog, "Title").fill("Crane is stuck in the rain")
    await pick(field(dialog, "Assignee"), "grace")
    await pick(field(dialog, "Priority"), "High")
    await shoot(page, "create-form")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()

    card = page.locator("main").get_by_role("article").filter(has_text="Crane is stuck in the rain").first
    await expect(card).to_be_visible()
    await expect(card).to_contain_text("grace")
    await shoot(page, "card")

    # The message itself, by its time: what is said about the issue later looks alike.
    shown = page.locator("main .message:not(.ephemeral)").filter(has_text="Crane is stuck in the rain").first
    await expect(shown).to_be_visible()
    ts = await shown.get_attribute("data-ts")
    posted = page.locator(f'main [data-ts="{ts}"]')
    await posted.get_by_role("button", name="Assign to me").click()
    await expect(posted).to_contain_text("Assignee: @ada")

    await posted.hover()
    await posted.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary")
    composer = thread.get_by_role("textbox", name=re.compile("Reply"))
    await composer.fill("The brake pads are wet, I think")
    await composer.press("Enter")
    await expect(thread).to_contain_text("The brake pads are wet")
    await shoot(page, "thread")
    key = re.search(r"LDG-\d+", await posted.inner_text())
    assert key is not None
    await until_shown(page, key[0], "The brake pads are wet")

    await posted.get_by_role("button", name="Close", exact=True).click()
    await expect(posted).to_contain_text("Completed")
    await shoot(page, "closed")

    await command(page, "/issue report assignees")
    await expect(newest(page)).to_contain_text("How this is computed")
    await expect(newest(page)).to_contain_text("Grace Okafor")
    await shoot(page, "report-assignees")
    await command(page, "/issue report latency")
    await expect(newest(page)).to_contain_text("median", ignore_case=True)
    await shoot(page, "report-latency")


async def test_a_csv_dropped_into_a_channel_becomes_issues(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "harbour.csv", {type: "text/csv"}));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector("main").dispatchEvent(
                    new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        CSV,
    )
    dropped = page.locator("main").get_by_role("article").filter(has_text="harbour.csv").last
    await expect(dropped).to_be_visible()
    await dropped.get_by_role("button", name=re.compile("1 repl", re.IGNORECASE)).click()
    thread = page.get_by_role("complementary")
    await expect(thread.get_by_role("button", name="Import", exact=True)).to_be_visible()
    await expect(thread).to_contain_text(re.compile("line 4", re.IGNORECASE))
    await shoot(page, "import-preview")
    await thread.get_by_role("button", name="Import", exact=True).click()
    await expect(thread.get_by_role("button", name="Undo")).to_be_visible()
    await shoot(page, "import-done")
    await _listed(page, "bollards", "Repaint the bollards")


async def _listed(page: Page, words: str, title: str) -> None:
    """What was imported a moment ago may still be on its way into the full-text index."""
    for _ in range(20):
        await command(page, f"/issue list {words}")
        try:
            return await expect(newest(page)).to_contain_text(title, timeout=5_000)
        except AssertionError:
            continue
    raise AssertionError(f"{title} is not found by {words}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_home_and_lists_are_pleasant(
    slack: LocalSlack, process: Process, open_page: OpenPage, scheme: str
) -> None:
    page = await open_page(slack.url, "grace", color_scheme=scheme)
    await enter(page, "product")
    await command(page, "/issue list")
    await expect(newest(page)).to_contain_text("Login fails on Safari")
    await shoot(page, f"list-{scheme}")
    await page.get_by_role("link", name=re.compile("^Lodge")).click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("LDG-")
    await shoot(page, f"home-{scheme}")


async def test_a_narrow_screen_works(slack: LocalSlack, process: Process, open_page: OpenPage) -> None:
    page = await open_page(slack.url, "linus", viewport={"width": 390, "height": 844})
    await command(page, "/issue mine")
    await expect(newest(page)).to_contain_text("LDG-")
    await shoot(page, "narrow")
    await command(page, "/issue")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await shoot(page, "narrow-form")
