"""Charts are drawn by a process of their own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from handlers.charts import Drawer, NotDrawn, Patience
from handlers.charts.process import DrawingProcess
from handlers.rush import Rush
from handlers.views.reports.sheet import Chart, Series

PNG = b"\x89PNG\r\n\x1a\n"
# However busy the machine is.
LONG = 600.0


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
        "locale": "en",
    }
    return Chart(kind=kind, **(values | changed))  # type: ignore[arg-type]  # a test's shorthand


SPEC = chart().spec()


@asynccontextmanager
async def drawing(*, meek: float = LONG, polite: float = LONG, idle: float = LONG) -> AsyncIterator[Drawer]:
    drawer = Drawer(Patience(meek=meek, polite=polite, idle=idle))
    yield drawer
    await drawer.close()


def processes() -> list[psutil.Process]:
    """Those that draw for this one."""
    return [child for child in psutil.Process().children() if _draws(child)]


def process() -> psutil.Process:
    (only,) = processes()
    return only


def _draws(child: psutil.Process) -> bool:
    try:
        return any("charts" in part for part in child.cmdline())
    except psutil.Error:
        return False


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not holds():
            await asyncio.sleep(0.02)


def over(pid: int) -> bool:
    """Gone, or dead and not yet taken note of by whoever inherited it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_every_kind_of_chart_is_drawn() -> None:
    async with drawing() as drawer:
        pictures = await drawer.draw([chart(kind).spec() for kind in ("bar", "line")])
    assert [picture[:8] for picture in pictures] == [PNG] * 2
    assert len(set(pictures)) == 2


async def test_numbers_of_a_picture_are_written_as_the_reader_writes_them() -> None:
    parts, wholes = [(Series(name="Open", values=(n, 1.0, 2.0)),) for n in (0.5, 3.0)]
    specs = [
        chart(series=series, locale=locale).spec() for series in (parts, wholes) for locale in ("en", "de")
    ]
    async with drawing() as drawer:
        half, halb, three, drei = await drawer.draw(specs)
    assert half != halb
    assert three == drei


def test_numbers_of_a_picture_are_whole_or_have_three_figures() -> None:
    from handlers.charts.figure import _told

    english, german = [chart(locale=locale).spec() for locale in ("en", "de")]
    numbers = (0.0, 0.05, 2.333, 99.96, 1234.56, 12_345_678.0)
    assert [_told(n, english) for n in numbers] == ["0", "0.05", "2.33", "100", "1,235", "12,345,678"]
    assert [_told(n, german) for n in numbers] == ["0", "0,05", "2,33", "100", "1.235", "12.345.678"]


async def test_nothing_is_started_for_nothing() -> None:
    async with drawing() as drawer:
        assert await drawer.draw([]) == []
        assert processes() == []


async def test_one_process_draws_for_all_who_ask_and_each_gets_what_they_asked_for() -> None:
    specs = [chart(title=f"Chart {number}").spec() for number in range(5)]
    async with drawing() as drawer:
        together = [picture for (picture,) in await asyncio.gather(*(drawer.draw([spec]) for spec in specs))]
        first = process().pid
        assert await drawer.draw(specs) == together
        assert process().pid == first


async def test_what_cannot_be_drawn_is_an_error_that_says_why_and_the_next_is_drawn() -> None:
    async with drawing() as drawer:
        with pytest.raises(NotDrawn, match="series"):
            await drawer.draw([{"kind": "bar"}])
        assert len(await drawer.draw([SPEC])) == 1


async def test_the_event_loop_goes_on_while_a_chart_is_drawn() -> None:
    async with drawing() as drawer:
        await drawer.draw([SPEC])
        held = process()
        # As long as it is held, nothing can be drawn, however long others take for their work.
        held.suspend()
        asked = asyncio.create_task(drawer.draw([SPEC]))
        served = await _a_request_and_its_answer()
        assert served == b"answer"
        assert not asked.done()
        held.resume()
        assert len(await asked) == 1


async def _a_request_and_its_answer() -> bytes:
    """A round trip over a socket, for which this event loop must turn many times on both sides."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"answer")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"request\n")
        answered = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answered


async def test_a_process_that_died_is_replaced() -> None:
    async with drawing() as drawer:
        await drawer.draw([SPEC])
        process().kill()
        assert len(await drawer.draw([SPEC])) == 1


async def test_a_process_that_dies_while_it_draws_is_replaced() -> None:
    async with drawing() as drawer:
        await drawer.draw([SPEC])
        held = process()
        held.suspend()
        asked = asyncio.create_task(drawer.draw([SPEC]))
        await asyncio.sleep(0)
        held.kill()
        assert len(await asked) == 1


async def test_a_process_that_does_not_get_on_is_replaced_by_one_that_insists_more() -> None:
    async with drawing(meek=0.05) as drawer:
        await drawer.draw([SPEC])
        held = process()
        held.suspend()
        assert len(await drawer.draw([SPEC])) == 1
        assert over(held.pid)
        assert process().nice() == 10


async def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    async with drawing(meek=0, polite=0) as drawer:
        with pytest.raises(NotDrawn):
            await drawer.draw([SPEC])


async def test_a_process_that_is_not_needed_ends_and_another_is_started_when_it_is() -> None:
    async with drawing(idle=0) as drawer:
        await drawer.draw([SPEC])
        await until(lambda: not processes())
        assert len(await drawer.draw([SPEC])) == 1


async def test_a_drawing_that_nobody_waits_for_any_more_does_not_answer_the_next() -> None:
    other = chart(title="Another").spec()
    async with drawing() as drawer:
        (expected,) = await drawer.draw([other])
        process().suspend()
        asked = asyncio.create_task(drawer.draw([SPEC]))
        await asyncio.sleep(0)
        asked.cancel()
        assert await drawer.draw([other]) == [expected]


def _starts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How those are started that are from here on."""
    started: list[str] = []
    start = DrawingProcess.start

    async def noted(manner: str) -> DrawingProcess:
        started.append(manner)
        return await start(manner)

    monkeypatch.setattr(DrawingProcess, "start", noted)
    return started


async def test_a_stopping_bot_waits_for_no_picture_and_begins_none(monkeypatch: pytest.MonkeyPatch) -> None:
    drawer = Drawer(Patience(meek=LONG, polite=LONG, idle=LONG))
    await drawer.draw([SPEC])
    held = process()
    held.suspend()
    started = _starts(monkeypatch)
    asked = [asyncio.create_task(drawer.draw([SPEC])) for _ in range(3)]
    await asyncio.sleep(0)
    await drawer.close()
    assert processes() == []
    assert started == []
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, NotDrawn) for each in found)


async def test_a_killed_bot_leaves_no_process_behind() -> None:
    code = f"""
import asyncio
import psutil
from handlers.charts import Drawer

async def main():
    drawer = Drawer()
    await drawer.draw([{SPEC!r}])
    print(psutil.Process().children()[0].pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    bot = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root)
    assert bot.stdout is not None
    with bot:
        pid = int(await asyncio.to_thread(bot.stdout.readline))
        assert not over(pid)
        bot.kill()
    await until(lambda: over(pid))


async def test_the_process_gives_way_and_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    async with drawing() as drawer:
        await drawer.draw([SPEC])
        assert process().nice() == 19
        assert "xoxb-secret" not in _environment_of(process())


def _environment_of(running: psutil.Process) -> list[str]:
    environment: dict[str, Any] = running.environ()
    return list(environment.values())


def test_the_bot_does_not_carry_matplotlib_around() -> None:
    code = (
        "import sys, bot.process, handlers; sys.exit(any(m in sys.modules for m in ('matplotlib', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_many_people_are_answered_before_the_next_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    rush, waits, lull = Rush(), asyncio.Event(), asyncio.Event()

    async def over(*, within: float) -> None:
        assert within == LONG
        waits.set()
        await lull.wait()

    monkeypatch.setattr(rush, "over", over)
    drawer = Drawer(Patience(meek=LONG, polite=LONG, idle=LONG, lets_pass=LONG), rush=rush)
    drawn = asyncio.ensure_future(drawer.draw([SPEC]))
    await asyncio.wait_for(waits.wait(), LONG)
    assert not processes()
    lull.set()
    assert len(await drawn) == 1
    await drawer.close()
