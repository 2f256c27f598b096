"""The issue that a command is about."""

from __future__ import annotations

import asyncpg

from db import issues
from db.issues import Issue
from handlers.commands import KEY, Call, Reply


def split_key(text: str) -> tuple[str | None, str]:
    """The key in front, and the rest; None where the text does not begin with one."""
    first, *rest = text.split(maxsplit=1) or [""]
    return (first, rest[0] if rest else "") if KEY.fullmatch(first) else (None, text)


def split_keys(text: str) -> tuple[list[str], str]:
    """All keys in front, and the rest."""
    keys: list[str] = []
    while True:
        key, rest = split_key(text.lstrip(", "))
        if key is None:
            return keys, rest
        keys.append(key.strip(","))
        text = rest


def usage(call: Call, name: str) -> Reply:
    """What the subcommand needs, by example."""
    return Reply(
        text=call.words("usage-needed", usage=call.words.plain(f"usage-{name}", command=call.command))
    )


async def by_key(conn: asyncpg.Connection, call: Call, key: str) -> Issue:
    """Raises NotFound."""
    return await issues.by_ref(conn, call.asker.actor, key)
