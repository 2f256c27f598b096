"""`/issue schedule`: reports that are posted regularly, each due instant once."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import on_press, on_submit
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.schedules import personal
from handlers.schedules.asking import Scheduling
from handlers.schedules.personal import Personal
from handlers.schedules.running import register_running
from handlers.services import Services
from handlers.views import schedule_ended, schedule_form
from handlers.views import schedules as view
from handlers.views.reports import SCHEDULE

NAME = "schedule"


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    scheduling = Scheduling(services)
    commands.add(NAME, scheduling.command, aliases=("plan", "planen"))
    commands.add("schedules", scheduling.list_command, aliases=("pläne",))
    commands.add(personal.NAME, Personal(services).command, aliases=("morning", "überblick"))
    on_press(app, services, schedule_form.EVERY, scheduling.every)
    on_press(app, services, view.MENU, scheduling.menu)
    on_press(app, services, view.NEW, scheduling.new)
    on_press(app, services, view.NEXT, scheduling.turn)
    on_press(app, services, SCHEDULE, scheduling.of_report)
    on_press(app, services, schedule_ended.RESTORE, scheduling.restore)
    on_submit(app, services, schedule_form.CALLBACK, scheduling.submit)


def register_jobs(worker: Worker, services: Services) -> None:
    register_running(worker, services)
