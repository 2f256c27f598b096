"""App Home: what is mine, what I filed, and buttons to act on it."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from db import listing
from db.query import parse
from handlers.acting import Press, on_press
from handlers.commands import Commands, Reply
from handlers.listing import assignees
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import home as view
from handlers.words import words

MINE = parse("assignee:me -status:closed sort:priority")
FILED = parse("reporter:me -assignee:me -status:closed")
MOST = 10


async def publish(
    services: Services, client: AsyncWebClient, asker: Asker, notice: Reply | None = None
) -> None:
    async with services.database.connection() as conn:
        mine = await listing.page(conn, asker.actor, MINE, limit=MOST)
        filed = await listing.page(conn, asker.actor, FILED, limit=MOST)
        known = await assignees(conn, asker, mine.items + filed.items)
    drawn = view.home_of(
        mine, filed, people=known, words=words(asker.locale), prefix=asker.workspace.key_prefix, notice=notice
    )
    await client.views_publish(user_id=asker.slack_user_id, view=drawn)


async def answer(press: Press, reply: Reply) -> None:
    """In Home, where nothing can be said beside it, the answer stands on top of it."""
    if press.view is not None and press.view.get("type") == "home":
        await publish(press.services, press.client, press.asker, reply)
    else:
        await press.tell(reply)


class Home:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def opened(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker) -> None:
        if event.get("tab") == "home":
            await publish(self._services, client, asker)

    async def refresh(self, press: Press) -> None:
        await publish(self._services, press.client, press.asker)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    home = Home(services)
    app.event("app_home_opened")(home.opened)
    on_press(app, services, view.REFRESH, home.refresh)
