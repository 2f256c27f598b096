"""`/issue help [word]`: everything there is, or one thing in detail."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import Press, on_press
from handlers.commands import Call, Commands, Reply
from handlers.services import Services
from handlers.views import helping as view
from handlers.words import Words

NAME = "help"


class Help:
    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def command(self, call: Call) -> Reply:
        word = call.text.strip().split(maxsplit=1)[0] if call.text.strip() else ""
        if not word:
            return view.everything(self._names(call.words), call.words, call.command)
        if word.lower() in ("query", "queries", "abfrage"):
            return view.queries(call.words, call.command)
        found = self._commands.find(word)
        if found is None:
            nearest = self._commands.nearest(word)
            return view.unknown(word, nearest, call.words, call.command)
        return view.one(found.name, found.aliases, call.words, call.command)

    async def opened(self, press: Press) -> None:
        """From App Home, where nothing can be said beside it."""
        await press.open(view.sheet(self._names(press.words), press.words, press.words.command))

    def _names(self, words: Words) -> list[str]:
        return [name for name in self._commands.subcommands if words.has(f"help-{name}")]


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    helping = Help(commands)
    commands.add(NAME, helping.command, aliases=("?", "hilfe", "--help", "-h"))
    on_press(app, services, view.OPEN, helping.opened)
