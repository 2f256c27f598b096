"""The menu of a card or a row: each of its choices is another capability's press."""

from __future__ import annotations

from typing import assert_never

from slack_bolt.async_app import AsyncApp

from handlers.acting import Press, on_press
from handlers.assigning import Assigning
from handlers.closing import Closing
from handlers.commands import Commands
from handlers.commenting import Commenting
from handlers.editing import Editing
from handlers.history import History
from handlers.services import Services
from handlers.showing import Showing
from handlers.views.cards import MORE, More


class Menus:
    def __init__(self, services: Services) -> None:
        self._assigning = Assigning(services)
        self._closing = Closing(services)
        self._commenting = Commenting(services)
        self._editing = Editing(services)
        self._history = History(services)
        self._showing = Showing(services)

    async def chosen(self, press: Press) -> None:
        more = More(press.value.partition(":")[0])
        match more:
            case More.SHOW:
                await self._showing.show(press)
            case More.POST:
                await self._showing.post_here(press)
            case More.HISTORY:
                await self._history.pressed(press)
            case More.ASSIGN_ME:
                await self._assigning.assign_me(press)
            case More.UNASSIGN:
                await self._assigning.unassign_pressed(press)
            case More.START:
                await self._closing.start_pressed(press)
            case More.CLOSE:
                await self._closing.close_pressed(press)
            case More.CLOSE_AS:
                await self._closing.ask_reason(press)
            case More.REOPEN:
                await self._closing.reopen_pressed(press)
            case More.COMMENT:
                await self._commenting.pressed(press)
            case More.EDIT:
                await self._editing.pressed(press)
            case _:
                assert_never(more)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    on_press(app, services, MORE, Menus(services).chosen)
