"""`/issue help [word]`: everything there is, or one thing in detail."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.commands import Call, Commands, Reply
from handlers.services import Services
from handlers.views import helping as view

NAME = "help"
# What a newcomer needs first; the others follow in the order of registration.
FIRST = ("new", "show", "list", "mine", "search", "assign", "comment", "label", "close", "edit")


class Help:
    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def command(self, call: Call) -> Reply:
        word = call.text.strip().split(maxsplit=1)[0] if call.text.strip() else ""
        if not word:
            known = self._commands.subcommands
            names = [name for name in FIRST if name in known]
            names += [name for name in known if name not in names and call.words.has(f"help-{name}")]
            return view.everything(names, call.words, call.command)
        if word.lower() in ("query", "queries", "abfrage"):
            return view.queries(call.words, call.command)
        found = self._commands.find(word)
        if found is None:
            nearest = self._commands.nearest(word)
            return view.unknown(word, nearest, call.words, call.command)
        return view.one(found.name, found.aliases, call.words, call.command)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.add(NAME, Help(commands).command, aliases=("?", "hilfe", "--help", "-h"))
