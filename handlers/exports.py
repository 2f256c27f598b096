"""`/issue export [query]`: the issues as CSV, in a direct message."""

from __future__ import annotations

import json
import tempfile
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from db import exporting, people, workspaces
from db.access import Action, Actor, require
from db.ids import PersonId, WorkspaceId
from db.jobs import enqueue
from db.query import parse
from db.states import Role, Source
from handlers.commands import Call, Commands, Reply
from handlers.imports import files
from handlers.jobs import Job, Worker
from handlers.saved import expand
from handlers.services import Services
from handlers.words import words

NAME = "export"


class Exporting:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        asker = call.asker
        require(asker.actor, Action.EXPORT, asker.workspace.settings)
        async with self._services.database.connection() as conn:
            query = parse(await expand(conn, asker.actor, call.text))
        payload = {
            "workspace_id": asker.workspace.workspace_id,
            "person_id": str(asker.person.person_id),
            "query": query.text(),
            "locale": asker.locale,
        }
        async with self._services.database.transaction() as conn:
            await enqueue(conn, exporting.JOB, json.dumps(payload).encode())
        self._services.bell.ring()
        return Reply(text=call.words("export-begun"))

    async def run(self, job: Job) -> None:
        wanted = json.loads(job.payload)
        workspace_id, spoken = WorkspaceId(wanted["workspace_id"]), words(wanted["locale"])
        system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        async with self._services.database.connection() as conn:
            workspace = await workspaces.get(conn, workspace_id)
            person = await people.get(conn, system, PersonId(UUID(wanted["person_id"])))
        if person.slack_user_id is None or not person.active:
            return
        actor = Actor(
            workspace_id=workspace_id, person_id=person.person_id, role=person.role, source=Source.SLACK
        )
        with tempfile.TemporaryFile() as file:
            async with self._services.database.transaction() as conn:
                async for chunk in exporting.export(
                    conn, actor, parse(wanted["query"]), workspace.key_prefix
                ):
                    file.write(chunk)
            size = file.tell()
            file.seek(0)
            client = await self._services.slack.client(workspace_id)
            opened = await client.conversations_open(users=person.slack_user_id)
            await files.send(
                client,
                file,
                name=f"{workspace.key_prefix.lower()}-issues.csv",
                size=size,
                channel_id=opened["channel"]["id"],
                thread_ts=None,
                comment=spoken("export-done", query=wanted["query"] or "–"),
            )


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.add(NAME, Exporting(services).command, aliases=("exportieren",))


def register_jobs(worker: Worker, services: Services) -> None:
    worker.on(exporting.JOB, Exporting(services).run, at_once=2)
