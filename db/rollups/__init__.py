"""Kept numbers of reports: folded from pending changes, exact for readers at any moment, checked and rebuilt."""

from db.rollups.checking import Difference, check_and_repair, differences
from db.rollups.folding import fold
from db.rollups.rebuilding import rebuild

__all__ = ["Difference", "check_and_repair", "differences", "fold", "rebuild"]
