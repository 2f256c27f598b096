"""What the command is called: heard from Slack with each use of it, and kept for what is said before the next one."""

from __future__ import annotations

import logging

import asyncpg

from db import workspaces
from db.errors import LodgeError
from db.pool import Database
from handlers.services import Background
from handlers.words import COMMAND, LOCALES, call_command, words

_log = logging.getLogger(__name__)


class Calling:
    """An app has one command, in all workspaces."""

    def __init__(self, database: Database, background: Background) -> None:
        self._database = database
        self._background = background
        self._kept: str | None = COMMAND

    async def recall(self) -> None:
        """At the start; and reads all texts, which takes so long that nobody should wait for it later. Raises Busy,
        Unavailable."""
        async with self._database.connection() as conn:
            name = await workspaces.command(conn)
        if name is not None:
            self._kept = call_command(name)
        for locale in LOCALES:
            words(locale)

    def heard(self, name: str) -> None:
        """Costs nothing while it is the name that is known."""
        called = call_command(name)
        if called != self._kept:
            self._kept = called
            self._background.start(self._keep(called), name="name of the command")

    async def _keep(self, name: str) -> None:
        kept = False
        try:
            async with self._database.connection() as conn:
                kept = await workspaces.call_command(conn, name)
        except (LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.info("the name of the command is not kept yet", extra={"error": type(error).__name__})
        if not kept:
            # With the next use of it: the very first was quicker than its workspace is known.
            self._kept = None
