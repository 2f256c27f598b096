"""Draws one chart. Imported by the drawing process alone."""

from __future__ import annotations

import io
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

# A background of its own makes a picture readable whether the reader's Slack is light or dark. The colours
# are told apart by the colour-blind, and by their hatching in black and white.
_PAPER: Final = "#fbfbf8"
_INK: Final = "#22262b"
_LINES: Final = "#d5d7d3"
_COLOURS: Final = ("#1f6f8b", "#e0902f", "#3f8f4f", "#8a5aa8", "#b8443b", "#6b7280")
_HATCHES: Final = ("", "///", "...", "xxx", "\\\\\\", "++")
_WIDTH: Final = 8.0
_HEIGHT: Final = 4.2
_DPI: Final = 160
_MARGIN: Final = 0.18


def draw(spec: dict[str, Any]) -> bytes:
    """A PNG of what `Chart.spec()` describes."""
    layout = ConstrainedLayoutEngine(w_pad=_MARGIN, h_pad=_MARGIN)
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI, facecolor=_PAPER, layout=layout)
    axes = figure.add_subplot()
    match spec["kind"]:
        case "bar":
            _bars(axes, spec)
        case _:
            _lines(axes, spec)
    _frame(axes, spec)
    out = io.BytesIO()
    # Not by savefig, which goes through all of it once more, to lay it out.
    FigureCanvasAgg(figure).print_png(out)  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    return out.getvalue()


def _bars(axes: Axes, spec: dict[str, Any]) -> None:
    series = spec["series"]
    width = 0.8 / len(series)
    for place, one in enumerate(series):
        positions = [x - 0.4 + width * (place + 0.5) for x in range(len(spec["categories"]))]
        bars = axes.bar(
            positions,
            one["values"],
            width * 0.92,
            label=_shown(one["name"]),
            color=_COLOURS[place % len(_COLOURS)],
            hatch=_HATCHES[place % len(_HATCHES)],
            edgecolor=_PAPER,
            linewidth=0.5,
        )
        if len(positions) * len(series) <= 24:
            axes.bar_label(
                bars, labels=[_told(n, spec) for n in one["values"]], padding=2, fontsize=8, color=_INK
            )


def _lines(axes: Axes, spec: dict[str, Any]) -> None:
    places = range(len(spec["categories"]))
    for place, one in enumerate(spec["series"]):
        axes.plot(
            places,
            one["values"],
            marker="osD^vP"[place % 6],
            color=_COLOURS[place % len(_COLOURS)],
            linewidth=2,
            label=_shown(one["name"]),
        )
    axes.set_ylim(bottom=0)


def _frame(axes: Axes, spec: dict[str, Any]) -> None:
    names = [_shown(name) for name in spec["categories"]]
    slanted = sum(len(name) + 2 for name in names) > 95
    axes.set_title(_shown(spec["title"]), loc="left", fontsize=13, color=_INK, pad=12, fontweight="bold")
    axes.set_xticks(range(len(names)))
    axes.set_xticklabels(names, rotation=35 if slanted else 0, ha="right" if slanted else "center")
    axes.set_xlabel(_shown(spec["x_label"]), color=_INK)
    axes.set_ylabel(_shown(spec["y_label"]), color=_INK)
    axes.tick_params(colors=_INK, labelsize=9, length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=_whole(spec)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: _told(number, spec)))
    axes.set_facecolor(_PAPER)
    axes.grid(axis="y", color=_LINES, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_INK)
    axes.margins(y=0.12)
    if len(spec["series"]) > 1:
        # Beside the title, where no bar can reach.
        axes.legend(
            frameon=False,
            fontsize=9,
            labelcolor=_INK,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=len(spec["series"]),
        )


def _whole(spec: dict[str, Any]) -> bool:
    return all(float(value).is_integer() for one in spec["series"] for value in one["values"])


def _told(number: float, spec: dict[str, Any]) -> str:
    """Three figures of what is no whole number, and all of what is; as the reader writes it."""
    whole = float(number).is_integer() or abs(number) >= 100
    text = f"{number:,.0f}" if whole else f"{number:.3g}"
    return text.translate({ord(","): spec["thousands"], ord("."): spec["decimal"]})


def _shown(text: str) -> str:
    """Letter by letter: a dollar sign would begin a formula, and a leading underscore hide a legend's entry."""
    escaped = text.replace("$", r"\$")
    return f"\u200a{escaped}" if escaped.startswith("_") else escaped
