"""The real PgBouncer before the tests' server; `python -m tests.faults.pooler` installs one where there is none."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.faults.ports import free_port

# Seconds; where no package can be had, its tests are left out, and nothing hangs.
_INSTALL_WITHIN = 120
_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"


def find() -> str | None:
    """LODGE_PGBOUNCER, then the usual places."""
    return os.environ.get("LODGE_PGBOUNCER") or shutil.which(
        "pgbouncer", path=f"{os.environ.get('PATH', '')}:{_FOLDERS}"
    )


def install() -> bool:
    """By the system's packages, where we may."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    # Its package would start a service of its own; a policy file keeps it from that.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "pgbouncer"],
    )
    for command in commands:
        try:
            done = subprocess.run(
                command, check=False, stdout=subprocess.DEVNULL, env=environment, timeout=_INSTALL_WITHIN
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def found_or_installed() -> str:
    path = find()
    if path is None and install():
        path = find()
    if path is None:
        pytest.skip(
            "NO PGBOUNCER: nothing of pooling is tested here. Install it, or run as root with apt-get"
        )
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooler:
    dsn: str
    version: tuple[int, int]


@asynccontextmanager
async def pooler(
    dsn: str, *, mode: str = "transaction", size: int = 2, more: str = ""
) -> AsyncIterator[Pooler]:
    """PgBouncer before `dsn`; at most `size` connections to the server, whatever its clients open."""
    with tempfile.TemporaryDirectory(prefix="lodge-pooler-") as folder:
        async with _pooler(found_or_installed(), dsn, Path(folder), mode, size, more) as opened:
            yield opened


@asynccontextmanager
async def _pooler(
    binary: str, dsn: str, folder: Path, mode: str, size: int, more: str
) -> AsyncIterator[Pooler]:
    port = free_port()
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"""
[databases]
lodge = {_target(dsn)}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
reserve_pool_size = 0
max_client_conn = 200
query_wait_timeout = 120
logfile = {folder}/pgbouncer.log
{more}
"""
    )
    command = [binary, str(config)]
    if os.geteuid() == 0:
        # It refuses to run as root, and must reach the server's socket.
        user = _owner(dsn)
        shutil.chown(folder, user)
        command[1:1] = ["-u", user]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(port, process, folder)
        yield Pooler(
            dsn=f"postgresql://postgres@127.0.0.1:{port}/lodge?sslmode=disable", version=_version(binary)
        )
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _owner(dsn: str) -> str:
    host = parse_qs(urlsplit(dsn).query).get("host", [""])[0]
    return Path(host).owner() if host.startswith("/") else "nobody"


def _target(dsn: str) -> str:
    """The server as PgBouncer's configuration names it."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or "127.0.0.1"])[0]
    port = query.get("port", [str(parts.port or 5432)])[0]
    words = [f"dbname={parts.path.lstrip('/')}", f"host={host}", f"port={port}"]
    words.append(f"user={unquote(parts.username or 'postgres')}")
    if parts.password:
        words.append(f"password={unquote(parts.password)}")
    return " ".join(words)


async def _answers(port: int, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.returncode is None, (folder / "pgbouncer.log").read_text()
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _version(binary: str) -> tuple[int, int]:
    told = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    match = re.search(r"(\d+)\.(\d+)", told)
    assert match is not None, told
    return int(match[1]), int(match[2])


if __name__ == "__main__":
    if find() is None and not install():
        sys.exit("No PgBouncer could be installed: install one, or set LODGE_PGBOUNCER to its path")
