"""What the command line says to mistakes: in words, without a traceback, with an exit status of 1."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.maintenance import UnknownWorkspace, create_token
from bot.settings import Settings

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def test_the_local_slack_without_a_manifest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["playground", "--manifest", str(tmp_path / "manifest.yml")]) == 1
    assert "manifest.yml is not there" in capsys.readouterr().err


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
