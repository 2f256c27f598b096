"""The job that draws Home anew: gently, and never over what somebody chose meanwhile."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from db import people, workspaces
from db.ids import SlackUserId, WorkspaceId
from db.pool import Database
from handlers.home.refreshing import Refreshing, address
from handlers.jobs import Again, Job
from handlers.services import Services
from tests.db.worlds import World, file, make_world, me

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Slack:
    """Publishes, or says no."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.refuses: tuple[int, str, dict[str, str]] | None = None

    async def sender(self, workspace_id: WorkspaceId) -> Slack:
        return self

    async def views_publish(self, *, user_id: str, view: dict[str, Any]) -> None:
        if self.refuses is not None:
            status, error, headers = self.refuses
            answer = AsyncSlackResponse(
                client=None,
                http_verb="POST",
                api_url="",
                req_args={},
                data={"ok": False, "error": error},
                headers=headers,
                status_code=status,
            )
            raise SlackApiError(error, answer)  # type: ignore[no-untyped-call] # slack_sdk
        self.published.append(view)


class Directory:
    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    async def workspace(self, workspace_id: WorkspaceId) -> object:
        return await workspaces.get(self._conn, workspace_id)

    async def person(self, workspace_id: WorkspaceId, slack_user_id: SlackUserId) -> object:
        return (await people.by_slack_ids(self._conn, workspace_id, [slack_user_id]))[slack_user_id]


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    world = await make_world(conn)
    await choose(conn, world, {"l": "assigned"})
    return world


async def choose(conn: asyncpg.Connection, world: World, state: dict[str, str]) -> None:
    await conn.execute(
        "INSERT INTO homes (workspace_id, person_id, state) VALUES ($1, $2, $3::text::jsonb)"
        " ON CONFLICT (workspace_id, person_id) DO UPDATE SET state = excluded.state",
        world.workspace_id,
        me(world.ada),
        json.dumps(state),
    )


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def refreshing(database: Database, conn: asyncpg.Connection, slack: Slack) -> Refreshing:
    given: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
    parts = {"database": database, "slack": slack, "clock": lambda: NOW, "directory": Directory(conn)}
    return Refreshing(Services(**(given | parts | {"rush": SimpleNamespace()})))


def job(world: World) -> Job:
    return Job(id=1, payload=address(world.workspace_id, me(world.ada)), attempts=0)


async def test_home_is_published_and_a_burst_of_changes_is_shown_as_it_ended(
    world: World, refreshing: Refreshing, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.home.refreshing.REST", 3600.0)
    await refreshing.run(job(world))
    with pytest.raises(Again) as again:
        await refreshing.run(job(world))
    assert timedelta(0) < again.value.delay <= timedelta(hours=1)
    assert len(slack.published) == 1


async def test_a_page_of_a_list_that_asks_something_else_by_now_is_its_first(
    conn: asyncpg.Connection, world: World, refreshing: Refreshing, slack: Slack
) -> None:
    await choose(conn, world, {"l": "all", "c": "AAAA"})
    await refreshing.run(job(world))
    (shown,) = slack.published
    assert json.loads(shown["private_metadata"]) == {"l": "all"}


async def test_a_list_that_is_read_at_once_is_drawn_anew_as_others_are(
    conn: asyncpg.Connection, world: World, refreshing: Refreshing, slack: Slack
) -> None:
    await file(conn, world.ada)
    await choose(conn, world, {"l": "all"})
    await refreshing.run(job(world))
    (shown,) = slack.published
    assert "Login fails" in json.dumps(shown)


async def test_what_somebody_chose_while_theirs_was_published_is_drawn_once_more(
    conn: asyncpg.Connection, world: World, refreshing: Refreshing, slack: Slack
) -> None:
    publish = slack.views_publish

    async def chosen_meanwhile(*, user_id: str, view: dict[str, Any]) -> None:
        await publish(user_id=user_id, view=view)
        await choose(conn, world, {"l": "all"})

    slack.views_publish = chosen_meanwhile  # type: ignore[method-assign] # somebody is quicker
    with pytest.raises(Again) as again:
        await refreshing.run(job(world))
    assert again.value.delay == timedelta(0)


async def test_when_slack_asks_for_patience_everybody_has_it(
    world: World, refreshing: Refreshing, slack: Slack
) -> None:
    slack.refuses = (429, "ratelimited", {"Retry-After": "300"})
    with pytest.raises(Again) as again:
        await refreshing.run(job(world))
    assert again.value.delay == timedelta(minutes=5)
    slack.refuses = None
    other = Job(id=2, payload=address(world.workspace_id, me(world.bob)), attempts=0)
    with pytest.raises(Again) as again:
        await refreshing.run(other)
    assert timedelta(seconds=1) < again.value.delay <= timedelta(minutes=5)
    assert slack.published == []


async def test_a_home_that_slack_refuses_is_left_until_it_is_opened(
    world: World, refreshing: Refreshing, slack: Slack
) -> None:
    slack.refuses = (200, "not_enabled", {})
    await refreshing.run(job(world))
    slack.refuses = (500, "", {})
    refreshing._next.clear()  # as seconds later
    with pytest.raises(SlackApiError):
        await refreshing.run(job(world))
