"""A headless Chromium, a local Slack, and an app that says what the test tells it to.

The tests of a process share the Chromium, and with it an event loop; each has windows of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

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


class Launcher:
    """One Chromium for all tests of this process; another after one that has crashed."""

    def __init__(self, playwright: Playwright, path: str) -> None:
        self._playwright = playwright
        self._path = path
        self._launched: Browser | None = None

    async def browser(self) -> Browser:
        if self._launched is None or not self._launched.is_connected():
            self._launched = await self._playwright.chromium.launch(
                executable_path=self._path, args=list(ARGS), timeout=2 * PATIENCE
            )
        return self._launched

    async def close(self) -> None:
        if self._launched is not None:
            await self._launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launcher(chromium_path: str) -> AsyncIterator[Launcher]:
    async with async_playwright() as playwright:
        launcher = Launcher(playwright, chromium_path)
        yield launcher
        await launcher.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(launcher: Launcher) -> Browser:
    return await launcher.browser()


@pytest_asyncio.fixture(loop_scope="session")
async def app() -> AsyncIterator[ScriptedApp]:
    async with ScriptedApp() as scripted:
        yield scripted


@pytest_asyncio.fixture(loop_scope="session")
async def slack(app: ScriptedApp) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(request_url=app.url, manifest=MANIFEST, chatter=True, rate_limits="off") as local:
        app.use(local)
        yield local


@pytest_asyncio.fixture(loop_scope="session")
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


@pytest_asyncio.fixture(loop_scope="session")
async def page(slack: LocalSlack, open_page: OpenPage) -> Page:
    """Ada's window on the local Slack."""
    return await open_page(slack.url, "ada")
