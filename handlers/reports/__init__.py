"""`/issue report`: numbers over a period, with charts, tables, CSV, and a button to share them."""

from __future__ import annotations

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import rollups
from db.announcements import Batch
from handlers.acting import on_press, on_submit
from handlers.announcing import Announcing
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.reports.answering import Reporting
from handlers.reports.upkeep import register_upkeep
from handlers.services import Services
from handlers.views import reports as view
from handlers.views.reports import form

NAME = "report"


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    reporting = Reporting(services)
    commands.add(NAME, reporting.command, aliases=("reports", "bericht", "stats"))
    on_press(app, services, view.REFRESH, reporting.refresh)
    on_press(app, services, view.PERIOD, reporting.choose_period)
    on_press(app, services, view.QUERY, reporting.change_query)
    on_press(app, services, view.SHARE, reporting.share)
    on_press(app, services, view.CSV, reporting.csv)
    on_submit(app, services, form.CALLBACK, reporting.submit)


async def count(conn: asyncpg.Connection, batch: Batch) -> None:
    """An announcer: changes are counted in the transaction that takes them off the list."""
    await rollups.fold(conn, batch.workspace_id, [change.change_id for change in batch.changes])


def register_jobs(worker: Worker, services: Services, announcing: Announcing) -> None:
    announcing.announcers.insert(0, count)
    register_upkeep(worker, services)
