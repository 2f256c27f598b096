"""Where the servers that a run of the tests starts keep their files."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

# Every test has a database, which is more than 600 files: a disk takes ten times as long as memory to make and
# remove so many, some file systems (ext4, for seconds after others were removed) a hundred times.
_MEMORY = Path("/dev/shm")
# Bytes. A server takes some hundred million; there are two, and other programs.
_ROOM = 4 * 1024**3
_NAME = "lodge-test"


@contextmanager
def place() -> Iterator[Path]:
    """A folder in memory where there is room, else a temporary one on disk; afterwards it is gone."""
    within = _MEMORY if _has_room() else Path(tempfile.gettempdir())
    clear(within)
    with tempfile.TemporaryDirectory(
        prefix=f"{_NAME}-{os.getpid()}-", dir=within, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _has_room() -> bool:
    try:
        return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    except OSError:
        return False


def clear(within: Path) -> None:
    """Runs that were killed leave their servers running, and their files."""
    for left in within.glob(f"{_NAME}-*-*"):
        owner = left.name.removeprefix(f"{_NAME}-").partition("-")[0]
        if not owner.isdigit() or psutil.pid_exists(int(owner)):
            continue
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            server = int((left / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            if "postgres" in psutil.Process(server).name():
                os.kill(server, signal.SIGQUIT)
        shutil.rmtree(left, ignore_errors=True)
