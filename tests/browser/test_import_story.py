"""Moving in, in a real browser: a file is dropped, understood, imported, corrected and taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.playground import LocalSlack
from bot.process import Options, Process, running
from tests.browser.conftest import OpenPage
from tests.browser.steps import enter, pick
from tests.browser.test_story import ROOT, shoot
from tests.settings import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROWS = 12_000
HEADER = "Key,Title,Status,Priority,Assignee,Reporter,Labels,Created,Comment"
STRANGE = (
    'H-1,Jetty light is broken,OPEN,high,@grace,Tove Jansson,"light, jetty",2024-03-01,'
    '"2024-03-02 09:00;Tove Jansson;Third lamp from the left"\n'
    "H-2,Repaint the bollards,auf Halde,low,linus,Moominpappa,paint,2024-03-05,\n"
    "H-3,,OPEN,medium,,,,2024-03-06,\n"
    "H-4,Old ramp,CLOSED,medium,ada@example.com,,,30/02/2024,\n"
)
MANY = "".join(
    f"H-{n},Check mooring ring {n},{'OPEN' if n % 3 else 'CLOSED'},low,,,rings,2024-04-01,\n"
    for n in range(10, 10 + ROWS)
)


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", chatter=True, rate_limits="off") as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def process(slack: LocalSlack, db_url: str) -> AsyncIterator[Process]:
    settings = settings_for(slack, db_url)
    async with running(settings, Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield process
        await slack.settled()


async def drop(page: Page, name: str, text: str) -> Locator:
    """Drops a file on the channel and opens the thread under it."""
    await page.evaluate(
        """([name, text]) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name, {type: "text/csv"}));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector("main").dispatchEvent(
                    new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        [name, text],
    )
    dropped = page.locator("main").get_by_role("article").filter(has_text=name).last
    await dropped.get_by_role("button", name=re.compile("1 repl", re.IGNORECASE)).click()
    return page.get_by_role("complementary")


def button(place: Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


async def scrolled_to(dialog: Locator, text: str) -> None:
    await dialog.get_by_text(text).first.scroll_into_view_if_needed()


@pytest.mark.timeout(900)
async def test_a_team_moves_in_by_dropping_its_file(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    thread = await drop(page, "harbour.csv", f"{HEADER}\n{STRANGE}{MANY}")
    await expect(thread).to_contain_text("cannot be imported", timeout=120_000)
    await expect(thread).to_contain_text("grace → Grace Okafor")
    await expect(thread).to_contain_text("To be added by name")
    await shoot(page, "moving-in-preview")

    await button(thread, "Change mapping").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Status “auf Halde”")
    await pick(dialog.get_by_label(re.compile("auf Halde")), "In progress")
    await pick(dialog.get_by_label(re.compile("^Tove Jansson is")), "marg")
    await shoot(page, "moving-in-mapping-people")
    await scrolled_to(dialog, "If a row fails")
    await shoot(page, "moving-in-mapping-end")
    await dialog.get_by_role("button", name="Read again").click()
    await expect(dialog).to_be_hidden()
    await expect(thread).to_contain_text(f"{ROWS + 2:,} issues to import", timeout=120_000)
    await expect(thread).not_to_contain_text("by name, so that nothing is lost: Tove")
    await shoot(page, "moving-in-preview-again")

    await button(thread, "Import").click()
    # How far it is can be over before it is seen.
    await expect(thread).to_contain_text(re.compile("Importing harbour.csv|issues imported"))
    await shoot(page, "moving-in-progress")
    await expect(thread).to_contain_text(f"{ROWS + 2:,} issues imported", timeout=120_000)
    await expect(thread).to_contain_text("These 2 rows were not imported", timeout=120_000)
    await shoot(page, "moving-in-done")
    assert any("Importing harbour.csv" in str(call.args) for call in slack.calls_of("chat.update"))

    [file] = [each for each in slack.state.files.values() if each.name == "harbour-failed-rows.csv"]
    returned = slack.state.contents[file.id].decode()
    assert "day that does not exist" in returned
    corrected = returned.replace("H-3,,", "H-3,Name the new ferry,").replace("30/02/2024", "29/02/2024")
    again = await drop(page, "corrected.csv", corrected)
    await expect(again).to_contain_text("2 issues to import", timeout=120_000)
    await button(again, "Import").click()
    await expect(again).to_contain_text("2 issues imported", timeout=120_000)
    await shoot(page, "moving-in-corrected")

    await (
        page.locator("main")
        .get_by_role("article")
        .filter(has_text="harbour.csv")
        .first.get_by_role("button", name=re.compile("repl", re.IGNORECASE))
        .click()
    )
    # And not of the thread that was open until then.
    await expect(thread).to_contain_text(f"{ROWS + 2:,} issues imported")
    await button(thread, "Undo").click()
    sure = page.get_by_role("alertdialog")
    await expect(sure).to_contain_text(f"The {ROWS + 2:,} issues")
    await shoot(page, "moving-in-undo-asked")
    await button(sure, "Undo").click()
    await expect(thread).to_contain_text(f"{ROWS + 2:,} issues removed", timeout=120_000)
    await shoot(page, "moving-in-undone")
