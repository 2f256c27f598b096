"""Where the app is installed: the token and the bot's own ids, by workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from db.ids import SlackUserId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`workspace_id` is the team's id, or the organisation's for an org-wide install."""

    workspace_id: WorkspaceId
    name: str
    bot_token: str = field(repr=False)
    bot_user_id: SlackUserId
    bot_id: str | None
    enterprise_id: str | None = None


class Installations(Protocol):
    """Finds the installation a request belongs to; None where there is none.

    Called with every request: an implementation keeps what it found.
    """

    def known(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        """What `find` would find without asking anybody; None where it has to ask, or would find none."""

    async def find(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None: ...

    def forget(self, workspace_id: WorkspaceId) -> None:
        """Drops what is kept of this workspace."""
