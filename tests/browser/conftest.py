"""A headless Chromium, a local Slack, and an app that says what the test tells it to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.playground import LocalSlack
from tests.browser import chromium
from tests.browser.scripted_app import MANIFEST, ScriptedApp

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = "body[data-ready]"

# Milliseconds, to end what hangs; how fast the page is, is measured by tests/bench/page.py.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium.find()
    if path is None:
        pytest.fail("no Chromium: run `python -m tests.browser.chromium`, or set LODGE_CHROMIUM")
    return path


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium_path, args=list(ARGS), timeout=2 * PATIENCE
        )
        yield launched
        await launched.close()


@pytest.fixture
async def app() -> AsyncIterator[ScriptedApp]:
    async with ScriptedApp() as scripted:
        yield scripted


@pytest.fixture
async def slack(app: ScriptedApp) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(request_url=app.url, manifest=MANIFEST, chatter=True, rate_limits="off") as local:
        app.use(local)
        yield local


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(url, "ada")`: that person's window. Errors in the page fail the test."""
    troubles: list[str] = []

    async with AsyncExitStack() as stack:

        async def open_(url: str, user: str, path: str = "", **options: Any) -> Page:
            options.setdefault("viewport", {"width": 1280, "height": 800})
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            await page.goto(f"{url}/?user={user}{path}")
            await page.wait_for_selector(READY)
            return page

        yield open_
    assert troubles == []


@pytest.fixture
async def page(slack: LocalSlack, open_page: OpenPage) -> Page:
    """Ada's window on the local Slack."""
    return await open_page(slack.url, "ada")
