"""Charts are drawn by a process of their own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from handlers.charts import Drawer, NotDrawn
from handlers.charts.drawing import split
from handlers.views.reports.sheet import Chart, Series

PNG = b"\x89PNG\r\n\x1a\n"


def chart(kind: str = "bar", **changed: object) -> Chart:
    values: dict[str, object] = {
        "title": "What costs $5, and _more_",
        "categories": ("Ada", "Grace", "$x^2$"),
        "series": (
            Series(name="_Open", values=(1.0, 2.0, 3.0)),
            Series(name="Closed", values=(0.0, 0.5, 9.0)),
        ),
        "x_label": "Person",
        "y_label": "Issues",
    }
    return Chart(kind=kind, **(values | changed))  # type: ignore[arg-type]  # a test's shorthand


async def test_every_kind_of_chart_is_drawn() -> None:
    pictures = await Drawer().draw([chart(kind).spec() for kind in ("bar", "line", "area")])
    assert [picture[:8] for picture in pictures] == [PNG] * 3
    assert len(set(pictures)) == 3


async def test_nothing_is_started_for_nothing() -> None:
    assert await Drawer().draw([]) == []


async def test_what_cannot_be_drawn_is_an_error_and_no_hang() -> None:
    with pytest.raises(NotDrawn):
        await Drawer().draw([{"kind": "bar"}])


async def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(NotDrawn):
        await Drawer(timeout=0.01).draw([chart().spec()])


async def test_the_event_loop_goes_on_while_charts_are_drawn() -> None:
    specs = [chart().spec() for _ in range(3)]
    drawing = asyncio.ensure_future(Drawer().draw(specs))
    worst = 0.0
    while not drawing.done():
        began = time.perf_counter()
        await asyncio.sleep(0)
        worst = max(worst, time.perf_counter() - began)
    assert len(drawing.result()) == 3
    assert worst < 0.5


def test_the_bot_does_not_carry_matplotlib_around() -> None:
    code = (
        "import sys, bot.process, handlers; sys.exit(any(m in sys.modules for m in ('matplotlib', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pictures_are_told_apart_by_their_length() -> None:
    assert split(b"\x00\x00\x00\x02ab\x00\x00\x00\x01c") == [b"ab", b"c"]
