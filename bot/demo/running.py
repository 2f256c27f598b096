"""Starts the demo: a local Slack, an embedded database and the bot, all in this process."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.demo.planting import plant
from bot.embedded import default_folder
from bot.logs import set_up_logs
from bot.playground import LocalSlack, PlaygroundConfig
from bot.process import Options, Process, running
from bot.settings import Settings
from db.errors import Startup

_MANIFEST = Path(__file__).parents[2] / "manifest.yml"


async def demo(*, fresh: bool, port: int, browser: bool) -> None:
    """Runs until SIGINT or SIGTERM. Raises Startup when another demo holds the folder."""
    set_up_logs("text", level=30)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    data = Path(os.environ.get("LODGE_DATA", ".data"))
    with _alone(data):
        if fresh:
            _forget(data)
        config = PlaygroundConfig(
            database=data / "playground.sqlite", manifest=_MANIFEST, port=_free_port(port), chatter=True
        )
        async with LocalSlack(config=config) as slack:
            settings = replace(_settings(slack), data=data, database_url=os.environ.get("DATABASE_URL"))
            async with running(settings, Options()) as process:
                slack.request_url = f"{process.url}/slack/events"
                await plant(process.services, slack)
                _greet(slack, process, browser=browser)
                await stop.wait()
    sys.stdout.write("\nStopped. `make demo` goes on where you left; `make demo FRESH=1` starts over.\n")


def _settings(slack: LocalSlack) -> Settings:
    return Settings(
        port=_free_port(3000),
        slack_signing_secret=slack.signing_secret,
        slack_bot_token=slack.bot_token,
        slack_api_url=slack.api_url,
        log="text",
    )


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One demo a folder: two would answer the same people."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            problem = f"another demo is running on {data}: stop it (Ctrl-C there), or set LODGE_DATA to another folder"
            raise Startup([problem]) from None
        yield


def _forget(data: Path) -> None:
    shutil.rmtree(default_folder(data), ignore_errors=True)
    for name in ("playground.sqlite", "playground.sqlite-wal", "playground.sqlite-shm"):
        with contextlib.suppress(FileNotFoundError):
            (data / name).unlink()


def _free_port(wanted: int) -> int:
    """`wanted`, or when it is taken the next one that is free."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Startup([f"no free port from {wanted} to {wanted + 49}: pass --port"])


def _greet(slack: LocalSlack, process: Process, *, browser: bool) -> None:
    sys.stdout.write(
        f"\n  Lodge is running. Open {slack.url}\n\n"
        f"  In #general type /issue, or drop a CSV. The bot itself: {process.url}/readyz\n"
        "  Ctrl-C stops it.\n\n"
    )
    sys.stdout.flush()
    if browser and _has_desktop():
        webbrowser.open(slack.url)


def _has_desktop() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("CI")
