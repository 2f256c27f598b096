"""What a person or a program can ask for: one module a capability."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from handlers import (
    announcing,
    assigning,
    bulk,
    channelsettings,
    closing,
    commenting,
    creating,
    deleting,
    delivering,
    details,
    editing,
    exports,
    helping,
    history,
    home,
    hooks,
    housekeeping,
    imports,
    keys,
    labelling,
    listing,
    members,
    menus,
    messages,
    notices,
    outgoing,
    pointing,
    quoting,
    redrawing,
    reports,
    resuming,
    returning,
    saved,
    schedules,
    searching,
    settings,
    showing,
    subscriptions,
    threads,
    tokens,
    undoing,
    uninstalling,
    unposted,
    workflows,
)
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.services import Services

# What the command is called is the manifest's business.
_ANY_COMMAND = re.compile("/.+")
# Bolt asks listener after listener; the command is asked for most, and stands first.
_SURFACE = (
    creating,
    assigning,
    closing,
    deleting,
    menus,
    showing,
    commenting,
    editing,
    undoing,
    listing,
    searching,
    labelling,
    details,
    bulk,
    pointing,
    history,
    home,
    threads,
    messages,
    quoting,
    keys,
    members,
    returning,
    settings,
    channelsettings,
    tokens,
    hooks,
    outgoing,
    imports,
    exports,
    reports,
    saved,
    schedules,
    notices,
    subscriptions,
    uninstalling,
    workflows,
    helping,
)
_JOBS = (
    home,
    searching,
    imports,
    exports,
    schedules,
    keys,
    subscriptions,
    uninstalling,
    hooks,
    outgoing,
    redrawing,
    returning,
    resuming,
    housekeeping,
)


def register_all(app: AsyncApp, services: Services) -> None:
    commands = Commands(services)
    app.command(_ANY_COMMAND)(commands.listen)
    app.event("message")(commands.hearing.listen)
    for capability in _SURFACE:
        capability.register(app, commands, services)


def register_all_jobs(worker: Worker, services: Services) -> None:
    announced = announcing.register_jobs(worker, services)
    announced.announcers += [
        searching.index,
        redrawing.announce,
        unposted.announce,
        threads.Telling(),
        notices.Gathering(services),
    ]
    # After the index: a query with words in it asks that.
    announced.announcers.append(subscriptions.Following(services))
    announced.announcers.append(outgoing.Telling(services))
    announced.announcers.append(home.Following())
    delivered = delivering.register_jobs(worker, services)
    delivered.undelivered.append(subscriptions.stop)
    delivered.turned_down.append(subscriptions.turned_down)
    reports.register_jobs(worker, services, announced)
    notices.register_jobs(worker, services).met.append(home.Following().met)
    for capability in _JOBS:
        capability.register_jobs(worker, services)
