"""The `import` job: reads a file and shows what it holds, or runs the import and shows how far it is."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db import imports, people, workspaces
from db.access import Actor
from db.ids import MessageTs, WorkspaceId
from db.importing import finding, leftovers
from db.importing.leftovers import Offered
from db.importing.problems import Flaw, TableFlaw
from db.importing.running import Interrupted, Run
from db.imports import Import, State
from db.people import Person
from db.states import Role, Source
from db.workspaces import Workspace
from handlers.imports import files
from handlers.jobs import Again, Job, Worker
from handlers.members import ReadAhead
from handlers.services import Services
from handlers.views import imports as view
from handlers.views.blocks import Json
from handlers.words import Words, words

# chat.update is given 50 calls a minute, for everything the bot does in a workspace.
_SHOW_EVERY: Final = 3.0
_DOWNLOADS: Final = 2
# The channel was left or closed meanwhile.
_NO_WAY_IN: Final = frozenset({"channel_not_found", "not_in_channel", "is_archived", "invalid_channel"})
# Slack shows where a file is shared only a moment after it was asked to share it.
_SEEN_AFTER: Final = timedelta(seconds=10)
# So many processes may end over one file; restarts count, so this is above what is likely.
_DEATHS: Final = 10


@dataclass(slots=True, kw_only=True)
class _Scene:
    """One import, those it concerns, and the message that shows it."""

    wanted: Import
    workspace: Workspace
    asker: Person
    client: AsyncWebClient
    words: Words
    services: Services
    _next: float = field(default=0.0, init=False)

    async def show(self, text: str, blocks: list[Json]) -> None:
        """Brings the message up to date; posts it when there is none, or none any more."""
        if self.wanted.message_ts is not None:
            try:
                await self.client.chat_update(
                    channel=self._channel, ts=self.wanted.message_ts, text=text, blocks=blocks
                )
            except SlackApiError as error:
                if error.response["error"] not in (
                    "message_not_found",
                    "cant_update_message",
                    "edit_window_closed",
                ):
                    raise
            else:
                return
        await self._post(text, blocks)

    async def _post(self, text: str, blocks: list[Json]) -> None:
        posted = await self.client.chat_postMessage(
            channel=self._channel,
            thread_ts=self.wanted.thread_ts,
            text=text,
            blocks=blocks,
            unfurl_links=False,
        )
        async with self.services.database.connection() as conn:
            await imports.shown_at(conn, self.wanted, MessageTs(posted["ts"]))
            self.wanted = await imports.get(conn, self.wanted.workspace_id, self.wanted.import_id)

    @property
    def _channel(self) -> str:
        assert self.wanted.channel_id is not None
        return self.wanted.channel_id

    async def show_progress(self, progress: dict[str, Any]) -> None:
        """As often as Slack bears; a progress bar is no reason to fail."""
        if progress and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SHOW_EVERY
        try:
            await self.show(*view.running(self.wanted, progress, self.words))
        except SlackApiError:
            self._next += 10 * _SHOW_EVERY

    def source(self) -> AsyncIterator[bytes]:
        return files.content(self.client, self.wanted.file_id)


class Working:
    def __init__(self, services: Services, worker: Worker) -> None:
        self._services = services
        self._worker = worker
        self._members = ReadAhead(services)

    async def run(self, job: Job) -> None:
        wanted = json.loads(job.payload)
        scene = await self._scene(WorkspaceId(wanted["workspace_id"]), UUID(wanted["import_id"]))
        if scene.wanted.state is State.READING:
            await self._survey(scene)
        elif scene.wanted.state in (State.QUEUED, State.RUNNING, State.CANCELLING):
            await self._import(scene)
        else:
            await scene.show(*view.as_it_stands(scene.wanted, scene.words, scene.workspace))

    async def hand_back(self, job: Job) -> None:
        """The rows that did not come along, ready to be corrected and dropped again."""
        asked = json.loads(job.payload)
        scene = await self._scene(WorkspaceId(asked["workspace_id"]), UUID(asked["import_id"]))
        async with self._services.database.connection() as conn:
            before = await leftovers.offered(conn, scene.wanted)
        if before is None or not await self._has_arrived(scene, before):
            await self._offer_rows(scene, before)
        async with self._services.database.connection() as conn:
            await leftovers.forget(conn, scene.wanted)

    async def _has_arrived(self, scene: _Scene, before: Offered) -> bool:
        """Whether the file of an attempt before this one was shared: nobody gets the same rows twice."""
        if await files.is_shared(scene.client, before.file_id):
            return True
        if before.age < _SEEN_AFTER:
            raise Again(_SEEN_AFTER - before.age)
        return False

    async def forget_old(self) -> None:
        async with self._services.database.connection() as conn:
            await leftovers.forget_old(conn)

    async def _offer_rows(self, scene: _Scene, before: Offered | None) -> None:
        wanted, name = scene.wanted, view.failed_name(scene.wanted.file_name)
        with tempfile.TemporaryFile() as rows:
            async with self._services.database.connection() as conn:
                size = await leftovers.copy(conn, wanted, rows)
            if not size:
                return
            rows.seek(0)
            file_id = await files.upload(scene.client, rows, name=name, size=size)
        async with self._services.database.connection() as conn:
            if not await leftovers.offer(
                conn, wanted, file_id, instead_of=before.file_id if before else None
            ):
                # Another replica is at it.
                raise Again(_SEEN_AFTER)
        await self._share_rows(scene, file_id, name)

    async def _share_rows(self, scene: _Scene, file_id: str, name: str) -> None:
        wanted = scene.wanted
        failed = int((wanted.outcome or {}).get("failed", 0))
        comment = scene.words("import-failed-rows", count=failed)
        thread_ts = wanted.thread_ts or wanted.message_ts
        channel_id = wanted.channel_id or ""
        # Sent once: whether it arrived when no answer came is for the next attempt to find out.
        client = await self._services.slack.sender(wanted.workspace_id)
        try:
            await files.share(
                client, file_id, name=name, channel_id=channel_id, thread_ts=thread_ts, comment=comment
            )
        except SlackApiError as error:
            if error.response["error"] not in _NO_WAY_IN or scene.asker.slack_user_id is None:
                raise
            opened = await scene.client.conversations_open(users=scene.asker.slack_user_id)
            channel_id = opened["channel"]["id"]
            await files.share(
                client, file_id, name=name, channel_id=channel_id, thread_ts=None, comment=comment
            )

    async def _scene(self, workspace_id: WorkspaceId, import_id: UUID) -> _Scene:
        system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        async with self._services.database.connection() as conn:
            wanted = await imports.get(conn, workspace_id, import_id)
            workspace = await workspaces.get(conn, workspace_id)
            assert wanted.asked_by is not None, "what a program asks for is answered at once, and by no job"
            asker = await people.get(conn, system, wanted.asked_by)
        return _Scene(
            wanted=wanted,
            workspace=workspace,
            asker=asker,
            client=await self._services.slack.client(workspace_id),
            words=words(wanted.locale),
            services=self._services,
        )

    async def _survey(self, scene: _Scene) -> None:
        async with self._services.database.connection() as conn:
            begun = await imports.read_again(conn, scene.wanted)
        if begun is None or begun.attempts > _DEATHS:
            await self._give_up(scene)
            return
        scene.wanted = begun
        if begun.message_ts is None or begun.attempts > 1:
            await scene.show(*view.reading(begun, scene.words))
        await self._members.before_names_matter(scene.workspace.workspace_id)
        try:
            found = await self._surveyed(scene)
        except TableFlaw as flaw:
            async with self._services.database.connection() as conn:
                await imports.settle(conn, scene.wanted, State.FAILED, flaw.to_json())
        else:
            async with self._services.database.connection() as conn:
                await imports.surveyed(conn, scene.wanted, found.inspection, found.mapping, found.to_json())
        await self._show_again(scene)

    async def _surveyed(self, scene: _Scene) -> finding.Found:
        for attempt in range(_DOWNLOADS):
            try:
                return await finding.survey(
                    self._services.database,
                    scene.workspace,
                    scene.source,
                    mapping=scene.wanted.mapping,
                    before=scene.wanted.inspection,
                )
            except TableFlaw as flaw:
                if flaw.flaw is not Flaw.CUT_OFF or attempt + 1 == _DOWNLOADS:
                    raise
        raise AssertionError("the loop returns or raises")

    async def _show_again(self, scene: _Scene) -> None:
        async with self._services.database.connection() as conn:
            scene.wanted = await imports.get(conn, scene.wanted.workspace_id, scene.wanted.import_id)
        await scene.show(*view.as_it_stands(scene.wanted, scene.words, scene.workspace))

    async def _import(self, scene: _Scene) -> None:
        async with self._services.database.connection() as conn:
            if scene.wanted.state is State.CANCELLING:
                # Whoever ran it is gone, and so is what it had written.
                await imports.settle(conn, scene.wanted, State.CANCELLED, {})
            claimed = await imports.claim(conn, scene.wanted)
        if claimed is None:
            await self._show_again(scene)
            if scene.wanted.state is State.RUNNING:
                # Somebody is at it, or died a moment ago.
                raise Again(imports.SILENCE)
            return
        scene.wanted = claimed
        if claimed.attempts > _DEATHS:
            await self._give_up(scene)
            return
        # The work waits for nobody to be told of it.
        showing = asyncio.create_task(scene.show_progress({}), name=f"show import {claimed.import_id}")
        try:
            with tempfile.TemporaryFile() as failed:
                await self._run(scene, failed)
        finally:
            await showing
        self._services.bell.ring()
        await self._show_again(scene)

    async def _give_up(self, scene: _Scene) -> None:
        """Of a file that ends every process that touches it, and of nothing that is not to be read any more."""
        if scene.wanted.attempts >= _DEATHS:
            outcome = {"flaw": "gave-up", "attempts": _DEATHS}
            async with self._services.database.connection() as conn:
                await imports.settle(conn, scene.wanted, State.FAILED, outcome)
        await self._show_again(scene)

    async def _run(self, scene: _Scene, failed: BinaryIO) -> None:
        actor = Actor(
            workspace_id=scene.workspace.workspace_id,
            person_id=scene.asker.person_id,
            role=scene.asker.role,
            source=Source.IMPORT,
        )
        run = Run(
            database=self._services.database,
            actor=actor,
            wanted=scene.wanted,
            source=scene.source,
            failed=failed,
            show=scene.show_progress,
            stopping=lambda: self._worker.stopping,
            wording=view.row_wording(scene.words),
        )
        try:
            await run.to_the_end()
        except Interrupted as error:
            raise Again(timedelta(seconds=1)) from error
