"""A report ready to be shown: what blocks, plain text, CSV and a drawn picture are all made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol

from db.ids import IssueId
from handlers.words import Mrkdwn


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`text` for people, letter by letter; `number` for sorting and CSV, else `data` for CSV where it is not the text;
    `user` a Slack id to mention."""

    text: str
    number: float | None = None
    data: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`key` heads the column in CSV and is the same in every language."""

    key: str
    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Without rows it is shown nowhere but in CSV. `charted`: where a chart of Slack's own shows it, it is left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    charted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`kind`: bar or line. Every series has a value for every category. `locale`: as its numbers are written."""

    kind: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: str
    y_label: str
    locale: str

    def spec(self) -> dict[str, Any]:
        """What the drawing process is told."""
        return {
            "kind": self.kind,
            "title": self.title,
            "categories": list(self.categories),
            "series": [{"name": s.name, "values": list(s.values)} for s in self.series],
            "x_label": self.x_label,
            "y_label": self.y_label,
            "decimal": get_decimal_symbol(self.locale),
            "thousands": get_group_symbol(self.locale),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueList:
    """A line for each issue; and what a menu calls it, with its id."""

    heading: Mrkdwn
    lines: tuple[Mrkdwn, ...]
    issues: tuple[tuple[str, IssueId], ...]

    @property
    def text(self) -> Mrkdwn:
        return Mrkdwn("\n".join([f"*{self.heading}*", *self.lines]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`lines` are the report in words; `computed` says how its numbers come about."""

    name: str
    title: str
    subtitle: Mrkdwn
    lines: tuple[Mrkdwn, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    computed: Mrkdwn
    lists: tuple[IssueList, ...] = ()
