"""`python -m bot serve` as a child process, a PostgreSQL that can be killed, and people who do not stop asking."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import asyncpg
import psutil

from bot.embedded import EmbeddedPostgres
from bot.playground import LocalSlack
from tests.faults.ports import free_port
from tests.scenarios.conftest import said

ROOT = Path(__file__).parents[2]
# LODGE_FAULT_ROUNDS=50 for a longer look: so many stops, kills and outages of each kind.
ROUNDS = int(os.environ.get("LODGE_FAULT_ROUNDS", "1"))
CHANNELS = ("general", "product", "support")
_KEY = re.compile(r"LDG-\d+")


class Outcome(Enum):
    """What somebody who typed a command was told."""

    ACKNOWLEDGED = "acknowledged"  # it was filed: its key was shown
    TOLD_NOT = "told not"  # busy, try again
    REFUSED = "refused"  # nobody listened
    BROKEN = "broken"  # taken, and never answered


async def until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Waits for it; the time is there to end what hangs, and says nothing about speed."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.02)


class Server:
    """A PostgreSQL of its own, which dies and comes back as a whole."""

    def __init__(self, folder: Path) -> None:
        self._embedded = EmbeddedPostgres(folder / "postgres")
        self.dsn = self._embedded.dsn()

    def kill(self) -> None:
        """The postmaster and all that it started, as by the kernel when memory is short."""
        postmaster = psutil.Process(self._embedded.pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        _, alive = psutil.wait_procs(family, timeout=60)
        assert not alive

    def start(self) -> None:
        self._embedded._server.ensure_postgres_running()

    def close(self) -> None:
        self._embedded.close()


@contextmanager
def own_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="lodge-fault-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        opened = Server(Path(folder))
        yield opened
        opened.close()


def impatient_slack() -> LocalSlack:
    """Events that are not taken come again after 0, 3.6 and 18 seconds, instead of after minutes."""
    return LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off", retry_scale=0.06)


class Bot:
    """What `python -m bot serve` runs (see `tests.faults.serve`), with nothing in its environment but what it needs."""

    def __init__(self, slack: LocalSlack, dsn: str, folder: Path, **variables: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"bot-{self.port}.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": dsn,
            "PORT": str(self.port),
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "LODGE_LOG": "json",
        } | variables
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def start(self, *, until_ready: bool = True) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.faults.serve",
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        if until_ready:
            await self.ready()

    async def ready(self, seconds: float = 120) -> None:
        """Until it says that all its parts are."""
        began, said = time.monotonic(), "nothing"
        async with aiohttp.ClientSession() as http:
            while time.monotonic() - began < seconds:
                assert self.process.returncode is None, self.log.read_text()[-3000:]
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with http.get(f"{self.url}/readyz") as answer:
                        said = await answer.text()
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise AssertionError(f"not ready in {seconds} s: {said}\n{self.log.read_text()[-3000:]}")

    async def terminate(self) -> int:
        """Its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 60)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@asynccontextmanager
async def serving(slack: LocalSlack, dsn: str, folder: Path, **variables: str) -> AsyncIterator[Bot]:
    bot = Bot(slack, dsn, folder, **variables)
    try:
        await bot.start()
        slack.request_url = f"{bot.url}/slack/events"
        yield bot
    finally:
        if bot._process is not None:
            await bot.kill()


@dataclass
class Load:
    """Issues filed by `/issue new` from several people at once, and replies in a thread."""

    slack: LocalSlack
    bot: Bot
    at_once: int = 4
    pause: float = 0.06
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    thread: tuple[str, str] | None = None
    _chance: random.Random = field(default_factory=lambda: random.Random(7))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Load]:
        over = asyncio.Event()
        people = [asyncio.create_task(self._person(number, over)) for number in range(self.at_once)]
        if self.thread is not None:
            people.append(asyncio.create_task(self._talker(over)))
        try:
            yield self
        finally:
            over.set()
            await asyncio.gather(*people)

    async def _person(self, number: int, over: asyncio.Event) -> None:
        count = 0
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=60)
        ) as http:
            while not over.is_set():
                count += 1
                title = f"Fault {number}-{count}-{len(self.outcomes)}."
                trigger = f"{number}.{time.perf_counter_ns()}"
                outcome = await self._ask(http, title, trigger)
                self.outcomes.setdefault(title, []).append(outcome)
                if outcome in (Outcome.BROKEN, Outcome.TOLD_NOT) and self._chance.random() < 0.5:
                    # The very same once more, as a proxy repeats it, or Slack.
                    await asyncio.sleep(0.2)
                    self.outcomes[title].append(await self._ask(http, title, trigger))
                await asyncio.sleep(self.pause)

    async def _ask(self, http: aiohttp.ClientSession, title: str, trigger: str) -> Outcome:
        body = self._body(title, trigger)
        timestamp = str(int(time.time()))
        mac = hmac.new(self.slack.signing_secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={mac.hexdigest()}",
            "X-Slack-Retry-Num": "1",
        }
        try:
            async with http.post(f"{self.bot.url}/slack/events", data=body, headers=headers) as answer:
                text = await answer.text()
        except aiohttp.ClientConnectorError:
            return Outcome.REFUSED
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Outcome.BROKEN
        return Outcome.ACKNOWLEDGED if _KEY.search(text) else Outcome.TOLD_NOT

    def _body(self, title: str, trigger: str) -> bytes:
        name = ("ada", "grace", "margaret")[int(trigger[0]) % 3]
        fields = {
            "command": "/issue",
            "text": f"new {title} +{CHANNELS[int(trigger[0]) % 3]}",
            "team_id": self.slack.team_id,
            "user_id": self.slack.person(name).user.id,
            "channel_id": self.slack.channel("random").id,
            "trigger_id": trigger,
            "response_url": f"{self.slack.url}/response/none",
        }
        return urlencode(fields).encode()

    async def _talker(self, over: asyncio.Event) -> None:
        assert self.thread is not None
        channel, ts = self.thread
        while not over.is_set():
            text = f"Reply {len(self.replies)}."
            await self.slack.person("grace").send(channel, text, thread_ts=ts)
            self.replies.append(text)
            await asyncio.sleep(self.pause * 4)

    def count(self, outcome: Outcome) -> int:
        return sum(each[-1] is outcome for each in self.outcomes.values())

    def ever(self, outcome: Outcome) -> bool:
        return any(outcome in each for each in self.outcomes.values())

    async def more(self, outcome: Outcome) -> None:
        """Until that has come out for one more than now."""
        before = self.count(outcome)
        await until(lambda: self.count(outcome) > before)


async def until_sent(dsn: str, seconds: float = 240) -> None:
    """Until every change is worked out, and every message it caused is sent."""
    conn = await asyncpg.connect(dsn)
    try:
        began = time.monotonic()
        while left := await conn.fetchval(
            "SELECT (SELECT count(*) FROM pending_changes)"
            " + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
        ):
            assert time.monotonic() - began < seconds, f"{left} still wait"
            await asyncio.sleep(0.1)
    finally:
        await conn.close()


async def check_nothing_lost_or_doubled(slack: LocalSlack, dsn: str, load: Load) -> None:
    """Every acknowledged change is there once; none is there twice; every message was posted once."""
    conn = await asyncpg.connect(dsn)
    try:
        filed = Counter(row["title"] for row in await conn.fetch("SELECT title FROM issues"))
        comments = Counter(row["body"] for row in await conn.fetch("SELECT body FROM comments"))
        states = dict(await conn.fetch("SELECT state, count(*) FROM outbox GROUP BY 1"))
        sent = {
            str(row["outbox_id"]): row["kind"]
            for row in await conn.fetch("SELECT outbox_id, kind FROM outbox WHERE state = 'sent'")
        }
        parked = await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE status = 'failed'")
    finally:
        await conn.close()
    told = {title for title, outcomes in load.outcomes.items() if Outcome.ACKNOWLEDGED in outcomes}
    assert told, load.outcomes
    assert told - set(filed) == set(), "acknowledged, and not there"
    assert {title: n for title, n in filed.items() if n > 1} == {}, "filed twice"
    heard = {d.payload["event"].get("text") for d in slack.deliveries if d.kind == "event" and d.acked}
    # One that found nobody four times is Slack's to give up; what was taken is ours.
    lost = heard & set(load.replies) - set(comments)
    assert not lost, [d.summary() for d in slack.deliveries if d.payload.get("event", {}).get("text") in lost]
    assert {text: n for text, n in comments.items() if n > 1} == {}, "replies that are two comments"
    assert set(states) <= {"sent", "dropped"}, states
    assert parked == 0
    posted = Counter(
        message["metadata"]["event_payload"]["id"]
        for channel in slack.state.channels.values()
        for message in channel.log
        if message.get("metadata")
    )
    assert {mark: n for mark, n in posted.items() if n > 1} == {}, "posted twice"
    assert {mark for mark, kind in sent.items() if kind != "refresh"} == set(posted)


async def followed(slack: LocalSlack, bot: Bot) -> Load:
    """Three channels that follow a label each, and the thread of a card to talk in."""
    ada = slack.person("ada")
    await ada.slash("random", f"/issue new Known {' '.join(f'+{label}' for label in CHANNELS)}")
    for channel in CHANNELS:
        await ada.slash(channel, f"/issue subscribe label:{channel}")
    await ada.slash("random", f"/issue new Anchor +{CHANNELS[0]}")
    card = await ada.expect_message(CHANNELS[0], lambda m: m.get("bot_id") and "Anchor" in said(m))
    for name in ("ada", "grace", "margaret"):
        await slack.person(name).slash("random", "/issue list")
    return Load(slack, bot, thread=(CHANNELS[0], card["ts"]))


async def settled(slack: LocalSlack, dsn: str, load: Load) -> None:
    await slack.settled(timeout=240)
    await until_sent(dsn)
    await check_nothing_lost_or_doubled(slack, dsn, load)
