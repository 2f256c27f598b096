"""Servers of runs that were killed are ended by the next run; those of runs that go on are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.places import clear, place


def dead() -> int:
    """The id of a process that was."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_killed_runs_left_is_cleared(tmp_path: Path) -> None:
    left, mine, other = (
        tmp_path / f"lodge-test-{owner}" for owner in (f"{dead()}-a", f"{os.getpid()}-b", "old")
    )
    for folder in (left, mine, other):
        (folder / "postgres").mkdir(parents=True)
    clear(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


def test_a_place_is_gone_afterwards() -> None:
    with place() as folder:
        (folder / "file").write_text("")
    assert not folder.exists()
