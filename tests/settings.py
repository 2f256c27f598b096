"""The settings of a bot that a test runs beside its local Slack."""

from __future__ import annotations

from typing import Any

from bot.playground import LocalSlack
from bot.settings import Settings


def settings_for(slack: LocalSlack, database_url: str | None, **more: Any) -> Settings:
    """On a port that the system chooses."""
    return Settings(
        database_url=database_url,
        port=0,
        slack_signing_secret=slack.signing_secret,
        slack_bot_token=slack.bot_token,
        slack_api_url=slack.api_url,
        log="text",
        **more,
    )
