import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from bot.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
# Opens the folder's server, says its pid, and waits to be told to leave.
_SHARER = """
import sys
from pathlib import Path
from typing import Any
from bot.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.read()
server.close()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not below pytest's own folder: every pytest that starts closes that to others, the server's user among them.
    with tempfile.TemporaryDirectory(prefix="lodge-embedded-", ignore_cleanup_errors=True) as parent:
        postgres = Path(parent) / "data" / "postgres"
        yield postgres
        # Whatever a failing test left running.
        pid = _postmaster(postgres)
        if pid is not None and psutil.pid_exists(pid):
            os.kill(pid, signal.SIGQUIT)


def _postmaster(folder: Path) -> int | None:
    try:
        return int((folder / "postmaster.pid").read_text().splitlines()[0])
    except OSError:
        return None


def _sharer(folder: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SHARER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _until_gone(pid: int) -> None:
    """The server takes its pid file away, for which who stops it waits, a moment before it ends."""
    until = time.monotonic() + 60
    with contextlib.suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until, f"{pid} runs on"
            time.sleep(0.01)


def _leave(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stdout is not None
    process.stdout.close()


def _ask(dsn: str, statement: str) -> object:
    async def ask() -> object:
        conn = await asyncpg.connect(dsn)
        try:
            return await conn.fetchval(statement)
        finally:
            await conn.close()

    return asyncio.run(ask())


def test_a_second_process_shares_the_server_and_the_last_one_stops_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    other, pid = _sharer(folder)
    assert pid == server.pid
    server.close()
    assert psutil.pid_exists(pid)
    _leave(other)
    _until_gone(pid)


def test_what_was_written_is_there_after_a_stop(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    _ask(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    server.close()
    server = EmbeddedPostgres(folder)
    assert _ask(server.dsn(), "SELECT answer FROM kept") == 42
    server.close()


def test_a_killed_server_with_a_stale_pid_file_is_recovered(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    pid = server.pid
    assert pid is not None
    _ask(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.kill()
    psutil.wait_procs(family, timeout=60)
    server.close()
    assert (folder / "postmaster.pid").exists()
    other, new = _sharer(folder)
    assert new != pid
    again = EmbeddedPostgres(folder)
    assert _ask(again.dsn(), "SELECT answer FROM kept") == 42
    again.close()
    _leave(other)


def test_a_killed_process_does_not_keep_the_server_running_for_ever(folder: Path) -> None:
    other, pid = _sharer(folder)
    other.kill()
    other.wait(10)
    for pipe in (other.stdin, other.stdout):
        assert pipe is not None
        pipe.close()
    server = EmbeddedPostgres(folder)
    assert server.pid == pid
    server.close()
    _until_gone(pid)


def test_a_folder_keeps_the_version_it_was_made_with(folder: Path) -> None:
    EmbeddedPostgres(folder, version=16).close()
    server = EmbeddedPostgres(folder)
    assert str(_ask(server.dsn(), "SHOW server_version")).startswith("16.")
    server.close()


def test_a_server_is_given_time_to_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Watched(subprocess.Popen[str]):
        def __init__(self, args: tuple[str, ...], *rest: Any, **given: Any) -> None:
            asked.append(args)
            super().__init__(args, *rest, **given)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    EmbeddedPostgres(folder).close()
    [start] = [args for args in asked if args[-1] == "start"]
    assert int(start[start.index("-t") + 1]) >= 120
