"""The menu of a card or a row: each of its choices is another capability's press."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import Press, PressHandler, carried, on_press
from handlers.assigning import Assigning
from handlers.closing import Closing
from handlers.commands import Commands
from handlers.commenting import Commenting
from handlers.deleting import Deleting
from handlers.editing import Editing
from handlers.history import History
from handlers.notices.telling import Attention
from handlers.notices.watching import Watching
from handlers.services import Services
from handlers.showing import Showing
from handlers.views.cards import MORE, More
from handlers.views.notices import NOTICE


class Menus:
    def __init__(self, services: Services) -> None:
        assigning, closing, watching = Assigning(services), Closing(services), Watching(services)
        showing = Showing(services)
        self._attention = Attention(services)
        self._by_choice: dict[More, PressHandler] = {
            More.SHOW: showing.show,
            More.POST: showing.post_here,
            More.HISTORY: History(services).pressed,
            More.ASSIGN_ME: assigning.assign_me,
            More.UNASSIGN: assigning.unassign_pressed,
            More.START: closing.start_pressed,
            More.CLOSE: closing.close_pressed,
            More.CLOSE_AS: closing.ask_reason,
            More.REOPEN: closing.reopen_pressed,
            More.COMMENT: Commenting(services).pressed,
            More.EDIT: Editing(services).pressed,
            More.DELETE: Deleting(services).pressed,
            More.MUTE: watching.mute_pressed,
            More.WATCH: watching.watch_pressed,
            More.FOLLOW: watching.watch_pressed,
        }
        # A choice that leads nowhere would be found by whoever presses it.
        assert self._by_choice.keys() == set(More)

    async def chosen(self, press: Press) -> None:
        if press.block_id.startswith(f"{NOTICE}:"):
            await self._attention.paid(press.asker)
        await self._by_choice[carried(More, press.value.partition(":")[0])](press)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    on_press(app, services, MORE, Menus(services).chosen)
