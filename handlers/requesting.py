"""Who asks: the person, workspace and place behind a request from Slack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from db import people, workspaces
from db.access import Actor
from db.errors import Busy
from db.ids import ChannelId, MessageTs, PersonId, SlackUserId, WorkspaceId
from db.people import Person
from db.pool import Database
from db.states import Role, Source
from db.workspaces import Workspace
from handlers import asked, reference
from handlers.errors import Automaton, Deactivated
from handlers.installing import Installation
from handlers.services import SlackClients
from handlers.words import call_command

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Seconds that a person's or workspace's row is believed.
KEPT = 60.0
# Seconds from when something was asked for, until it has to be known who asks.
PATIENCE = 2.0
_MOST_KEPT = 20_000
_MOST_NAMED = 5_000


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


class _Kept(Generic[K, V]):
    """What was loaded a moment ago; many who ask for the same thing at once cause one load."""

    def __init__(self, load: Callable[[K], Awaitable[V]]) -> None:
        self._load = load
        self._values: dict[K, tuple[float, V]] = {}
        self._loading: dict[K, asyncio.Task[V]] = {}

    def fresh(self, key: K) -> V | None:
        held = self._values.get(key)
        return held[1] if held is not None and held[0] > time.monotonic() else None

    async def get(self, key: K) -> V:
        value = self.fresh(key)
        if value is not None:
            return value
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.ensure_future(self._fill(key))
            loading.add_done_callback(lambda _: self._loading.pop(key, None))
        return await asyncio.shield(loading)

    async def _fill(self, key: K) -> V:
        value = await self._load(key)
        while len(self._values) >= _MOST_KEPT:
            del self._values[next(iter(self._values))]
        self._values[key] = (time.monotonic() + KEPT, value)
        return value

    def forget(self, key: K) -> None:
        self._values.pop(key, None)


class Directory:
    """People and workspaces, kept for a minute: a warm request asks the database nothing."""

    def __init__(self, database: Database, slack: SlackClients) -> None:
        self._database = database
        self._slack = slack
        self._workspaces: _Kept[WorkspaceId, Workspace] = _Kept(self._load_workspace)
        self._people: _Kept[tuple[WorkspaceId, SlackUserId], Person] = _Kept(self._load_person)
        self._named: dict[WorkspaceId, dict[PersonId, tuple[float, Person]]] = {}
        self._automata: set[tuple[WorkspaceId, SlackUserId]] = set()

    def known(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> tuple[Workspace, Person] | None:
        """Both, when nothing needs to be asked for them."""
        workspace = self._workspaces.fresh(workspace_id)
        person = self._people.fresh((workspace_id, slack_user_id))
        return (workspace, person) if workspace is not None and person is not None else None

    async def workspace(self, workspace_id: WorkspaceId) -> Workspace:
        return await self._workspaces.get(workspace_id)

    async def person(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> Person:
        await self.workspace(workspace_id)
        return await self._people.get((workspace_id, slack_user_id))

    async def both(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> tuple[Workspace, Person]:
        workspace = await self.workspace(workspace_id)
        return workspace, await self.person(workspace_id, slack_user_id)

    async def people(self, asker: Asker, person_ids: Iterable[PersonId | None]) -> dict[PersonId, Person]:
        """Those of them that exist, to be named; also by the id of somebody who was merged into another."""
        workspace_id, now = asker.actor.workspace_id, time.monotonic()
        if len(self._named) >= _MOST_NAMED:
            self._named.clear()
        held = self._named.setdefault(workspace_id, {})
        known, missing = {asker.person.person_id: asker.person}, []
        for person_id in person_ids:
            if person_id is None or person_id in known:
                continue
            until, person = held.get(person_id, (now, None))
            if person is None or until <= now:
                missing.append(person_id)
            else:
                known[person_id] = person
        if missing:
            async with self._database.connection() as conn:
                found = await people.get_many(conn, asker.actor, missing)
            if len(held) >= _MOST_NAMED:
                held.clear()
            held.update((person_id, (now + KEPT, person)) for person_id, person in found.items())
            known |= found
        return known

    def forget_workspace(self, workspace_id: WorkspaceId) -> None:
        self._workspaces.forget(workspace_id)
        self._named.pop(workspace_id, None)

    def forget_person(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> None:
        self._people.forget((workspace_id, slack_user_id))
        # Another may have been merged into them; it happens rarely enough.
        self._named.pop(workspace_id, None)

    async def _load_workspace(self, workspace_id: WorkspaceId) -> Workspace:
        async with self._database.connection() as conn:
            return await workspaces.ensure(conn, workspace_id, "")

    async def _load_person(self, key: tuple[WorkspaceId, SlackUserId]) -> Person:
        workspace_id, slack_user_id = key
        if key in self._automata:
            raise Automaton
        async with self._database.connection() as conn:
            found = await people.by_slack_ids(conn, workspace_id, [slack_user_id])
        if slack_user_id in found:
            return found[slack_user_id]
        client = await self._slack.client(workspace_id)
        try:
            answer = await client.users_info(user=slack_user_id, include_locale=True)
            profile: Mapping[str, Any] = answer["user"]
            if profile.get("is_bot") or slack_user_id == _SLACKBOT:
                self._automata.add(key)
                raise Automaton
        except SlackApiError as error:
            if error.response.get("error") not in _INVISIBLE:
                raise
            # Someone of another organisation whom Slack does not let us look up.
            profile = {"name": slack_user_id, "is_stranger": True}
        async with self._database.transaction() as conn:
            return await people.ensure_slack(
                conn, workspace_id, slack_user_id, **described(profile, workspace_id)
            )


_SLACKBOT = "USLACKBOT"
_INVISIBLE = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


def described(user: Mapping[str, Any], workspace_id: WorkspaceId) -> dict[str, Any]:
    """A Slack user as `ensure_slack` takes it."""
    profile = user.get("profile", {})
    name = (
        # The full name: it is what other trackers' exports and reports call the same person.
        profile.get("real_name")
        or profile.get("display_name")
        or user.get("real_name")
        or user.get("name")
        or user.get("id")
    )
    called = (user.get("name"), profile.get("display_name"))
    return {
        "name": str(name)[:255],
        "handles": tuple(dict.fromkeys(str(each)[:255] for each in called if each)),
        # What another organisation says of its people does not make them one of those known here.
        "email": None if _of_others(user, workspace_id) else profile.get("email"),
        "role": role_of(user, workspace_id),
        "timezone": user.get("tz") or "UTC",
        "locale": user.get("locale") or "en",
    }


def role_of(user: Mapping[str, Any], workspace_id: WorkspaceId) -> Role:
    """Guests of Slack, and people who are here only through Slack Connect, are guests."""
    if user.get("is_restricted") or user.get("is_ultra_restricted") or _of_others(user, workspace_id):
        return Role.GUEST
    if user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"):
        return Role.ADMIN
    return Role.MEMBER


def _of_others(user: Mapping[str, Any], workspace_id: WorkspaceId) -> bool:
    """Here only through Slack Connect."""
    homes = {user.get("team_id"), user.get("enterprise_user", {}).get("enterprise_id")}
    homes.update(user.get("enterprise_user", {}).get("teams", ()))
    return bool(user.get("is_stranger")) or (homes != {None} and workspace_id not in homes)


# Slack tells of somebody, who asks for nothing by that: they may be gone, come back, or be known to nobody yet.
_NEWS = frozenset(
    {"user_change", "team_join", "channel_unarchive", "group_unarchive", "member_joined_channel"}
)


class Requesting(AsyncMiddleware):
    """Puts the asker into the context; what bots say goes no further."""

    def __init__(self, directory: Directory, called: Callable[[str], object] = call_command) -> None:
        """`called` hears what Slack calls the command."""
        self._directory = directory
        self._called = called

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        body, context = req.body, req.context
        if (name := body.get("command")) is not None:
            self._called(name)
        # Else Bolt warns of every listener that asks for it.
        context["asker"] = None
        event = body.get("event")
        if event is not None and from_bot(event):
            return BoltResponse(status=200, body="")
        if event is not None and event.get("type") in _NEWS:
            return await next()
        installation: Installation | None = context.get("installation")
        user_id = context.user_id
        if installation is None or user_id is None or user_id == installation.bot_user_id:
            return await next()
        workspace_id, slack_user_id = installation.workspace_id, SlackUserId(user_id)
        known = self._directory.known(workspace_id, slack_user_id)
        if known is None:
            try:
                workspace, person = await in_time(body, self._directory.both(workspace_id, slack_user_id))
            except Automaton:
                # What one does without a word, as reacting, says only whose user did it.
                return BoltResponse(status=200, body="")
        else:
            workspace, person = known
        if not person.active:
            if event is not None and not to_the_bot(event):
                # They asked for nothing, and are not to be answered whenever they say something to others.
                return BoltResponse(status=200, body="")
            raise Deactivated
        context["asker"] = Asker(
            actor=Actor(
                workspace_id=workspace_id, person_id=person.person_id, role=person.role, source=Source.SLACK
            ),
            person=person,
            workspace=workspace,
            locale=person.locale,
            slack_user_id=slack_user_id,
            channel_id=_channel(context.channel_id),
            thread_ts=MessageTs(context.thread_ts) if context.thread_ts else None,
            request_key=request_key(body),
            reference=reference.current(),
        )
        return await next()


async def in_time(body: Mapping[str, Any], work: Awaitable[V]) -> V:
    """Somebody waits, and nothing is done yet: raises Busy rather than to let Slack give up on it.

    An event nobody waits for; should it be late, Slack tells of it again.
    """
    if "event" in body:
        return await work
    try:
        async with asyncio.timeout(asked.left(PATIENCE)) as patience:
            return await work
    except TimeoutError as error:
        if not patience.expired():
            raise
        raise Busy from error


def from_bot(event: Mapping[str, Any]) -> bool:
    """Messages of bots, of this one too, and their edits and deletions."""
    inner = event.get("message") or event.get("previous_message") or event
    return "bot_id" in event or "bot_id" in inner or event.get("subtype") == "bot_message"


def to_the_bot(event: Mapping[str, Any]) -> bool:
    """Somebody speaks to it, or looks at its Home; the rest goes on among people."""
    if event.get("type") == "message":
        return event.get("channel_type") == "im" and event.get("subtype") in (None, "file_share")
    return event.get("type") in ("app_mention", "app_home_opened")


def request_key(body: Mapping[str, Any]) -> str | None:
    """Names the delivery. A form's key holds its hash: sent twice it is one, changed by us it is another."""
    if (event_id := body.get("event_id")) is not None:
        return f"event:{event_id}"
    if body.get("type") == "view_submission":
        view = body["view"]
        return f"view:{view['id']}:{view.get('hash', '')}"
    if (trigger := body.get("trigger_id")) is not None:
        return f"trigger:{trigger}"
    return None


def _channel(channel_id: str | None) -> ChannelId | None:
    return ChannelId(channel_id) if channel_id else None
