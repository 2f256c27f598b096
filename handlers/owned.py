"""What people own and manage by a command, a list with buttons and a form: webhooks, both ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import asyncpg

from db import people
from db.access import Actor
from db.ids import PersonId
from handlers.acting import Press
from handlers.commands import Call, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views.owned import Owned, with_notice
from handlers.views.people import People
from handlers.words import Mrkdwn, Words

_NEW: Final = frozenset({"new", "create", "add", "neu"})

Thing = TypeVar("Thing", bound=Owned)


def wants_new(call: Call) -> bool:
    """Whether the form is asked for, and not the list."""
    return call.text.strip().lower() in _NEW


async def listing(
    services: Services,
    asker: Asker,
    spoken: Words,
    find: Callable[[asyncpg.Connection, Actor], Awaitable[Sequence[Thing]]],
    draw: Callable[[Sequence[Thing], PersonId | None, People, Words], Reply],
) -> Reply:
    """What the asker may touch, with whose it is."""
    async with services.database.connection() as conn:
        found = await find(conn, asker.actor)
        known = await people.get_many(conn, asker.actor, list({each.owner_id for each in found}))
    return draw(found, asker.actor.person_id, known, spoken)


async def redraw(press: Press, said: Mrkdwn, left: Reply) -> None:
    """What is left, below what was just done."""
    await press.replace(with_notice(said, left))
