"""What somebody chooses in Home: a list, its order, another page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from handlers.acting import Press
from handlers.publishing import publish
from handlers.requesting import Asker
from handlers.services import Services
from handlers.settings import open_settings
from handlers.views import home as view
from handlers.views.home import State


class Choosing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def opened(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker) -> None:
        """As it was left, from its first page."""
        if event.get("tab") == "home":
            state = view.metadata_of(event.get("view")).anew()
            await publish(self._services, client, asker, state)

    async def refresh(self, press: Press) -> None:
        await self._publish(press, replace(view.metadata_of(press.view), said=None))

    async def show(self, press: Press) -> None:
        await self._publish(press, view.metadata_of(press.view).anew(shown=press.value))

    async def sort(self, press: Press) -> None:
        await self._publish(press, view.metadata_of(press.view).anew(sort=view.read_sort(press.value)))

    async def turn(self, press: Press) -> None:
        state = view.metadata_of(press.view).anew()
        await self._publish(press, replace(state, cursor=press.value or None))

    async def clear(self, press: Press) -> None:
        await self._publish(press, view.metadata_of(press.view).anew(filter=""))

    async def pin(self, press: Press) -> None:
        await self._publish(press, view.metadata_of(press.view).anew(pinned=press.value or None))

    async def settings(self, press: Press) -> None:
        await open_settings(self._services, press)

    async def _publish(self, press: Press, state: State) -> None:
        await publish(self._services, press.client, press.asker, state)
