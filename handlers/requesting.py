"""Who asks: the person, workspace and place behind a request from Slack."""

from __future__ import annotations

from dataclasses import dataclass

from db.people import Person

from db.access import Actor
from db.ids import ChannelId, MessageTs, SlackUserId
from db.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """`context["asker"]` of every listener whose request has a person behind it.

    `request_key` names this delivery (trigger, view or event id): the same delivery, repeated, has the
    same key, so a write that carries it in its Origin happens once. `reference` is the id in the logs
    that an error message shows.
    """

    actor: Actor
    person: Person
    workspace: Workspace
    locale: str
    slack_user_id: SlackUserId
    channel_id: ChannelId | None
    thread_ts: MessageTs | None
    request_key: str | None
    reference: str
