"""App Home: what is mine, what waits for me, what I filed, and buttons to act on it."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import on_press, on_submit
from handlers.commands import Commands
from handlers.home.choosing import Choosing
from handlers.home.filtering import Filtering
from handlers.home.following import Following as Following
from handlers.home.refreshing import JOB, Refreshing
from handlers.jobs import Worker
from handlers.services import Services
from handlers.views import home as view
from handlers.views.home.filtering import CALLBACK


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    choosing, filtering = Choosing(services), Filtering(services)
    app.event("app_home_opened")(choosing.opened)
    on_press(app, services, view.REFRESH, choosing.refresh)
    on_press(app, services, view.LIST, choosing.show)
    on_press(app, services, view.SHOW_ALL, choosing.show)
    on_press(app, services, view.SORT, choosing.sort)
    on_press(app, services, view.PREVIOUS, choosing.turn)
    on_press(app, services, view.NEXT, choosing.turn)
    on_press(app, services, view.CLEAR, choosing.clear)
    on_press(app, services, view.PIN, choosing.pin)
    on_press(app, services, view.SETTINGS, choosing.settings)
    on_press(app, services, view.FILTER, filtering.ask)
    on_submit(app, services, CALLBACK, filtering.submit)


def register_jobs(worker: Worker, services: Services) -> None:
    refreshing = Refreshing(services)
    worker.on(JOB, refreshing.run, max_attempts=3)
    worker.every("forget homes", "29 4 * * *", refreshing.forget)
