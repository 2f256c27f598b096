"""What a message that follows something shows at the moment: an issue's card, a comment, issues that were named, or
somebody's news."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import cards, channels, comment_lines, deleting, issues, outbox, people, previews, told, workspaces
from db.access import Actor
from db.channels import ChannelSettings
from db.errors import NotFound
from db.ids import ChannelId, CommentId, IssueId, MessageTs, PersonId, WorkspaceId
from db.notices import Notice
from db.outbox import Kind, Outgoing, Waiting
from db.previews import Line, Previewed
from db.states import Role, Source
from db.told import Told
from db.workspaces import Workspace
from handlers.news import message_of, reader_of, subjects
from handlers.services import Services
from handlers.views import keys
from handlers.views.blocks import Json
from handlers.views.cards import Card, CardStyle, card, gone
from handlers.views.deleting import farewell
from handlers.views.messages import comment_line
from handlers.words import words

UPDATE: Final = "chat.update"
UNFURL: Final = "chat.unfurl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What chat.postMessage takes, and the method that changes it. `state` names what is shown, to know when it is
    another."""

    arguments: Json
    state: str
    method: str = UPDATE


def comment_of(row: Waiting) -> CommentId | None:
    named = row.payload.get("comment_id")
    return None if named is None else CommentId(UUID(named))


def told_of(row: Waiting) -> PersonId | None:
    """Whom the message tells of an issue."""
    named = row.payload.get("told")
    return None if named is None else PersonId(UUID(named))


def is_preview(row: Waiting) -> bool:
    """Whether the message shows issues because somebody named them, or linked to them."""
    return row.kind is Kind.PREVIEW or bool(row.payload.get("preview"))


def previewing(channel_id: ChannelId, thread_ts: MessageTs, issue_ids: Sequence[IssueId]) -> Outgoing:
    """Has the issues shown in the thread, in this order."""
    payload = {"thread_ts": thread_ts, "issues": [str(issue_id) for issue_id in issue_ids]}
    return Outgoing(channel_id=channel_id, kind=Kind.PREVIEW, payload=payload)


def refreshing(
    channel_id: ChannelId,
    ts: MessageTs,
    issue_id: IssueId | None,
    *,
    patient: bool = False,
    comment_id: CommentId | None = None,
    told_to: PersonId | None = None,
    preview: bool = False,
) -> Outgoing:
    """Has the message brought up to date; of several such wishes one is carried out.

    `patient`: it is one of very many, and everything else goes first.
    """
    payload: dict[str, Any] = {"ts": ts}
    if comment_id is not None:
        payload["comment_id"] = str(comment_id)
    if told_to is not None:
        payload["told"] = str(told_to)
    if preview:
        payload["preview"] = True
    if patient:
        payload["patient"] = True
    return Outgoing(
        channel_id=channel_id,
        kind=Kind.REFRESH,
        payload=payload,
        issue_id=issue_id,
        coalesce_key=f"refresh:{ts}",
    )


def following(shown: Previewed) -> Outgoing:
    """Has a message brought up to date that shows an issue because somebody named it: cards go first."""
    return refreshing(shown.channel_id, shown.message_ts, shown.issue_id, patient=True, preview=True)


class Drawing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def draw(self, workspace_id: WorkspaceId, row: Waiting) -> Drawn | None:
        """As it is now; None when there is nothing to show."""
        comment_id, person_id = comment_of(row), told_of(row)
        if is_preview(row):
            return await self._preview(workspace_id, row)
        if comment_id is not None:
            return await self._comment(workspace_id, comment_id, row)
        if person_id is not None:
            return await self._told(workspace_id, person_id, row)
        return None if row.issue_id is None else await self._card(workspace_id, row.issue_id, row)

    async def _card(self, workspace_id: WorkspaceId, issue_id: IssueId, row: Waiting) -> Drawn | None:
        system = _system(workspace_id)
        async with self._services.database.connection() as conn:
            before = await _shown_version(conn, workspace_id, row)
            # Not what is remembered of it: its prefix or language may be why the card is drawn anew.
            workspace = await workspaces.ensure(conn, workspace_id)
            speech = words(workspace.settings.get("language"))
            kept = await channels.settings(conn, workspace_id, row.channel_id)
            try:
                issue = await issues.get(conn, system, issue_id)
            except NotFound:
                drawn = await _farewell(conn, system, issue_id, workspace, kept)
                # There is nothing to follow: a card that was not posted yet is not posted at all.
                shown = {"text": drawn.text, "blocks": drawn.blocks}
                return None if row.kind is Kind.CARD else Drawn(arguments=shown, state="gone")
            named = [person for person in (issue.assignee_id, issue.reporter_id) if person is not None]
            known = await people.get_many(conn, system, named)
        drawn = card(
            issue,
            people=known,
            words=speech,
            prefix=workspace.key_prefix,
            style=CardStyle.LINE if kept.condensed else CardStyle.CHANNEL,
        )
        arguments = {"text": drawn.text, "blocks": drawn.blocks}
        return Drawn(arguments=arguments, state=_state(issue.version, row, before, arguments))

    async def _preview(self, workspace_id: WorkspaceId, row: Waiting) -> Drawn | None:
        system = _system(workspace_id)
        async with self._services.database.connection() as conn:
            lines = await _lines(conn, workspace_id, row)
            found = await issues.get_many(conn, system, [line.issue_id for line in lines])
            # What was taken back before it was shown is not shown at all.
            if not lines or (row.kind is Kind.PREVIEW and not found):
                return None
            workspace = await workspaces.ensure(conn, workspace_id)
            assignees = {issue.assignee_id for issue in found.values() if issue.assignee_id is not None}
            known = await people.get_many(conn, system, list(assignees)) if assignees else {}
            away = {
                line.issue_id: await _farewell(conn, system, line.issue_id, workspace)
                for line in lines
                if line.issue_id not in found
            }
        speech = words(workspace.settings.get("language"))
        drawn = [
            away.get(line.issue_id)
            or keys.line(found.get(line.issue_id), known, speech, workspace.key_prefix)
            for line in lines
        ]
        state = " ".join(map(_digest, drawn))
        linked = {line.url: each for line, each in zip(lines, drawn, strict=True) if line.url is not None}
        if linked:
            return Drawn(arguments=keys.behind_links(linked), state=state, method=UNFURL)
        return Drawn(arguments=keys.message(drawn), state=state)

    async def _comment(self, workspace_id: WorkspaceId, comment_id: CommentId, row: Waiting) -> Drawn | None:
        workspace = await self._services.directory.workspace(workspace_id)
        async with self._services.database.connection() as conn:
            found = (await comment_lines.spoken(conn, workspace_id, [comment_id])).get(comment_id)
            if found is None or (found.deleted and row.kind is Kind.COMMENT and not row.payload.get("anew")):
                return None
            author = found.comment.author_id
            known = await people.get_many(conn, _system(workspace_id), [author] if author else [])
        arguments = comment_line(
            found.comment, known, words(workspace.settings.get("language")), deleted=found.deleted
        )
        return Drawn(arguments=arguments, state=found.state)

    async def _told(self, workspace_id: WorkspaceId, person_id: PersonId, row: Waiting) -> Drawn | None:
        async with self._services.database.connection() as conn:
            kept = await _kept(conn, workspace_id, person_id, row.payload["ts"])
            said = await self._news(conn, workspace_id, kept.notice) if kept is not None else None
        if kept is None or said is None:
            return None
        return Drawn(arguments={"text": said["text"], "blocks": said["blocks"]}, state=str(kept.state))

    async def _news(self, conn: asyncpg.Connection, workspace_id: WorkspaceId, notice: Notice) -> Json | None:
        """None when it is nothing for them any more."""
        known = await people.get_many(conn, _system(workspace_id), [notice.person_id])
        person = known.get(notice.person_id)
        if person is None or not person.active or person.slack_user_id is None:
            return None
        issue = (await subjects(conn, reader_of(person), [notice])).get(notice.issue_id)
        return None if issue is None else await message_of(self._services, conn, person, [(issue, notice)])

    async def shown(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting, ts: MessageTs
    ) -> str | None:
        """The state that the message shows; None: it follows nothing any more."""
        if is_preview(row):
            lines = await previews.at(conn, workspace_id, row.channel_id, ts)
            return " ".join(line.shown for line in lines) if lines else None
        if comment_of(row) is not None:
            line = await comment_lines.at(conn, workspace_id, row.channel_id, ts)
            return None if line is None else line.shown
        if (person_id := told_of(row)) is not None:
            kept = await _kept(conn, workspace_id, person_id, ts)
            return None if kept is None else str(kept.shown)
        posted = await cards.at(conn, workspace_id, row.channel_id, ts)
        return None if posted is None else str(posted.shown_version)

    async def remember(
        self,
        conn: asyncpg.Connection,
        workspace_id: WorkspaceId,
        row: Waiting,
        place: tuple[ChannelId, MessageTs],
        state: str,
    ) -> None:
        """From now on what was just posted follows what it shows."""
        comment_id, thread_ts = comment_of(row), row.payload.get("thread_ts")
        if row.kind is Kind.COMMENT and comment_id is not None and thread_ts is not None:
            await comment_lines.remember(
                conn, workspace_id, *place, comment_id, thread_ts=thread_ts, state=state
            )
        elif row.kind is Kind.CARD and row.issue_id is not None:
            await cards.remember(conn, workspace_id, *place, row.issue_id, _version(state), thread_ts)
        elif row.kind is Kind.PREVIEW:
            await previews.remember(conn, workspace_id, *place, _named(row), state.split())

    async def shows(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting, ts: MessageTs, state: str
    ) -> None:
        """It was brought up to date."""
        if is_preview(row):
            await previews.shows(conn, workspace_id, row.channel_id, ts, state.split())
        elif comment_of(row) is not None:
            await comment_lines.shows(conn, workspace_id, row.channel_id, ts, state)
        elif (person_id := told_of(row)) is not None:
            await told.shows(conn, workspace_id, person_id, ts, _version(state))
        else:
            await cards.shown(conn, workspace_id, row.channel_id, ts, _version(state), before=_before(state))

    async def catch_up(
        self, workspace_id: WorkspaceId, row: Waiting, place: tuple[ChannelId, MessageTs], state: str
    ) -> None:
        """What changed while the message was on its way found nothing to refresh yet."""
        if (person_id := told_of(row)) is not None:
            await self._catch_up_told(workspace_id, person_id, place)
        if row.kind not in (Kind.CARD, Kind.COMMENT, Kind.PREVIEW):
            return
        now = await self.draw(workspace_id, row)
        if now is None or now.state != state:
            again = refreshing(
                *place, row.issue_id, comment_id=comment_of(row), preview=row.kind is Kind.PREVIEW
            )
            async with self._services.database.transaction() as conn:
                if row.kind is Kind.CARD:
                    # The version may be the same, and only what is said of it another.
                    await cards.outdate_one(conn, workspace_id, *place)
                await outbox.put(conn, workspace_id, [again])

    async def _catch_up_told(
        self, workspace_id: WorkspaceId, person_id: PersonId, place: tuple[ChannelId, MessageTs]
    ) -> None:
        async with self._services.database.transaction() as conn:
            kept = await _kept(conn, workspace_id, person_id, place[1])
            if kept is not None and kept.state != kept.shown:
                again = refreshing(*place, kept.notice.issue_id, told_to=person_id)
                await outbox.put(conn, workspace_id, [again])

    async def lost(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting, ts: MessageTs, *, anew: bool
    ) -> None:
        """The message is gone, or with `anew` cannot be changed any more and is to be posted once more."""
        if is_preview(row):
            await previews.forget(conn, workspace_id, row.channel_id, ts)
            return
        if comment_of(row) is not None:
            await comment_lines.forget(conn, workspace_id, row.channel_id, ts)
            return
        if (person_id := told_of(row)) is not None:
            await self._tell_anew(conn, workspace_id, person_id, ts)
            return
        posted = await cards.at(conn, workspace_id, row.channel_id, ts)
        await cards.forget(conn, workspace_id, row.channel_id, ts)
        # Very many at once would be a flood: these stay as they are.
        if anew and row.issue_id is not None and not row.payload.get("patient"):
            thread_ts = posted.thread_ts if posted is not None else None
            await cards.ask(conn, workspace_id, row.issue_id, row.channel_id, thread_ts)

    async def _tell_anew(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId, ts: MessageTs
    ) -> None:
        """What was to be added has no message to stand in: it is one of its own."""
        kept = await _kept(conn, workspace_id, person_id, ts)
        await told.forget(conn, workspace_id, person_id)
        if kept is None or (said := await self._news(conn, workspace_id, kept.notice)) is None:
            return
        person = (await people.get_many(conn, _system(workspace_id), [person_id]))[person_id]
        message = Outgoing(channel_id=ChannelId(str(person.slack_user_id)), payload=said)
        await outbox.put(conn, workspace_id, [message])


async def _farewell(
    conn: asyncpg.Connection,
    system: Actor,
    issue_id: IssueId,
    workspace: Workspace,
    channel: ChannelSettings | None = None,
) -> Card:
    """In place of an issue that is gone; in a card of a `channel` with the way back, unless its cards are short."""
    speech = words(workspace.settings.get("language"))
    away = (await deleting.gone(conn, system, [issue_id])).get(issue_id)
    if away is None or not away.on_purpose:
        return gone(speech)
    known = await people.get_many(conn, system, [away.by]) if away.by is not None else {}
    back = channel is not None and not channel.condensed
    return farewell(away, known, speech, workspace.key_prefix, button_too=back)


def _named(row: Waiting) -> list[IssueId]:
    return [IssueId(UUID(issue_id)) for issue_id in row.payload["issues"]]


async def _lines(conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting) -> Sequence[Line]:
    if row.kind is Kind.PREVIEW:
        return [Line(issue_id=issue_id, url=None, shown="") for issue_id in _named(row)]
    return await previews.at(conn, workspace_id, row.channel_id, row.payload["ts"])


def _digest(line: Card) -> str:
    """Of what can be seen: the ids of blocks change with every version, whether or not that shows."""
    seen = [{name: part for name, part in block.items() if name != "block_id"} for block in line.blocks]
    return blake2b(json.dumps(seen).encode(), digest_size=8).hexdigest()


async def _kept(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId, ts: str
) -> Told | None:
    """What this message tells; None when another has told something since."""
    kept = await told.of_person(conn, workspace_id, person_id)
    return kept if kept is not None and kept.place is not None and kept.place[1] == ts else None


async def _shown_version(conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting) -> int:
    """Of the card that is brought up to date; read before what it shows, so that no change in between is missed."""
    if row.kind is not Kind.REFRESH:
        return 0
    posted = await cards.at(conn, workspace_id, row.channel_id, row.payload["ts"])
    return 0 if posted is None else posted.shown_version


def _state(version: int, row: Waiting, before: int, arguments: Json) -> str:
    """The version; and what else tells a card from what it may be a moment later, its issue being as it was: of one
    that is posted all that it says, of one that was out of date how far it was."""
    if row.kind is Kind.CARD:
        return f"{version}:{blake2b(json.dumps(arguments).encode(), digest_size=8).hexdigest()}"
    return str(version) if before >= 0 else f"{version}:{before}"


def _version(state: str) -> int:
    """0 where it is not known, or the issue is gone: the next state is newer, whichever."""
    version = state.partition(":")[0]
    return int(version) if version.isdigit() else 0


def _before(state: str) -> int:
    return int(state.partition(":")[2] or 0)


def _system(workspace_id: WorkspaceId) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
