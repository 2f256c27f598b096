"""What every capability is given: the app-lifetime parts it works with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from db.ids import WorkspaceId
from db.issues import Amending, Filing, Looking, Reading
from db.plain_listing import PlainListing
from db.pool import Database
from db.remarks import Remarks
from handlers.api.secrets import TokenChecker
from handlers.charts import Drawer
from handlers.outside import Outside
from handlers.rush import Rush
from handlers.vault import Vault

if TYPE_CHECKING:
    from handlers.requesting import Directory


class Bell(Protocol):
    """Wakes the job workers. Ringing costs nothing: many rings become one notification."""

    def ring(self) -> None: ...


class SlackClients(Protocol):
    """Web API clients by workspace. Raises NotInstalled.

    `client` waits out short rate limits and tries again; `sender` leaves every failure to its caller.
    """

    async def client(self, workspace_id: WorkspaceId) -> AsyncWebClient: ...

    async def sender(self, workspace_id: WorkspaceId) -> AsyncWebClient: ...

    def forget(self, workspace_id: WorkspaceId) -> None:
        """The app was taken out of it, or put in anew."""


class Background(Protocol):
    """Work that goes on after an answer was given; a stopping process waits for it."""

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None: ...

    def later(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Starts it then; a process that stops before does not wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`clock` returns an aware datetime; `public_url` is LODGE_PUBLIC_URL without a trailing slash."""

    database: Database
    bell: Bell
    clock: Callable[[], datetime]
    slack: SlackClients
    directory: Directory
    background: Background
    tokens: TokenChecker
    vault: Vault
    outside: Outside
    drawer: Drawer
    public_url: str | None = None
    rush: Rush = field(default_factory=Rush)
    filing: Filing = field(init=False)
    amending: Amending = field(init=False)
    reading: Reading = field(init=False)
    looking: Looking = field(init=False)
    remarks: Remarks = field(init=False)
    listing: PlainListing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "filing", Filing(self.database))
        object.__setattr__(self, "amending", Amending(self.database))
        object.__setattr__(self, "reading", Reading(self.database))
        object.__setattr__(self, "looking", Looking(self.database))
        object.__setattr__(self, "remarks", Remarks(self.database))
        object.__setattr__(self, "listing", PlainListing(self.database))
