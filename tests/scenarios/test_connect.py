"""Channels that Slack Connect shares with another organization."""

from __future__ import annotations

from tests.scenarios.conftest import Lodge
from tests.scenarios.dropping import ROWS, as_csv, drop


async def test_a_file_without_its_particulars_is_looked_up(lodge: Lodge) -> None:
    lodge.slack.share_outside("general")
    thread = await drop(lodge, as_csv(ROWS))

    await thread.shows("3 rows")
