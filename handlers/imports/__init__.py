"""Moving in by a file: `/issue import`, and CSV shared where the bot is."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import imports
from db.importing import leftovers
from handlers.acting import on_options, on_press, on_submit
from handlers.commands import Commands
from handlers.imports.deciding import Deciding
from handlers.imports.listening import Listening
from handlers.imports.working import Working
from handlers.jobs import Worker
from handlers.services import Services
from handlers.views import importmapping as form
from handlers.views import imports as view

NAME = "import"


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    listening, deciding = Listening(services), Deciding(services)
    commands.add(NAME, listening.command, aliases=("importieren",))
    app.event("file_shared")(listening.shared)
    on_submit(app, services, view.UPLOAD, listening.submit)
    on_press(app, services, view.START, deciding.start)
    on_press(app, services, view.CHANGE, deciding.change)
    on_press(app, services, view.CANCEL, deciding.cancel)
    on_press(app, services, view.UNDO, deciding.undo)
    on_press(app, services, view.UNDO_REST, deciding.undo_rest)
    on_submit(app, services, form.CALLBACK, deciding.changed)
    on_options(app, services, form.PERSON, deciding.people)


def register_jobs(worker: Worker, services: Services) -> Working:
    working = Working(services, worker)
    worker.on(imports.JOB, working.run, max_attempts=5, at_once=4)
    worker.on(leftovers.JOB, working.hand_back, max_attempts=8, at_once=2)
    worker.every("forget rows of imports", "23 3 * * *", working.forget_old)
    return working
