"""Kept numbers of reports: folded from pending changes, exact for readers at any moment, checked and rebuilt."""

from db.rollups.backlog import behind, fold_backlog
from db.rollups.checking import Difference, check_and_repair, differences, workspaces
from db.rollups.folding import BACKLOG_JOB, REBUILD_JOB, fold, take_turn_if_free
from db.rollups.rebuilding import rebuild

__all__ = [
    "BACKLOG_JOB",
    "REBUILD_JOB",
    "Difference",
    "behind",
    "check_and_repair",
    "differences",
    "fold",
    "fold_backlog",
    "rebuild",
    "take_turn_if_free",
    "workspaces",
]
