"""The whole bot on the database of DATABASE_URL, worker included, installed in one made-up workspace. Prints its port.

Slack itself is not called: the person who asks is known already.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import asyncpg
import uvloop

from bot.logs import set_up_logs
from bot.process import Options, running, settle_memory
from bot.settings import Settings
from db import people, workspaces
from db.ids import SlackUserId, WorkspaceId
from db.migrate import migrate
from db.states import Role
from handlers.installing import Installation
from tests.bench.load import SECRET, TEAM, USER


class Installed:
    def forget(self, workspace_id: str) -> None:
        return

    def known(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        return _INSTALLATION if team_id == _INSTALLATION.workspace_id else None

    async def find(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        return self.known(team_id=team_id, enterprise_id=enterprise_id)


_INSTALLATION = Installation(
    workspace_id=WorkspaceId(os.environ.get("BENCH_WORKSPACE", TEAM)),
    name="bench",
    bot_token="xoxb-bench",
    bot_user_id=SlackUserId("U0BOT"),
    bot_id="B0BENCH",
)


async def prepare(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=__import__("json").loads)
    await migrate(conn)
    await workspaces.ensure(conn, _INSTALLATION.workspace_id, "bench")
    await people.ensure_slack(
        conn,
        _INSTALLATION.workspace_id,
        SlackUserId(USER),
        name="Bench",
        email=None,
        role=Role.MEMBER,
        timezone="UTC",
        locale="en",
    )
    await conn.close()


class Counted:
    """How many statements were sent, BEGIN and COMMIT too."""

    def __init__(self) -> None:
        self._number = 0

    def __str__(self) -> str:
        return str(self._number)

    def begin(self) -> None:
        """From here on, on every connection that is made."""
        made = asyncpg.Connection.__init__

        def make(conn: asyncpg.Connection, *args: object, **options: object) -> None:
            made(conn, *args, **options)
            conn.add_query_logger(self._count)

        asyncpg.Connection.__init__ = make

    def _count(self, _: object) -> None:
        self._number += 1


counted = Counted()


async def main() -> None:
    if os.environ.get("BENCH_COUNT") == "1":
        counted.begin()
    set_up_logs("text", level=logging.WARNING)
    dsn = os.environ["DATABASE_URL"]
    await prepare(dsn)
    settings = Settings(
        database_url=dsn,
        port=0,
        slack_signing_secret=SECRET,
        slack_bot_token="xoxb-bench",
        slack_api_url=os.environ.get("BENCH_SLACK", "http://127.0.0.1:9/api/"),
    )
    async with running(
        settings, Options(installations=Installed(), work=os.environ.get("BENCH_WORK", "1") == "1")
    ) as process:
        settle_memory()
        print(process.port, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(counted, flush=True)


if __name__ == "__main__":
    uvloop.run(main())
