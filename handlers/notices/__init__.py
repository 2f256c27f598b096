"""What people are told by direct message: who it concerns, when they want to hear it, and in how many messages."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import on_press, on_submit
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.notices.choosing import Choosing
from handlers.notices.gathering import Gathering as Gathering
from handlers.notices.introducing import JOB as INTRODUCE
from handlers.notices.introducing import Introducing
from handlers.notices.telling import Attention as Attention
from handlers.notices.telling import Telling
from handlers.notices.watching import Watching
from handlers.services import Services
from handlers.views import notices as view


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    choosing, watching, attention = Choosing(services), Watching(services), Attention(services)
    commands.add("notify", choosing.command, aliases=("notifications", "benachrichtigungen", "melden"))
    commands.add("watch", watching.watch, aliases=("follow", "beobachten"))
    commands.add("unwatch", watching.unwatch, aliases=("unfollow", "mute"))
    commands.hearing.add(attention.heard)
    on_press(app, services, view.OPEN, choosing.open)
    on_press(app, services, view.UNWATCH, watching.mute_pressed)
    on_press(app, services, view.WATCH, watching.watch_pressed)
    on_submit(app, services, view.CALLBACK, choosing.submit)


def register_jobs(worker: Worker, services: Services) -> Introducing:
    introducing = Introducing(services, Gathering(services).gather)
    worker.on(INTRODUCE, introducing.run)
    worker.repeat("tell people", 1.0, Telling(services).run)
    return introducing
