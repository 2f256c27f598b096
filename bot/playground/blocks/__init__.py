"""Block Kit as Slack checks it: pure functions from JSON to a list of faults."""

from bot.playground.blocks.check import Fault, characters, check_message, check_suggestions, check_view

__all__ = ["Fault", "characters", "check_message", "check_suggestions", "check_view"]
