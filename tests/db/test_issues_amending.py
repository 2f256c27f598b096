import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from db import comments, issues, watchers
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChannelId, IssueId, MessageTs, PersonId, new_uuid
from db.issues import Amending, Clash, IssueDraft, IssuePatch, Written
from db.origins import Origin
from db.pool import Database
from db.states import CloseReason, Priority, Status
from tests.db.worlds import file, make_world, me

_PATCHES = (
    IssuePatch(title="  New\ntitle ", priority=Priority.HIGH),
    IssuePatch(description="Longer", due_on=date(2026, 12, 1)),
    IssuePatch(status=Status.CLOSED),
    IssuePatch(status=Status.IN_PROGRESS, external_ref="OLD-1"),
    IssuePatch(description=None, priority=None),
)


async def _told(conn: asyncpg.Connection, issue_id: IssueId) -> list[dict[str, Any]]:
    rows = await conn.fetch(
        """
        SELECT e.kind, e.version, e.before, e.after, e.actor_id, e.source, was_status, was_assignee, was_priority,
               now_status, now_assignee, now_priority, c.action, c.request_key,
               EXISTS (SELECT FROM pending_changes p WHERE p.change_id = c.change_id) AS pending
        FROM events e JOIN changes c USING (workspace_id, change_id) WHERE e.issue_id = $1 ORDER BY event_id""",
        issue_id,
    )
    return [dict(row) for row in rows]


async def test_edits_made_together_are_what_they_are_alone(
    database: Database, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(conn)
    patches = (*_PATCHES, IssuePatch(assignee_id=me(world.bob)))
    alone = [await file(conn, world.ada, description="old") for _ in patches]
    together = [await file(conn, world.ada, description="old") for _ in patches]
    expected = [
        (await issues.edit(conn, world.ada, issue.issue_id, patch)).issue
        for issue, patch in zip(alone, patches, strict=True)
    ]
    from db.issues import amending

    async def unneeded(*_: object) -> None:
        raise AssertionError("went alone")

    monkeypatch.setattr(amending, "_alone", unneeded)
    editing = Amending(database)
    written = await asyncio.gather(
        *(
            editing.edit(world.ada, issue.issue_id, patch)
            for issue, patch in zip(together, patches, strict=True)
        )
    )
    unlike = {"issue_id", "number", "created_at", "updated_at", "closed_at"}
    for one, other in zip(written, expected, strict=True):
        assert one.issue == await issues.get(conn, world.ada, one.issue.issue_id)
        for name in set(type(other).__dataclass_fields__) - unlike:
            assert getattr(one.issue, name) == getattr(other, name), name
        assert (one.issue.closed_at is None) == (other.closed_at is None)
        assert await _told(conn, one.issue.issue_id) == await _told(conn, other.issue_id)
        assert await watchers.of_issue(conn, world.ada, one.issue.issue_id) == await watchers.of_issue(
            conn, world.ada, other.issue_id
        )
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'announce'") == 1


async def test_edits_of_one_issue_follow_each_other(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    editing = Amending(database)
    written = await asyncio.gather(
        *(editing.edit(world.ada, issue.issue_id, IssuePatch(title=f"Title {n}")) for n in range(20))
    )
    assert sorted(one.issue.version for one in written) == list(range(2, 22))
    assert len(await _told(conn, issue.issue_id)) == 21


async def test_each_has_its_own_answer(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    fine, stale, same = [await file(conn, world.ada) for _ in range(3)]
    await issues.edit(conn, world.ada, stale.issue_id, IssuePatch(title="Moved on"))
    editing = Amending(database)
    answers = await asyncio.gather(
        editing.edit(world.ada, fine.issue_id, IssuePatch(title="Fine")),
        editing.edit(world.ada, stale.issue_id, IssuePatch(title="Late"), version=1),
        editing.edit(world.ada, same.issue_id, IssuePatch(title=same.title), version=1),
        editing.edit(world.ada, IssueId(new_uuid()), IssuePatch(title="Nowhere")),
        editing.edit(world.ada, fine.issue_id, IssuePatch(title=" ")),
        editing.edit(world.guest, fine.issue_id, IssuePatch(title="Theirs")),
        editing.edit(world.ada, same.issue_id, IssuePatch(assignee_id=PersonId(new_uuid()))),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Written)
    assert isinstance(answers[1], Clash)
    assert answers[1].fields == {"title"}
    assert isinstance(answers[2], Written)
    assert answers[2].change_id is None
    assert isinstance(answers[3], NotFound)
    assert isinstance(answers[4], Invalid)
    assert isinstance(answers[5], Forbidden)
    assert isinstance(answers[6], Invalid)
    assert (await issues.get(conn, world.ada, same.issue_id)).version == 1


async def test_another_workspaces_issue_is_not_there(database: Database, conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    theirs, mine = await file(conn, other.ada), await file(conn, world.ada)
    editing = Amending(database)
    answers = await asyncio.gather(
        editing.edit(world.ada, mine.issue_id, IssuePatch(title="Mine")),
        editing.edit(world.ada, theirs.issue_id, IssuePatch(title="Mine too")),
        editing.edit(other.ada, theirs.issue_id, IssuePatch(title="Theirs")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], NotFound)
    assert (await issues.get(conn, other.ada, theirs.issue_id)).title == "Theirs"


async def test_labels_and_links_are_changed_as_before(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue, original = await file(conn, world.ada), await file(conn, world.ada)
    editing = Amending(database)
    labelled = await editing.edit(world.ada, issue.issue_id, IssuePatch(labels=("bug",)))
    assert labelled.issue.labels == ("bug",)
    patch = IssuePatch(
        status=Status.CLOSED, close_reason=CloseReason.DUPLICATE, duplicate_of=original.issue_id
    )
    assert (await editing.edit(world.ada, issue.issue_id, patch)).issue.duplicate_of == original.issue_id


async def test_a_request_that_comes_several_times_edits_once(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    issue, another = await file(conn, world.ada), await file(conn, world.ada)
    first, second = Amending(database), Amending(database)
    origin = Origin(channel_id=ChannelId("C1"), thread_ts=MessageTs("1.1"), request_key="trigger:1")
    patch = IssuePatch(status=Status.CLOSED, close_reason=CloseReason.COMPLETED)
    written = await asyncio.gather(
        *(
            each.edit(world.ada, of, patch, origin)
            for of in (issue.issue_id, issue.key("LDG")) * 3
            for each in (first, second)
        )
    )
    written.append(await first.edit(world.ada, issue.issue_id, patch, origin))
    assert len({one.change_id for one in written}) == 1
    assert [one.repeated for one in written].count(False) == 1
    told = await _told(conn, issue.issue_id)
    assert [(each["kind"], each["request_key"]) for each in told] == [
        ("created", None),
        ("edited", "trigger:1"),
    ]
    # The same request, but now it is said to be about something else: what was done stands.
    again = await first.edit(world.ada, another.issue_id, patch, origin)
    assert (again.issue.issue_id, again.repeated) == (issue.issue_id, True)
    commented = Origin(channel_id=None, thread_ts=None, request_key="trigger:2")
    await comments.add(conn, world.ada, issue.issue_id, "Said", commented)
    with pytest.raises(Conflict):
        await first.edit(world.ada, issue.issue_id, IssuePatch(title="New"), commented)


async def test_issues_are_meant_by_any_key_they_have(database: Database, conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    issue = await file(conn, world.ada)
    imported = (await issues.create(conn, world.ada, IssueDraft(title="Old", external_ref="OLD-7"))).issue
    await file(conn, other.ada)
    editing = Amending(database)
    keys = [issue.key("LDG"), issue.key("ldg"), f"#{issue.number}", str(issue.number), "old-7"]
    for title, key in enumerate(keys):
        written = await editing.edit(world.ada, key, IssuePatch(title=f"Title {title}"))
        assert written.issue.issue_id == (imported if key == "old-7" else issue).issue_id
    answers = await asyncio.gather(
        editing.edit(world.ada, f"ACME-{issue.number}", IssuePatch(title="Another prefix")),
        editing.edit(world.ada, "LDG-999", IssuePatch(title="Nobody")),
        editing.edit(world.ada, issue.key("LDG"), IssuePatch(title="Somebody")),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [NotFound, NotFound, Written]


async def test_nobody_waits_with_one_whose_issue_is_held(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    held, free = await file(conn, world.ada), await file(conn, world.ada)
    editing = Amending(database)
    async with conn.transaction():
        await conn.execute("SELECT FROM issues WHERE issue_id = $1 FOR UPDATE", held.issue_id)
        waits = asyncio.create_task(editing.edit(world.ada, held.issue_id, IssuePatch(title="Later")))
        for number in range(8):
            await editing.edit(world.ada, free.issue_id, IssuePatch(title=f"Title {number}"))
        assert not waits.done()
    assert (await waits).issue.title == "Later"
