"""The step "Create an issue" of Slack's Workflow Builder."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.complete.async_complete import AsyncComplete
from slack_bolt.context.fail.async_fail import AsyncFail
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from db import cards, issues
from db.access import Actor
from db.errors import FieldError, Invalid, LodgeError
from db.ids import ChannelId, PersonId, SlackUserId, WorkspaceId
from db.issues import Issue, IssueDraft
from db.origins import Origin
from db.people import Person
from db.states import Priority, Role, Source, read_priority
from handlers import reference
from handlers.channels import can_post
from handlers.commands import Commands
from handlers.errors import expected, explain
from handlers.installing import Installation
from handlers.services import Services
from handlers.views.blocks import Json
from handlers.words import words

_log = logging.getLogger(__name__)

STEP: Final = "create_issue"

_OVER: Final = frozenset({"execution_not_in_running_state", "function_execution_not_found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One run of the step. `execution_id` names it: the same run, delivered again, files nothing new."""

    workspace_id: WorkspaceId
    inputs: Mapping[str, Any]
    execution_id: str
    app_id: str

    def text(self, name: str) -> str:
        return str(self.inputs.get(name) or "").strip()


class Workflows:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def create(
        self,
        body: dict[str, Any],
        event: dict[str, Any],
        complete: AsyncComplete,
        fail: AsyncFail,
        context: AsyncBoltContext,
    ) -> None:
        installation: Installation | None = context.get("installation")
        if installation is None:
            return
        step = _Step(
            workspace_id=installation.workspace_id,
            inputs=event.get("inputs") or {},
            execution_id=str(event["function_execution_id"]),
            app_id=str(body.get("api_app_id") or ""),
        )
        workspace = await self._services.directory.workspace(step.workspace_id)
        spoken = words(workspace.settings.get("language"))
        try:
            issue = await self._create(step)
        except LodgeError as error:
            if not expected(error):
                raise
            said = explain(error, spoken, reference.current())
            await _told(fail(error=spoken.plain("workflow-failed", why=str(said))))
            return
        self._services.bell.ring()
        await _told(complete(outputs=self._outputs(step, issue, issue.key(workspace.key_prefix))))

    async def _create(self, step: _Step) -> Issue:
        reporter = await self._person(step, "reporter")
        assignee = await self._person(step, "assignee")
        channel_id = await self._channel(step)
        draft = IssueDraft(
            title=step.text("title"),
            description=step.text("description"),
            priority=read_priority(step.text("priority")) if step.text("priority") else Priority.NONE,
            assignee_id=assignee.person_id if assignee else None,
            labels=tuple(filter(None, (each.strip() for each in re.split("[,\n]", step.text("labels"))))),
        )
        origin = Origin(channel_id=channel_id, request_key=f"function:{step.execution_id}")
        async with self._services.database.transaction() as conn:
            written = await issues.create(conn, _actor(step, reporter), draft, origin)
            if channel_id is not None and not written.repeated:
                owner: PersonId | None = reporter.person_id if reporter else None
                await cards.ask(conn, step.workspace_id, written.issue.issue_id, channel_id, owner_id=owner)
        return written.issue

    async def _person(self, step: _Step, name: str) -> Person | None:
        slack_user_id = step.text(name)
        if not slack_user_id:
            return None
        return await self._services.directory.person(step.workspace_id, SlackUserId(slack_user_id))

    async def _channel(self, step: _Step) -> ChannelId | None:
        """Raises Invalid where the bot cannot post: the step says so, rather than file an issue nobody sees."""
        channel_id = step.text("channel")
        if not channel_id:
            return None
        client = await self._services.slack.client(step.workspace_id)
        if not await can_post(client, channel_id):
            message = "invite the app to the channel first"
            raise Invalid(FieldError(field="channel", code="not_in_channel", message=message))
        return ChannelId(channel_id)

    def _outputs(self, step: _Step, issue: Issue, key: str) -> Json:
        if self._services.public_url is not None:
            link = f"{self._services.public_url}/issues/{issue.issue_id}"
        else:
            link = f"https://slack.com/app_redirect?app={step.app_id}&team={step.workspace_id}"
        return {"issue_id": str(issue.issue_id), "key": key, "link": link}


async def give_up(client_of: Callable[[str], AsyncWebClient], body: Mapping[str, Any]) -> None:
    """Slack tells of it no more, and nothing could be done: a step must not run on until the workflow is tired of it.

    Whatever is not at hand then (the database) is not asked: the event brings a token for this.
    """
    event = body.get("event") or {}
    if event.get("type") != "function_executed" or not event.get("bot_access_token"):
        return
    client = client_of(str(event["bot_access_token"]))
    error = words(None).plain("workflow-given-up")
    try:
        await _told(
            client.functions_completeError(function_execution_id=event["function_execution_id"], error=error)
        )
    except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as failure:
        _log.warning("a step could not be given up", extra={"error": str(failure) or repr(failure)})


async def _told(telling: Awaitable[object]) -> None:
    """The workflow may have been told by an earlier delivery of the same step, or was stopped meanwhile."""
    try:
        await telling
    except SlackApiError as error:
        if error.response["error"] not in _OVER:
            raise


def _actor(step: _Step, reporter: Person | None) -> Actor:
    """Whoever the workflow says reports it; otherwise the workflow itself."""
    return Actor(
        workspace_id=step.workspace_id,
        person_id=reporter.person_id if reporter else None,
        role=reporter.role if reporter else Role.MEMBER,
        source=Source.SLACK,
    )


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    app.function(STEP)(Workflows(services).create)
