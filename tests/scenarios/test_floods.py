"""A change of very many issues: each card is brought up to date once, and nobody is drowned in lines."""

from __future__ import annotations

from datetime import timedelta

from db import bulk, issues, pace
from db.access import Actor
from db.bulk import BulkPatch
from db.ids import IssueId, PersonId, SlackUserId, WorkspaceId
from db.issues import IssueDraft
from db.states import Priority, Status
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.test_conversations import posted

COUNT = 1_000


async def someone(lodge: Lodge, name: str) -> Actor:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    person = await lodge.process.services.directory.person(workspace_id, SlackUserId(lodge.person(name).id))
    return Actor(workspace_id=workspace_id, person_id=person.person_id, role=person.role)


async def shown(lodge: Lodge, actor: Actor, count: int) -> list[IssueId]:
    """So many issues with a card each: most in #product, some in #general."""
    channels = [str(lodge.slack.channel(name).id) for name in ("product", "general")]
    ids = []
    async with lodge.process.services.database.transaction() as conn:
        for number in range(count):
            written = await issues.create(conn, actor, IssueDraft(title=f"Number {number}"))
            ids.append(written.issue.issue_id)
        await conn.executemany(
            "INSERT INTO cards (workspace_id, channel_id, message_ts, issue_id, shown_version)"
            " VALUES ($1, $2, $3, $4, 1)",
            [
                (actor.workspace_id, channels[number < 5], f"1700000000.{number:06d}", issue_id)
                for number, issue_id in enumerate(ids)
            ],
        )
    return ids


async def held_up(lodge: Lodge) -> None:
    """As if Slack had said so: no card is brought up to date while a test looks at what waits for that."""
    async with lodge.process.services.database.connection() as conn:
        await pace.block(conn, lodge.slack.team_id, "chat.update", timedelta(hours=1))


async def test_a_thousand_cards_are_one_update_each_and_a_line_a_channel(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    await held_up(lodge)
    actor = await someone(lodge, "ada")
    ids = await shown(lodge, actor, COUNT)
    await lodge.worked_out()
    database = lodge.process.services.database
    for patch in (BulkPatch(status=Status.IN_PROGRESS), BulkPatch(priority=Priority.HIGH)):
        async with database.transaction() as conn:
            await bulk.change(conn, actor, ids, patch)
    await lodge.worked_out()
    async with database.connection() as conn:
        updates = await conn.fetchrow(
            "SELECT count(*) AS rows, count(DISTINCT payload ->> 'ts') AS cards FROM outbox WHERE kind = 'refresh'"
        )
        lines = await conn.fetch(
            "SELECT payload ->> 'text' AS text, payload ->> 'thread_ts' AS thread FROM outbox WHERE kind = 'message'"
        )
    assert updates["cards"] == updates["rows"] == COUNT
    assert 2 <= len(lines) <= 4
    assert {row["thread"] for row in lines} == {None}
    assert all("issues shown in this channel are now" in row["text"] for row in lines), lines


async def test_cards_of_a_flood_let_everything_else_go_first(lodge: Lodge) -> None:
    card = await posted(lodge, "Urgent thing")
    actor = await someone(lodge, "ada")
    # More than go out while the rest of this is waited for.
    ids = await shown(lodge, actor, 300)
    async with lodge.process.services.database.transaction() as conn:
        await bulk.change(conn, actor, ids, BulkPatch(status=Status.IN_PROGRESS))
    await lodge.worked_out()
    await lodge.ask("grace", "close LDG-1", "product")
    grace = lodge.person("grace")
    await grace.expect_message("general", lambda each: each["ts"] == card["ts"] and "Completed" in said(each))
    await lodge.ask("grace", "comment LDG-1 fixed", "product")
    await grace.expect_message("general", lambda each: "fixed" in said(each), thread_ts=card["ts"])
    async with lodge.process.services.database.connection() as conn:
        left = await conn.fetchval(
            "SELECT count(*) FROM outbox WHERE state = 'waiting' AND payload ? 'patient'"
        )
    assert left > 30


async def test_one_of_the_many_that_somebody_touches_is_patient_no_more(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    await held_up(lodge)
    actor = await someone(lodge, "ada")
    ids = await shown(lodge, actor, 40)
    async with lodge.process.services.database.transaction() as conn:
        await bulk.change(conn, actor, ids, BulkPatch(status=Status.IN_PROGRESS))
    await lodge.worked_out()
    async with lodge.process.services.database.transaction() as conn:
        await issues.assign(conn, actor, ids[-1], PersonId(actor.person_id) if actor.person_id else None)
    await lodge.worked_out()
    async with lodge.process.services.database.connection() as conn:
        row = await conn.fetchrow(
            "SELECT payload ? 'patient' AS patient FROM outbox WHERE kind = 'refresh' AND issue_id = $1",
            ids[-1],
        )
        assert row["patient"] is False


async def test_comments_leave_the_cards_of_their_issue_alone(lodge: Lodge) -> None:
    """Nothing on a card tells of them, and what may be updated in a minute is little."""
    card = await posted(lodge, "Much discussed")
    grace = lodge.person("grace")
    await lodge.ask("grace", "comment LDG-1 I saw it too", "product")
    await grace.expect_message("general", lambda each: "saw it too" in said(each), thread_ts=card["ts"])
    await lodge.worked_out()
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outbox WHERE kind = 'refresh'") == 0
