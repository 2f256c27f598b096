"""The Web API of the local Slack."""

from bot.playground.api.dispatch import serve

__all__ = ["serve"]
