"""What somebody has chosen to see in App Home: kept in the view's own metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from db.query import Query, QueryError, Sort, SortKey, parse
from db.query.terms import Choice, ChoiceField
from handlers.views.blocks import cut_mrkdwn
from handlers.words import Mrkdwn

OVERVIEW: Final = "overview"
ASSIGNED: Final = "assigned"
WAITING: Final = "waiting"
FILED: Final = "filed"
ALL: Final = "all"

_OPEN: Final = "-status:closed"
# Each list's own query; `_OPEN` is left out where a filter asks for a state itself.
_BASES: Final[Mapping[str, str]] = {
    ASSIGNED: "assignee:me sort:priority",
    WAITING: "is:waiting",
    FILED: "reporter:me -assignee:me",
    ALL: "",
}
SORTS: Final = (SortKey.UPDATED, SortKey.CREATED, SortKey.PRIORITY, SortKey.DUE)
FILTER_MAX: Final = 500
_KEPT_TEXT_MAX: Final = 600
_SAID_MAX: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The answer to what was done last: it stays on top for a while. `change_id` is what *Undo* takes back."""

    text: str
    change_id: str | None
    at: int

    def kept(self) -> tuple[str, str | None, int]:
        """Cut where no entity or mention is cut in two."""
        return cut_mrkdwn(Mrkdwn(self.text), _SAID_MAX), self.change_id, self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`shown` is a list's name, or the id of a saved query. `pinned` is the saved query on the overview.

    `texts` are the saved queries as they read when they were last shown.
    """

    shown: str = OVERVIEW
    filter: str = ""
    sort: str = ""
    cursor: str | None = None
    pinned: str | None = None
    texts: tuple[tuple[str, str], ...] = ()
    said: Said | None = None

    def metadata(self) -> dict[str, Any]:
        kept = {
            "l": self.shown,
            "f": self.filter,
            "o": self.sort,
            "c": self.cursor,
            "p": self.pinned,
            "t": {name: text for name, text in self.texts if len(text) <= _KEPT_TEXT_MAX},
            "s": self.said.kept() if self.said else None,
        }
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def of_metadata(cls, metadata: Mapping[str, Any]) -> State:
        said = metadata.get("s")
        return cls(
            shown=metadata.get("l", OVERVIEW),
            filter=metadata.get("f", ""),
            sort=metadata.get("o", ""),
            cursor=metadata.get("c"),
            pinned=metadata.get("p"),
            texts=tuple((metadata.get("t") or {}).items()),
            said=Said(text=said[0], change_id=said[1], at=said[2]) if said else None,
        )

    def brief(self) -> dict[str, Any]:
        """What a form opened from Home takes along, to come back to it."""
        return replace(self, texts=(), said=None).metadata()

    def anew(self, **chosen: Any) -> State:
        """Another choice begins at the first page, and what was said before is read."""
        return replace(self, cursor=None, said=None, **chosen)

    @property
    def places(self) -> tuple[str, ...]:
        """The lists that are shown, from the top."""
        if self.shown != OVERVIEW:
            return (self.shown,)
        return (ASSIGNED, WAITING, FILED, *((self.pinned,) if self.pinned else ()))

    @property
    def shows_others(self) -> bool:
        """Whether there may be issues in it that have nothing to do with whose Home it is."""
        return any(place not in (ASSIGNED, WAITING, FILED) for place in self.places)

    @property
    def saved_places(self) -> tuple[str, ...]:
        return tuple(place for place in self.places if place not in _BASES)

    def query(self, place: str, saved: Mapping[str, str]) -> Query | None:
        """What a list asks, with the filter and the order on top. None: the saved query is gone, or unreadable."""
        filtered = read_filter(self.filter)
        if place in _BASES:
            base = parse(_BASES[place])
            if not _asks_for_state(filtered):
                base = replace(base, terms=(*base.terms, *parse(_OPEN).terms))
        elif place in saved:
            base = read_filter(saved[place])
        else:
            return None
        sort = Sort(key=SortKey(self.sort)) if self.sort else filtered.sort or base.sort
        if sort is not None and sort.key is SortKey.RELEVANCE:
            sort = None
        return Query(terms=(*base.terms, *filtered.terms), sort=sort)


def read_filter(text: str) -> Query:
    """What was kept has been read before; should it not be readable any more, it filters nothing."""
    try:
        return parse(text)
    except QueryError:
        return Query()


def _asks_for_state(query: Query) -> bool:
    fields = (ChoiceField.STATUS, ChoiceField.REASON)
    return any(isinstance(term, Choice) and term.field in fields for term in query.terms)
