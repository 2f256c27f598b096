from __future__ import annotations

import asyncpg
import pytest

from db import duplicates
from db.access import Actor
from db.states import Role
from tests.db.query_data import AWAY, actor, issue, person, workspace


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    await workspace(conn)
    return actor(await person(conn, "Ada Lovelace"))


async def titles(conn: asyncpg.Connection, who: Actor, title: str, text: str = "") -> list[str]:
    return [one.issue.title for one in await duplicates.likely(conn, who, title, text)]


async def test_offers_open_issues_that_say_the_same(conn: asyncpg.Connection, ada: Actor) -> None:
    for title in ("Login fails on Safari", "Export to CSV is slow", "Safari icons are blurred", "Dark mode"):
        await issue(conn, title, indexed=True)
    await issue(conn, "Login failing in Safari", status="closed", indexed=True)
    assert await titles(conn, ada, "Safari login is failing") == ["Login fails on Safari"]
    assert await titles(conn, ada, "csv export slow") == ["Export to CSV is slow"]
    assert await titles(conn, ada, "Something else entirely") == []


async def test_the_text_counts_too(conn: asyncpg.Connection, ada: Actor) -> None:
    said = "After the upgrade the invoice worker stops with a timeout in the billing queue"
    await issue(conn, "Invoices missing", description=said, indexed=True)
    await issue(conn, "Invoice layout", description="The logo is too small on paper", indexed=True)
    assert await titles(conn, ada, "No invoices", f"Hello, {said.lower()} again.") == ["Invoices missing"]


async def test_the_most_alike_come_first_and_no_more_than_three(conn: asyncpg.Connection, ada: Actor) -> None:
    for title in (
        "Upload of large files fails",
        "Upload large files",
        "Upload of files fails",
        "Large upload fails",
    ):
        await issue(conn, title, indexed=True)
    found = await duplicates.likely(conn, ada, "Upload of large files fails")
    assert len(found) == 3
    assert found[0].issue.title == "Upload of large files fails"
    assert found[0].score == 1
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


async def test_offers_only_what_the_asker_may_see(conn: asyncpg.Connection, ada: Actor) -> None:
    await workspace(conn, AWAY)
    await issue(conn, "Login fails on Safari", indexed=True)
    assert await titles(conn, actor(None, workspace_id=AWAY), "Login fails on Safari") == []
    assert await titles(conn, actor(ada.person_id, Role.GUEST), "Login fails on Safari") == []


@pytest.mark.parametrize("title", ["", "the", "a b", "'; --", "!!!", "42", "x" * 255])
async def test_a_title_that_says_nothing_finds_nothing(
    conn: asyncpg.Connection, ada: Actor, title: str
) -> None:
    await issue(conn, "Login fails on Safari", indexed=True)
    assert await titles(conn, ada, title) == []
