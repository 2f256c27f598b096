"""What was shown of issues because somebody named or linked to them says what is so now, and is no home of theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from slack_sdk.errors import SlackApiError

from db import (
    announcements,
    cards,
    changes,
    deleting,
    issues,
    labels,
    outbox,
    people,
    previews,
    workspaces,
)
from db.ids import ChannelId, IssueId, LabelId, MessageTs, SlackUserId
from db.issues import Issue, IssuePatch
from db.outbox import Kind, Outgoing
from db.pool import Database
from handlers import redrawing
from handlers.announcing import Announcing
from handlers.delivering import Delivering
from handlers.drawing import previewing, refreshing
from handlers.hearing import Heard
from handlers.jobs import Job, Worker
from handlers.keys import Keys
from handlers.requesting import Asker
from handlers.rush import Rush
from handlers.services import Services
from tests.db.worlds import World, file, make_world, me

HERE, ROOT, TS = ChannelId("C1"), MessageTs("1.0"), MessageTs("1.1")
URL = "https://lodge.example"
Json = dict[str, Any]


class Slack:
    """Takes what is sent, but refuses changes in these words; `guest`: whether one reads the channel."""

    def __init__(self, *refusals: str) -> None:
        self.refusals = list(refusals)
        self.guest = False
        self.posted: list[Json] = []
        self.updated: list[Json] = []
        self.unfurled: list[Json] = []

    async def sender(self, _: object) -> Any:
        return self

    async def chat_postMessage(self, **message: Any) -> Json:  # noqa: N802
        self.posted.append(message)
        return {"channel": message["channel"], "ts": TS}

    async def chat_update(self, **message: Any) -> None:
        self._refuse()
        self.updated.append(message)

    async def chat_unfurl(self, **message: Any) -> None:
        self._refuse()
        self.unfurled.append(message)

    def _refuse(self) -> None:
        if self.refusals:
            said = {"error": self.refusals.pop(0)}
            response = SimpleNamespace(status_code=200, headers={}, get=said.get)
            raise SlackApiError("refused", response)  # type: ignore[no-untyped-call]

    async def conversations_info(self, **_: Any) -> Json:
        return {"channel": {}}

    async def conversations_members(self, **_: Any) -> Json:
        return {"members": ["UADA", *(["UGUEST"] if self.guest else [])]}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    conn: asyncpg.Connection
    world: World
    services: Services
    slack: Slack

    async def filed(self, title: str, **fields: object) -> Issue:
        """Of which everything is announced."""
        issue = await file(self.conn, self.world.ada, title, **fields)
        await self.announce()
        return issue

    async def edit(self, issue: Issue, **fields: Any) -> None:
        await issues.edit(self.conn, self.world.ada, issue.issue_id, IssuePatch(**fields))

    async def announce(self) -> None:
        async with self.services.database.transaction() as conn:
            batch = await announcements.take(conn, self.world.workspace_id, 100)
            if batch is not None:
                for announcer in Announcing(self.services).announcers:
                    await announcer(conn, batch)
                await redrawing.announce(conn, batch)

    async def deliver(self) -> None:
        """At a moment when Slack's pace holds nothing back."""
        await self.conn.execute("DELETE FROM send_pace")
        await self.conn.execute("UPDATE outbox SET not_before = NULL WHERE kind = 'refresh'")
        worker = cast("Worker", SimpleNamespace(stopping=False))
        payload = outbox.address(self.world.workspace_id, HERE)
        await Delivering(self.services, worker).run(Job(id=0, payload=payload, attempts=0))

    async def preview(self, *shown: Issue) -> None:
        await outbox.put(
            self.conn, self.world.workspace_id, [previewing(HERE, ROOT, [each.issue_id for each in shown])]
        )
        await self.deliver()

    async def link(self, linked: Mapping[str, IssueId]) -> None:
        await previews.link(self.conn, self.world.workspace_id, HERE, TS, linked)
        await outbox.put(self.conn, self.world.workspace_id, [refreshing(HERE, TS, None, preview=True)])
        await self.deliver()

    async def waiting(self) -> list[Any]:
        return list(await self.conn.fetch("SELECT * FROM outbox WHERE state = 'waiting' ORDER BY outbox_id"))

    async def followed(self) -> int:
        return len(await previews.at(self.conn, self.world.workspace_id, HERE, TS))


@pytest.fixture
async def stage(conn: asyncpg.Connection, database: Database) -> Stage:
    world, slack = await make_world(conn), Slack()
    parts: Json = {each.name: None for each in dataclasses.fields(Services) if each.init}
    parts |= {"database": database, "slack": slack, "public_url": URL}
    parts |= {"bell": SimpleNamespace(ring=lambda: None), "rush": Rush()}

    async def workspace(workspace_id: Any) -> Any:
        return await workspaces.get(conn, workspace_id)

    parts["directory"] = SimpleNamespace(workspace=workspace)
    services = SimpleNamespace(**parts)
    return Stage(conn=conn, world=world, services=cast("Services", services), slack=slack)


def linked(issue: Issue) -> str:
    return f"{URL}/issues/{issue.issue_id}"


async def test_one_message_follows_each_of_the_issues_that_it_shows(stage: Stage) -> None:
    boiler, pump = await stage.filed("Boiler"), await stage.filed("Pump")
    await stage.preview(pump, boiler)
    (posted,) = stage.slack.posted
    assert posted["thread_ts"] == ROOT
    assert "issues" not in posted
    assert ["Pump" in str(posted["blocks"][0]), "Boiler" in str(posted["blocks"][1])] == [True, True]
    assert await stage.waiting() == []
    for issue, title in ((boiler, "Kettle"), (pump, "Valve")):
        await stage.edit(issue, title=title)
        await stage.announce()
        await stage.deliver()
    first, second = stage.slack.updated
    assert (first["channel"], first["ts"]) == (HERE, TS)
    assert ["Pump" in first["text"], "Kettle" in first["text"]] == [True, True]
    assert ["Valve" in second["text"], "Kettle" in second["text"]] == [True, True]
    await outbox.put(stage.conn, stage.world.workspace_id, [refreshing(HERE, TS, None, preview=True)])
    await stage.deliver()
    assert len(stage.slack.updated) == 2


async def test_a_change_says_nothing_where_an_issue_was_merely_shown(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    await issues.close(stage.conn, stage.world.ada, issue.issue_id)
    await stage.announce()
    (wish,) = await stage.waiting()
    assert (wish["kind"], wish["payload"]) == ("refresh", {"ts": TS, "preview": True, "patient": True})


async def test_a_burst_is_one_change_of_the_message(stage: Stage) -> None:
    boiler, pump = await stage.filed("Boiler"), await stage.filed("Pump")
    await stage.preview(boiler, pump)
    for title in ("Kettle", "Teapot"):
        await stage.edit(boiler, title=title)
        await stage.edit(pump, title=f"{title} pump")
        await stage.announce()
    await stage.deliver()
    (updated,) = stage.slack.updated
    assert "Teapot pump" in updated["text"]


async def test_what_cannot_be_seen_there_is_no_reason_to_change_it(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    await stage.edit(issue, description="It is the valve.")
    await stage.announce()
    await stage.deliver()
    assert stage.slack.updated == []
    assert await stage.waiting() == []


async def test_what_is_behind_links_follows_too(stage: Stage) -> None:
    boiler, pump = await stage.filed("Boiler"), await stage.filed("Pump")
    await stage.link({linked(boiler): boiler.issue_id, linked(pump): pump.issue_id})
    await stage.edit(pump, title="Valve")
    await stage.announce()
    await stage.deliver()
    first, second = stage.slack.unfurled
    assert first["unfurls"].keys() == second["unfurls"].keys() == {linked(boiler), linked(pump)}
    assert (second["channel"], second["ts"]) == (HERE, TS)
    assert "Pump" in str(first["unfurls"][linked(pump)])
    assert "Valve" in str(second["unfurls"][linked(pump)])
    assert first["unfurls"][linked(boiler)] == second["unfurls"][linked(boiler)]


async def test_a_label_that_is_renamed_has_its_new_name_there(stage: Stage) -> None:
    issue = await stage.filed("Boiler", labels=("bug",))
    await stage.preview(issue)
    (label,) = await labels.all(stage.conn, stage.world.admin)
    await labels.rename(stage.conn, stage.world.admin, LabelId(label.label_id), "defect")
    await stage.announce()
    await stage.deliver()
    (updated,) = stage.slack.updated
    assert "defect" in str(updated["blocks"])


async def test_an_issue_that_is_taken_back_is_so_there(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    await stage.conn.execute("UPDATE issues SET deleted_at = now()")
    await outbox.put(
        stage.conn, stage.world.workspace_id, [refreshing(HERE, TS, issue.issue_id, preview=True)]
    )
    await stage.deliver()
    (updated,) = stage.slack.updated
    assert "Boiler" not in str(updated)


async def test_of_a_deleted_issue_it_says_who_deleted_it_until_it_is_restored(stage: Stage) -> None:
    boiler, pump = await stage.filed("Boiler"), await stage.filed("Pump")
    await stage.preview(boiler, pump)
    await deleting.delete(stage.conn, stage.world.admin, [boiler.issue_id])
    await stage.announce()
    await stage.deliver()
    await changes.undo(stage.conn, stage.world.admin)
    await stage.announce()
    await stage.deliver()
    gone, back = stage.slack.updated
    assert f"~{boiler.key('LDG')}~ was deleted by <@UADMIN>" in gone["text"]
    assert "Pump" in gone["text"]
    assert ("Boiler" in str(gone), "undo_change" in str(gone), "Boiler" in str(back)) == (False, False, True)


async def test_an_issue_that_was_taken_back_before_is_not_shown(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.conn.execute("UPDATE issues SET deleted_at = now()")
    await stage.preview(issue)
    assert stage.slack.posted == []
    assert await stage.waiting() == []


async def test_what_changes_while_it_is_posted_is_made_up_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue, post = await stage.filed("Boiler"), stage.slack.chat_postMessage

    async def change_meanwhile(**message: Any) -> Json:
        await stage.edit(issue, title="Kettle")
        await stage.announce()
        return await post(**message)

    monkeypatch.setattr(stage.slack, "chat_postMessage", change_meanwhile)
    await stage.preview(issue)
    await stage.deliver()
    assert ["Kettle" in updated["text"] for updated in stage.slack.updated] == [True]


@pytest.mark.parametrize(
    "refusal", ["message_not_found", "cant_update_message", "is_inactive", "channel_not_found"]
)
async def test_one_that_cannot_be_changed_is_left_as_it_is(stage: Stage, refusal: str) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    stage.slack.refusals.append(refusal)
    await stage.edit(issue, title="Kettle")
    await stage.announce()
    later = datetime.now(UTC) + timedelta(hours=1)
    news = Outgoing(channel_id=HERE, payload={"text": "news"}, not_before=later)
    await outbox.put(stage.conn, stage.world.workspace_id, [news])
    await stage.deliver()
    assert await stage.followed() == 0
    # What else is to be sent there is another thing.
    assert [row["kind"] for row in await stage.waiting()] == ["message"]
    assert [stage.slack.updated, stage.slack.posted[1:]] == [[], []]


async def test_a_link_of_which_slack_does_not_know_yet_that_its_event_arrived_is_tried_once_more(
    stage: Stage,
) -> None:
    issue = await stage.filed("Boiler")
    stage.slack.refusals.append("cannot_unfurl_url")
    await stage.link({linked(issue): issue.issue_id})
    await stage.deliver()
    assert len(stage.slack.unfurled) == 1
    stage.slack.refusals += ["cannot_unfurl_url"] * 2
    await stage.edit(issue, title="Kettle")
    await stage.announce()
    for _ in range(2):
        await stage.deliver()
    assert await stage.followed() == 0
    assert await stage.waiting() == []


async def test_from_when_a_guest_reads_the_channel_it_is_left_as_it_is(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    stage.slack.guest = True
    await stage.edit(issue, title="Kettle")
    await stage.announce()
    await stage.deliver()
    assert stage.slack.updated == []
    assert await stage.followed() == 0
    assert await stage.waiting() == []


async def asker(stage: Stage) -> Asker:
    ada = stage.world.ada
    return Asker(
        actor=ada,
        person=await people.get(stage.conn, ada, me(ada)),
        workspace=await workspaces.get(stage.conn, ada.workspace_id),
        locale="en",
        slack_user_id=SlackUserId("UADA"),
        channel_id=HERE,
        thread_ts=None,
        request_key=None,
        reference="-",
    )


async def test_a_link_that_is_told_of_twice_is_shown_once(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    links = [{"url": linked(issue)}, {"url": f"{URL}/issues/{UUID(int=7)}"}, {"url": f"{URL}/issues/x"}]
    event = {"channel": HERE, "message_ts": TS, "links": links}
    for _ in range(2):
        await Keys(stage.services).link(event, cast("Any", stage.slack), await asker(stage))
    await stage.deliver()
    (unfurled,) = stage.slack.unfurled
    assert unfurled["unfurls"].keys() == {linked(issue)}
    await Keys(stage.services).link(event, cast("Any", stage.slack), await asker(stage))
    assert await stage.waiting() == []


@pytest.mark.parametrize(("left", "followed"), [([], 0), (["shown"], 1)])
async def test_what_somebody_takes_away_does_not_come_back(
    stage: Stage, left: list[str], followed: int
) -> None:
    issue = await stage.filed("Boiler")
    await stage.link({linked(issue): issue.issue_id})

    def message(attached: list[str]) -> Json:
        return {"ts": TS, "user": "UADA", "attachments": [{"from_url": linked(issue)} for _ in attached]}

    event = {
        "subtype": "message_changed",
        "channel": HERE,
        "message": message(left),
        "previous_message": message(["shown"]),
    }
    heard = Heard(event=event, asker=await asker(stage), client=cast("Any", None))
    await Keys(stage.services).taken_away(heard)
    assert await stage.followed() == followed


async def test_an_issue_that_is_shown_in_very_many_places_costs_no_more_than_the_newest(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    for number in range(previews.NEWEST + 5):
        ts = MessageTs(f"2.{number:02}")
        await previews.remember(stage.conn, stage.world.workspace_id, HERE, ts, [issue.issue_id], ["x"])
        age = timedelta(minutes=previews.NEWEST + 5 - number)
        await stage.conn.execute(
            "UPDATE preview_lines SET created_at = now() - $2::interval WHERE message_ts = $1", ts, age
        )
    await stage.edit(issue, title="Kettle")
    await stage.announce()
    wished = {row["payload"]["ts"] for row in await stage.waiting()}
    assert wished == {f"2.{number:02}" for number in range(5, previews.NEWEST + 5)}


async def test_cards_go_first(stage: Stage) -> None:
    issue = await stage.filed("Boiler")
    await stage.preview(issue)
    await cards.remember(stage.conn, stage.world.workspace_id, HERE, MessageTs("3.1"), issue.issue_id, 1)
    await stage.edit(issue, title="Kettle")
    await stage.announce()
    await stage.deliver()
    assert [updated["ts"] for updated in stage.slack.updated] == ["3.1", TS]
    assert await stage.conn.fetchval("SELECT count(*) FROM outbox WHERE kind = $1", Kind.PREVIEW.value) == 1
