"""The composition root: everything is opened here, in order, and closed in the other."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError

from bot.app import LodgeApp, create_app
from bot.background import BackgroundTasks
from bot.bell import QueueBell
from bot.clients import CALL_TIMEOUT, Clients, OneInstallation
from bot.embedded import EmbeddedPostgres, default_folder
from bot.installations import StoredInstallations
from bot.logs import set_up_logs
from bot.metrics import Metrics
from bot.oauth import create_install
from bot.parts import parts
from bot.receiving import Receiver, SignatureCheck, dispatch_again
from bot.rotating import InstallingClient, Rotation
from bot.server import Listening, Probe, create_server
from bot.settings import Settings
from bot.socketmode import SocketMode
from bot.worker import JobWorker, Pace
from db.errors import Startup
from db.migrate import applied_checksums, known_migrations, migrate, outstanding
from db.pool import Database, look, open_database
from db.route import Route
from handlers import register_all, register_all_jobs, workflows
from handlers.api.secrets import TokenChecker
from handlers.calling import Calling
from handlers.charts import Drawer
from handlers.dedupe import Once
from handlers.installing import Installations
from handlers.jobs import Worker
from handlers.outside import Outside
from handlers.requesting import Directory
from handlers.rush import Rush
from handlers.services import Services
from handlers.unfinished import Unfinished
from handlers.vault import Vault

_log = logging.getLogger(__name__)

# Seconds that a stopping process gives what is under way: more than Slack waits, less than supervisors do.
DRAIN = 8.0
# For what sets itself no time: answers by response_url, and pictures that are uploaded. Large files have sessions of
# their own.
HANGING = aiohttp.ClientTimeout(total=30)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What tests and the demo put in the place of the real thing.

    `parts` builds applications to mount, by prefix, from the services.
    """

    register: Callable[[AsyncApp, Services], None] = register_all
    register_jobs: Callable[[Worker, Services], None] = register_all_jobs
    parts: Callable[[Services], Mapping[str, web.Application]] = parts
    installations: Installations | None = None
    clock: Callable[[], datetime] = now
    pace: Pace = field(default_factory=Pace)
    work: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running bot. `port` is the one it listens on."""

    settings: Settings
    dsn: str
    port: int
    app: LodgeApp
    services: Services
    worker: JobWorker
    metrics: Metrics

    @property
    def url(self) -> str:
        return f"http://{self.settings.host}:{self.port}"


@asynccontextmanager
async def running(settings: Settings, options: Options | None = None) -> AsyncIterator[Process]:
    """Opens everything, yields, and closes everything: first no more requests, then what is under way.

    Raises Startup, Unavailable, MigrationError.
    """
    chosen = options or Options()
    async with AsyncExitStack() as stack:
        dsn = await _database_dsn(settings, stack)
        route = await look(dsn, direct=settings.direct_database_url)
        _tell_of(route)
        database = await open_database(route, max_size=6)
        stack.push_async_callback(database.close)
        await _migrated(database)
        # Jobs have connections of their own: a person never waits behind them. The first job makes the first.
        for_jobs = await open_database(route, min_size=0, max_size=6, acquire_timeout=30)
        stack.push_async_callback(for_jobs.close)
        metrics = Metrics()
        metrics.watch("requests", database)
        metrics.watch("jobs", for_jobs)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=HANGING))
        outside = await stack.enter_async_context(Outside(allow_private=settings.allow_private_webhooks))
        vault = Vault(settings.secret_key, derived_from=settings.sealing_secret)
        installations = chosen.installations or _installations(
            settings, session, database, vault, chosen.clock
        )
        clients = Clients(installations, session, api_url=settings.slack_api_url, observer=metrics.called)
        background = BackgroundTasks()
        stack.push_async_callback(background.drain, DRAIN)
        # Before that: reports that wait for their pictures are sent without.
        rush = Rush()
        drawer = Drawer(rush=rush)
        stack.push_async_callback(drawer.close)
        worker = JobWorker(route, pace=chosen.pace, observe=metrics.job_done)
        bell = QueueBell(database, heard=worker.hear)
        _in_background(stack, bell.run(), "bell")
        services = Services(
            database=database,
            bell=bell,
            clock=chosen.clock,
            slack=clients,
            directory=Directory(database, clients),
            background=background,
            tokens=TokenChecker(database),
            vault=vault,
            outside=outside,
            drawer=drawer,
            rush=rush,
            public_url=settings.public_url,
        )
        chosen.register_jobs(worker, replace(services, database=for_jobs))
        if isinstance(installations, StoredInstallations) and installations.rotation is not None:
            worker.every("renew tokens", "*/10 * * * *", installations.rotation.renew_due)
        calling = Calling(database, background)
        await calling.recall()
        app = create_app(
            services, installations, clients, background, register=chosen.register, called=calling.heard
        )
        check = SignatureCheck(settings.slack_signing_secret) if settings.slack_signing_secret else None
        lost = partial(workflows.give_up, clients.with_token)
        unfinished = Unfinished(services, partial(dispatch_again, app), lost=lost)
        unfinished.register_jobs(worker)
        if chosen.work:
            await stack.enter_async_context(_working(worker))
        once = Once(database, unfinished)
        receiver = Receiver(app, once, check, observe=metrics.was_asked, lost=lost, rush=rush)
        socket = _socket(settings, clients, receiver, stack)
        probes = _probes(database, dsn, worker if chosen.work else None, installations, socket)
        mounted = dict(chosen.parts(services))
        if isinstance(installations, StoredInstallations):
            mounted["/slack"] = create_install(settings, services, vault, installations, session)
        server = create_server(receiver, metrics, database, probes, parts=mounted)
        listening = Listening(server, drain=DRAIN)
        stack.push_async_callback(listening.close)
        try:
            port = await listening.open(settings.host, settings.port)
        except OSError as error:
            problem = f"HOST, PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
            raise Startup([problem]) from error
        await _greet(installations)
        yield Process(
            settings=settings,
            dsn=dsn,
            port=port,
            app=app,
            services=services,
            worker=worker,
            metrics=metrics,
        )
        _log.info("stopping")


def run(settings: Settings, options: Options | None = None) -> None:
    """Serves until SIGTERM or SIGINT. Raises what `running` raises."""
    import uvloop

    set_up_logs(settings.log)
    uvloop.run(_serve(settings, options))


def settle_memory() -> None:
    """What was loaded for good is not looked through again; a request's leavings are few and mostly acyclic."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _serve(settings: Settings, options: Options | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings, options) as process:
        settle_memory()
        _log.info("serving", extra={"url": process.url, "socket_mode": settings.socket_mode})
        await stop.wait()


async def _database_dsn(settings: Settings, stack: AsyncExitStack) -> str:
    if settings.database_url is not None:
        return settings.database_url
    server = await asyncio.to_thread(EmbeddedPostgres, default_folder(settings.data))
    stack.push_async_callback(asyncio.to_thread, server.close)
    return server.dsn()


def _tell_of(route: Route) -> None:
    if not route.pooled:
        return
    _log.info(
        "a pooler stands before the database",
        extra={"sessions": route.sessions, "prepared": route.prepared, "listens": bool(route.session_dsn)},
    )


async def _migrated(database: Database) -> None:
    async with database.connection() as conn:
        for migration in await migrate(conn):
            _log.info("migrated", extra={"version": migration.version, "migration": migration.name})


def _installations(
    settings: Settings,
    session: aiohttp.ClientSession,
    database: Database,
    vault: Vault,
    clock: Callable[[], datetime],
) -> Installations:
    if settings.oauth:
        rotation = Rotation(
            database,
            vault,
            InstallingClient(base_url=settings.slack_api_url, session=session, timeout=CALL_TIMEOUT),
            clock,
            client_id=settings.slack_client_id or "",
            client_secret=settings.slack_client_secret or "",
        )
        return StoredInstallations(database, vault, rotation=rotation)
    if settings.slack_bot_token is None:
        raise Startup(["SLACK_BOT_TOKEN is missing: the bot token of your installed app"])
    return OneInstallation(settings.slack_bot_token, session, api_url=settings.slack_api_url)


def _in_background(stack: AsyncExitStack, work: object, name: str) -> None:
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # any coroutine
    task.set_name(name)

    async def end() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)


@asynccontextmanager
async def _working(worker: JobWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        worker.stop()
        _, late = await asyncio.wait({task}, timeout=DRAIN)
        for one in late:
            # Its jobs are picked up by another worker.
            one.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _socket(
    settings: Settings, clients: Clients, receiver: Receiver, stack: AsyncExitStack
) -> SocketMode | None:
    if settings.slack_app_token is None:
        return None
    socket = SocketMode(settings.slack_app_token, clients, receiver)
    _in_background(stack, socket.run(), "socket mode")
    return socket


async def _greet(installations: Installations) -> None:
    """Learns at the start whose token it is, so that the first request need not; Slack may be away."""
    if isinstance(installations, OneInstallation):
        try:
            await installations.learn()
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("Slack does not answer auth.test yet", extra={"error": str(error) or repr(error)})


def _probes(
    database: Database,
    dsn: str,
    worker: JobWorker | None,
    installations: Installations,
    socket: SocketMode | None,
) -> dict[str, Probe]:
    async def database_answers() -> str | None:
        async with database.connection() as conn:
            await conn.fetchval("SELECT 1")
        return None

    async def migrations_applied() -> str | None:
        async with database.connection() as conn:
            missing = outstanding(known_migrations(), await applied_checksums(conn))
        return f"{len(missing)} migrations are not applied: run `python -m bot migrate`" if missing else None

    async def worker_works() -> str | None:
        return None if worker is None or worker.healthy else "the job worker has no database"

    async def slack_answers() -> str | None:
        if socket is not None and not await socket.connected():
            return "Socket Mode is not connected"
        if not isinstance(installations, OneInstallation):
            return None
        try:
            await installations.check()
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            return f"auth.test: {str(error) or repr(error)}"
        return None

    return {
        "database": database_answers,
        "migrations": migrations_applied,
        "worker": worker_works,
        "slack": slack_answers,
    }
