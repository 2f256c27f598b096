"""`/issue settings`: what admins decide for the whole workspace, from its name to who may do what."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from handlers.acting import Press, on_options, on_press, on_submit
from handlers.commands import Commands
from handlers.services import Services
from handlers.settings.admins import Admins
from handlers.settings.deciding import Deciding
from handlers.settings.labels import Labels
from handlers.settings.labels import choices as label_choices
from handlers.settings.people import People
from handlers.settings.people import choices as people_choices
from handlers.settings.policy import Policy
from handlers.settings.workspace import NAME as NAME
from handlers.settings.workspace import Settings, Way
from handlers.settings.workspace import open_settings as open_settings
from handlers.views.settings import admins, form, labels, parts, people, policy


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    rules, staff = Policy(services), Admins(services)
    tags, crew = Labels(services), People(services)
    ways: dict[str, Way] = {"policy": rules, "admins": staff, "labels": tags, "people": crew}
    settings = Settings(services, ways)
    commands.add(NAME, settings.command, aliases=("config", "einstellungen"))
    on_submit(app, services, form.CALLBACK, settings.submit)

    async def take_back(press: Press) -> None:
        """In the form where it was decided; elsewhere in answer to the message."""
        form_id = press.view.get("callback_id") if press.view is not None else None
        inside = {admins.CALLBACK: staff.remove, people.CALLBACK: crew.turn}.get(form_id or "")
        await (inside or Deciding(services).pressed)(press)

    on_press(app, services, parts.UNDO, take_back)

    on_press(app, services, form.POLICY, rules.open)
    on_submit(app, services, policy.CALLBACK, rules.submit)

    on_press(app, services, form.ADMINS, staff.open)
    on_press(app, services, admins.ADD, staff.add)
    on_press(app, services, admins.REMOVE, staff.remove)

    on_press(app, services, form.LABELS, tags.open)
    on_press(app, services, labels.PICK, tags.picked)
    on_submit(app, services, labels.CALLBACK, tags.submit)
    on_submit(app, services, labels.MERGING, tags.merge)
    for action_id in (labels.PICK, labels.INTO):
        on_options(app, services, action_id, label_choices)

    on_press(app, services, form.PEOPLE, crew.open)
    on_press(app, services, people.PICK, crew.picked)
    on_press(app, services, people.TURN, crew.turn)
    on_submit(app, services, people.CALLBACK, crew.submit)
    on_submit(app, services, people.MERGING, crew.merge)
    for action_id in (people.PICK, people.INTO):
        on_options(app, services, action_id, people_choices)
