"""What the command line says to mistakes: in words, without a traceback, with an exit status of 1."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import asyncpg
import pytest

from bot.__main__ import main
from bot.maintenance import UnknownWorkspace, create_token
from bot.settings import Settings
from tests.db.worlds import make_world

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def test_the_local_slack_without_a_manifest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["playground", "--manifest", str(tmp_path / "manifest.yml")]) == 1
    assert "manifest.yml is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [b\n", "is no YAML: while parsing"),
        (b"\xff\xfe", "is no YAML"),
        (b"features: 3\n", "is YAML, but no manifest"),
        (b"just words\n", "is YAML, but no manifest"),
        (b"features: {slash_commands: [{description: x}]}\n", "is YAML, but no manifest"),
    ],
)
def test_the_local_slack_with_something_else_for_a_manifest(
    content: bytes, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_bytes(content)
    assert main(["playground", "--manifest", str(manifest)]) == 1
    assert told in capsys.readouterr().err


def test_the_local_slack_on_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["playground", "--manifest", str(MANIFEST), "--port", str(port)]) == 1
    assert "address already in use" in capsys.readouterr().err


async def test_a_token_for_a_workspace_where_nobody_has_been(db_url: str) -> None:
    settings = Settings(database_url=db_url)
    with pytest.raises(UnknownWorkspace, match=r"no workspace T0NOWHERE: .* typed /issue"):
        await create_token(settings, workspace="T0NOWHERE", name="ci", role="member", lifetime=None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["playground", "--port", "65536"], "'65536' is no number from 0 to 65535"),
        (["demo", "--port", "many"], "'many' is no number from 0 to 65535"),
        (
            ["token", "create", "--workspace", "T1", "--name", "ci", "--days", "0"],
            "'0' is no number from 1 to 36500",
        ),
        (
            ["token", "create", "--workspace", "T1", "--name", "ci", "--days=-1"],
            "'-1' is no number from 1 to 36500",
        ),
    ],
)
def test_numbers_that_cannot_be(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert told in capsys.readouterr().err


async def test_a_whole_token_can_be_revoked_as_it_stands(
    conn: asyncpg.Connection, db_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = await make_world(conn)
    settings = Settings(database_url=db_url)
    token = await create_token(
        settings, workspace=world.workspace_id, name="ci", role="member", lifetime=None
    )
    monkeypatch.setenv("DATABASE_URL", db_url)
    assert await asyncio.to_thread(main, ["token", "revoke", token]) == 0
    assert await conn.fetchval("SELECT revoked_at IS NOT NULL FROM tokens")
    assert await asyncio.to_thread(main, ["token", "revoke", f"ldg_nobodys_{token[-10:]}"]) == 1
    said = capsys.readouterr()
    assert said.err == "lodge: no token nobodys\n"
    assert token[-10:] not in said.out + said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["people", "erase", "T1", "U1", "--yes"],
        ["rollups", "check"],
        ["rollups", "rebuild"],
    ],
)
async def test_what_works_on_what_is_there_migrates_nothing(
    empty_db_url: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_db_url)
    assert await asyncio.to_thread(main, arguments) == 1
    assert capsys.readouterr().err == "lodge: The database is not up to date: run `lodge migrate` first.\n"
    conn = await asyncpg.connect(empty_db_url)
    assert await conn.fetchval("SELECT to_regclass('workspaces')") is None
    await conn.close()
