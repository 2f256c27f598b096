"""App Home: what is shown there, read in few statements, and who has it open."""

from db.homes.keeping import Home, forget_old, of_person, seen_since
from db.homes.lists import Activity, Shown, Tried, Wanted, show, try_out

__all__ = [
    "Activity",
    "Home",
    "Shown",
    "Tried",
    "Wanted",
    "forget_old",
    "of_person",
    "seen_since",
    "show",
    "try_out",
]
