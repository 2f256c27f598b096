"""The sort orders, each with the index that has it and the row comparison that finds a place in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from db.query.cursors import Cursor
from db.query.fragments import Parameters
from db.query.terms import DateField, Sort, SortKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All columns run the same way, so that one row comparison tells what comes after a place.

    `keys` are SQL with its type. `parted`: the index keeps open and closed apart. `inner`: the
    indexes of assignee, reporter and priority have this order too. `held`: what else its index has.
    """

    keys: tuple[tuple[LiteralString, LiteralString], ...]
    descending: bool
    parted: bool = True
    bounded_by: DateField | None = None
    inner: bool = False
    held: frozenset[str] = frozenset()


_ID: Final[tuple[LiteralString, LiteralString]] = ("i.issue_id", "uuid")
_UPDATED: Final[tuple[LiteralString, LiteralString]] = ("i.updated_at", "timestamptz")

ORDERS: Final[dict[SortKey, Order]] = {
    SortKey.UPDATED: Order(keys=(_UPDATED, _ID), descending=True, bounded_by=DateField.UPDATED, inner=True),
    SortKey.CREATED: Order(
        keys=(("i.created_at", "timestamptz"), _ID), descending=True, bounded_by=DateField.CREATED
    ),
    SortKey.PRIORITY: Order(
        keys=(("(-i.priority)", "smallint"), _UPDATED, _ID),
        descending=True,
        held=frozenset({"i.priority", "i.due_on"}),
    ),
    SortKey.DUE: Order(
        keys=(("coalesce(i.due_on, 'infinity'::date)", "date"), _ID),
        descending=False,
        bounded_by=DateField.DUE,
        held=frozenset({"i.due_on"}),
    ),
    SortKey.NUMBER: Order(keys=(("i.number", "bigint"),), descending=False, parted=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """An order as one page reads it: perhaps reversed, perhaps from a cursor on."""

    order: Order
    descending: bool
    cursor: Cursor | None

    @property
    def _way(self) -> LiteralString:
        return " DESC" if self.descending else " ASC"

    @property
    def selected(self) -> LiteralString:
        """The keys as columns k0, k1... of a SELECT from `issues i`."""
        columns: LiteralString = ""
        for name, (sql, _) in zip(_NAMES, self.order.keys, strict=False):
            columns += ", " + sql + " AS " + name
        return columns

    @property
    def kept(self) -> LiteralString:
        """The id and the keys: what the rest of a row is fetched by, and sorted by again."""
        return ", ".join(["i.issue_id", *["i." + name for name in _NAMES[: len(self.order.keys)]]])

    @property
    def inside(self) -> LiteralString:
        """ORDER BY where `issues i` is at hand."""
        return ", ".join([sql + self._way for sql, _ in self.order.keys])

    @property
    def outside(self) -> LiteralString:
        """ORDER BY where only the columns k0, k1... are."""
        return ", ".join([name + self._way for name, _ in zip(_NAMES, self.order.keys, strict=False)])

    @property
    def position(self) -> LiteralString:
        """What a cursor on a row holds."""
        return (
            "ARRAY["
            + ", ".join([name + "::text" for name, _ in zip(_NAMES, self.order.keys, strict=False)])
            + "]"
        )

    def after_cursor(self, parameters: Parameters) -> str:
        """The condition that a row of `issues i` comes after the cursor; true without one."""
        if self.cursor is None:
            return "true"
        columns: LiteralString = ", ".join([sql for sql, _ in self.order.keys])
        return parameters.fill(self._after(columns), *self.cursor.values)

    def _after(self, columns: LiteralString) -> LiteralString:
        # The SELECT hides the value from the planner, which else plans every page anew for a better guess.
        places: LiteralString = ", ".join(["(SELECT {}::text::" + kind + ")" for _, kind in self.order.keys])
        compare: LiteralString = " < " if self.descending else " > "
        return "(" + columns + ")" + compare + "(" + places + ")"

    def after_cursor_outside(self, parameters: Parameters) -> str:
        """As `after_cursor`, where only the columns k0, k1... are."""
        if self.cursor is None:
            return "true"
        columns: LiteralString = ", ".join(["i." + name for name in _NAMES[: len(self.order.keys)]])
        return parameters.fill(self._after(columns), *self.cursor.values)

    @property
    def after_asked(self) -> LiteralString:
        """As `after_cursor`, where the cursors' values are the `asked_names` of a table `asked`, as text."""
        columns: LiteralString = ", ".join([sql for sql, _ in self.order.keys])
        places: LiteralString = ", ".join(
            [
                "asked." + name + "::" + kind
                for name, (_, kind) in zip(self.asked_names, self.order.keys, strict=True)
            ]
        )
        compare: LiteralString = " < " if self.descending else " > "
        return "(" + columns + ")" + compare + "(" + places + ")"

    @property
    def asked_names(self) -> tuple[LiteralString, ...]:
        return _ASKED_NAMES[: len(self.order.keys)]


_NAMES: Final[tuple[LiteralString, ...]] = ("k0", "k1", "k2")
_ASKED_NAMES: Final[tuple[LiteralString, ...]] = ("after0", "after1", "after2")


def direction(sort: Sort, cursor: Cursor | None) -> Direction:
    order = ORDERS[SortKey.UPDATED if sort.key is SortKey.RELEVANCE else sort.key]
    backwards = cursor is not None and cursor.backwards
    return Direction(order=order, descending=order.descending ^ sort.reverse ^ backwards, cursor=cursor)
