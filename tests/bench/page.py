"""How soon the local Slack's page is there, and how smooth it stays in a channel of 2,000 messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

from bot.playground import LocalSlack
from tests.bench.rows import Row
from tests.browser import chromium
from tests.browser.conftest import ARGS, READY
from tests.browser.long_channel import MESSAGES, SCROLL, fill
from tests.browser.scripted_app import MANIFEST
from tests.browser.steps import enter

_TIMES = 5

# The time from a click on a channel to its newest message being painted.
_OPENING = """async (newest) => {
  const started = performance.now();
  document.querySelector('.sidebar [data-key="C0RANDOM"]').click();
  while (![...document.querySelectorAll('main .message')].at(-1)?.textContent.includes(newest))
    await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - started;
}"""

# A letter into the message field, until it is laid out.
_TYPING = """async () => {
  const area = document.activeElement;
  const started = performance.now();
  for (let at = 0; at < 20; at += 1) {
    document.execCommand('insertText', false, 'x');
    area.getBoundingClientRect();
  }
  return (performance.now() - started) / 20;
}"""


async def rows(size: int) -> list[Row]:
    """None where there is no Chromium."""
    path = await asyncio.to_thread(chromium.find)
    if path is None:
        return []
    async with _page(path) as page:
        ready, opened = [], []
        for _ in range(_TIMES):
            await page.reload()
            await page.wait_for_selector(READY)
            ready.append(await page.evaluate("performance.getEntriesByName('ready')[0].startTime"))
            await enter(page, "general")
            opened.append(await page.evaluate(_OPENING, f"Message {MESSAGES - 1}"))
        frames = await page.evaluate(SCROLL)
        await page.get_by_role("textbox", name="Message #random").focus()
        typed = await page.evaluate(_TYPING)
    return [
        _row("the page is ready for use", min(ready), 1_000),
        _row("a channel of 2,000 messages is opened", min(opened), 400),
        _row("a frame while they are scrolled, median", frames["median"], 34),
        _row("a frame while they are scrolled, 95 of 100", frames["p95"], 150),
        _row("a letter typed below all of them", typed, 30),
    ]


def _row(name: str, milliseconds: float, goal: float) -> Row:
    return Row(name=name, value=milliseconds, floor=None, goal=goal, sense="<=", size=MESSAGES, unit="ms")


@asynccontextmanager
async def _page(path: str) -> AsyncIterator[Page]:
    async with (
        LocalSlack(manifest=MANIFEST, chatter=True, rate_limits="off") as slack,
        async_playwright() as playwright,
    ):
        fill(slack)
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGS))
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(f"{slack.url}/?user=ada")
        await page.wait_for_selector(READY)
        yield page
        await browser.close()
