"""The tests of a process share one Chromium."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Launcher

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_all_get_the_same_and_after_a_crash_another(launcher: Launcher) -> None:
    first = await launcher.browser()
    assert await launcher.browser() is first
    await first.close()
    second = await launcher.browser()
    assert second is not first
    assert second.is_connected()
