"""Kept numbers of reports: folded from pending changes, exact for readers at any moment, checked and rebuilt."""

from db.rollups.checking import Difference, check_and_repair, differences, workspaces
from db.rollups.folding import REBUILD_JOB, fold
from db.rollups.rebuilding import rebuild

__all__ = ["REBUILD_JOB", "Difference", "check_and_repair", "differences", "fold", "rebuild", "workspaces"]
