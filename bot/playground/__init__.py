"""A local Slack: the Web API, delivery to an app, people who use it, and a page."""

from bot.playground.app import create_playground
from bot.playground.config import PlaygroundConfig
from bot.playground.interactions import Outcome, PersonError
from bot.playground.local import LocalSlack, run_playground
from bot.playground.people import Person

__all__ = [
    "LocalSlack",
    "Outcome",
    "Person",
    "PersonError",
    "PlaygroundConfig",
    "create_playground",
    "run_playground",
]
