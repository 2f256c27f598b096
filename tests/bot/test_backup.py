"""A backup as docs/operate.md tells it, by the programs it names, restored into another database, and used."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.embedded import _load
from bot.playground import LocalSlack
from bot.process import running
from tests.scenarios.conftest import MANIFEST, Lodge, said
from tests.settings import settings_for

OPERATE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text()


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as local:
        yield local


def told(program: str) -> list[str]:
    """The words of the documentation's own command."""
    [line] = re.findall(rf"^{program} .*$", OPERATE, re.MULTILINE)
    return shlex.split(line)


async def ran(words: list[str], folder: Path, binaries: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        str(binaries / words[0]), *words[1:], cwd=folder, stderr=asyncio.subprocess.PIPE
    )
    _, error = await process.communicate()
    assert process.returncode == 0, error.decode()


async def binaries(dsn: str) -> Path:
    """pg_dump and pg_restore of the server's version, as the documentation demands, or else the next: they know older
    servers too."""
    conn = await asyncpg.connect(dsn)
    major = conn.get_server_version().major
    await conn.close()
    found: dict[int, Path] = {}
    for folder in (Path(_load().__file__).parent).glob("pginstall*/bin"):
        process = await asyncio.create_subprocess_exec(
            str(folder / "pg_dump"), "--version", stdout=asyncio.subprocess.PIPE
        )
        version, _ = await process.communicate()
        found[int(re.findall(r" (\d+)\.", version.decode())[0])] = folder
    return found[min(version for version in found if version >= major)]


async def contents(dsn: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of them."""
    conn = await asyncpg.connect(dsn)
    tables = await conn.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    found = {}
    for (name,) in tables:
        row = await conn.fetchrow(
            f"SELECT count(*), md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM {name} t"
        )
        found[name] = (row[0], row[1])
    await conn.close()
    return found


async def test_what_was_dumped_is_restored_and_goes_on(
    slack: LocalSlack, db_url: str, empty_db_url: str, tmp_path: Path
) -> None:
    async with running(settings_for(slack, db_url)) as process:
        slack.request_url = f"{process.url}/slack/events"
        lodge = Lodge(slack=slack, process=process)
        await lodge.ask("ada", "new Kept +bug !high")
        await lodge.ask("grace", "comment LDG-1 over the weekend")
        await lodge.ask("ada", "close LDG-1")
    programs = await binaries(db_url)
    dump = ["--dbname=" + db_url if word == "$DATABASE_URL" else word for word in told("pg_dump")]
    await ran(dump, tmp_path, programs)
    restore = [
        re.sub(r"^--dbname=.*", f"--dbname={empty_db_url}", re.sub(r"^--role=.*", "--role=postgres", word))
        for word in told("pg_restore")
    ]
    await ran(restore, tmp_path, programs)
    assert await contents(empty_db_url) == await contents(db_url)
    async with running(settings_for(slack, empty_db_url)) as process:
        slack.request_url = f"{process.url}/slack/events"
        lodge = Lodge(slack=slack, process=process)
        shown = said(await lodge.ask("ada", "show LDG-1"))
        assert "Kept" in shown
        # The numbers go on where they were: their sequences are in the dump.
        assert "LDG-2" in said(await lodge.ask("ada", "new After the restore"))
        assert "Open" in said(await lodge.ask("ada", "reopen LDG-1"))


def test_the_embedded_servers_own_programs_are_there() -> None:
    package = Path(_load().__file__).parent
    for folder in package.glob("pginstall*/bin"):
        assert (folder / "pg_dump").exists()
        assert (folder / "pg_restore").exists()
