"""`/issue subscribe`: a channel follows what a query finds."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import on_press, on_submit
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.services import Services
from handlers.subscriptions import ripening
from handlers.subscriptions.asking import Subscribing
from handlers.subscriptions.following import Following as Following
from handlers.subscriptions.refusing import stop as stop
from handlers.subscriptions.refusing import turned_down as turned_down
from handlers.views import subscriptions as view


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    subscribing = Subscribing(services)
    commands.add("subscribe", subscribing.command, aliases=("abonnieren", "subscription"))
    commands.add("subscriptions", subscribing.list_command, aliases=("abos",))
    commands.add("unsubscribe", subscribing.unsubscribe, aliases=("abbestellen",))
    on_press(app, services, view.NEW, subscribing.new)
    on_press(app, services, view.MENU, subscribing.menu)
    on_press(app, services, view.RESUME, subscribing.resume)
    on_submit(app, services, view.CALLBACK, subscribing.submit)


def register_jobs(worker: Worker, services: Services) -> None:
    ripening.register_jobs(worker, services)
