"""What is said in the old tracker after the first file comes along with the next one, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from db import changes, comments, exporting, issues
from db.access import Actor
from db.importing.mapping import NOBODY, Existing
from db.imports import State
from db.query import parse
from db.states import Role
from tests.db.importing.conftest import Desk, MakeDesk
from tests.db.importing.tables import as_csv, source_of

HEADER = ["Summary", "Issue key", "Status", "Labels"]
SEEN = "2024-01-03 08:00;Grace Hopper;Seen; too"
THANKS = "2024-01-04 08:00;ada@example.com;Thanks"
AGAIN = "2024-01-05 09:00;Grace Hopper;It is back"

_SAID = """
SELECT i.external_ref, c.body, p.name FROM comments c JOIN issues i USING (workspace_id, issue_id)
LEFT JOIN people p ON p.workspace_id = c.workspace_id AND p.person_id = c.author_id
WHERE c.deleted_at IS NULL AND i.deleted_at IS NULL ORDER BY i.external_ref, c.created_at, c.comment_id"""


def jira(*rows: tuple[str, Sequence[str]]) -> str:
    """A file of keys and what was said under each."""
    width = max(len(said) for _, said in rows)
    return as_csv(
        [
            [*HEADER, *["Comment"] * width],
            *[[f"About {key}", key, "To Do", "", *said, *[""] * (width - len(said))] for key, said in rows],
        ]
    )


async def newer(desk: Desk, data: str, **mapping: object) -> dict[str, int]:
    return (await desk.load(data, existing=Existing.UPDATE, **mapping)).outcome or {}


async def bodies(desk: Desk) -> list[str]:
    return [row[1] for row in await desk.rows(_SAID)]


async def one(desk: Desk) -> issues.Issue:
    async with desk.database.connection() as conn:
        return await issues.by_ref(conn, desk.actor, "P-1")


async def test_a_newer_file_brings_what_was_said_since_once_however_often(desk: Desk) -> None:
    await desk.load(jira(("P-1", [SEEN]), ("P-2", [])))
    grown = jira(("P-1", [SEEN, THANKS]), ("P-2", [AGAIN]), ("P-3", [THANKS]))
    first = await newer(desk, grown)
    assert (first["created"], first["updated"], first["comments"]) == (1, 2, 3)
    said = await desk.rows(_SAID)
    assert said == [
        ("P-1", "Seen; too", "Grace Hopper"),
        ("P-1", "Thanks", "Ada Lovelace"),
        ("P-2", "It is back", "Grace Hopper"),
        ("P-3", "Thanks", "Ada Lovelace"),
    ]
    for _ in range(3):
        again = await desk.load(grown, existing=Existing.UPDATE)
        outcome = again.outcome or {}
        assert (outcome["existing"], outcome["updated"], outcome["comments"]) == (3, 0, 0)
        assert again.change_id is None
    assert await desk.rows(_SAID) == said


async def test_without_update_nothing_is_said_again_or_anew(desk: Desk) -> None:
    await desk.load(jira(("P-1", [SEEN])))
    skipped = await desk.load(jira(("P-1", [SEEN, THANKS])))
    assert (skipped.outcome or {})["comments"] == 0
    assert await bodies(desk) == ["Seen; too"]


async def test_events_and_what_is_kept_of_an_issue_know_of_it(desk: Desk) -> None:
    await desk.load(jira(("P-1", [])))
    assert await desk.rows("SELECT commented, version FROM issues") == [(False, 1)]
    await newer(desk, jira(("P-1", [SEEN])))
    assert await desk.rows("SELECT commented, version FROM issues") == [(True, 1)]
    told = await desk.rows(
        """
        SELECT p.name, e.source, e.at = c.created_at, e.version FROM events e
        JOIN comments c ON c.workspace_id = e.workspace_id AND c.comment_id::text = e.after ->> 'comment_id'
        JOIN people p ON p.workspace_id = e.workspace_id AND p.person_id = e.actor_id
        WHERE e.kind = 'commented'"""
    )
    assert told == [("Grace Hopper", "import", True, None)]


async def test_the_same_words_said_twice_in_a_minute_are_two_comments(desk: Desk) -> None:
    await desk.load(jira(("P-1", [SEEN])))
    await newer(desk, jira(("P-1", [SEEN, SEEN])))
    await newer(desk, jira(("P-1", [SEEN, SEEN])))
    assert await bodies(desk) == ["Seen; too"] * 2


async def test_comments_that_name_no_time_are_known_by_their_words(desk: Desk) -> None:
    header = ["key", "title", "comment", "comment"]
    await desk.load(as_csv([header, ["P-1", "A", "First", ""]]))
    grown = as_csv([header, ["P-1", "A", "First", "Second"]])
    assert (await newer(desk, grown))["comments"] == 1
    assert (await newer(desk, grown))["comments"] == 0
    assert sorted(await bodies(desk)) == ["First", "Second"]


async def test_seconds_that_one_file_has_and_another_has_not_do_not_matter(desk: Desk) -> None:
    await desk.load(jira(("P-1", ["2024-01-03 08:00:41;Grace Hopper;Seen"])))
    assert (await newer(desk, jira(("P-1", ["2024-01-03 08:00;Grace Hopper;Seen"]))))["comments"] == 0


async def test_an_author_who_is_somebody_else_by_now_said_it_once_all_the_same(desk: Desk) -> None:
    await desk.load(jira(("P-1", [SEEN])))
    outcome = await newer(desk, jira(("P-1", [SEEN, AGAIN])), people={"Grace Hopper": NOBODY})
    assert outcome["comments"] == 1
    assert await desk.rows(_SAID) == [("P-1", "Seen; too", "Grace Hopper"), ("P-1", "It is back", None)]


async def test_two_people_of_one_word_in_one_minute_both_said_it(desk: Desk) -> None:
    plus, other = "2024-01-03 08:00;Grace Hopper;+1", "2024-01-03 08:00;Linus;+1"
    await desk.load(jira(("P-1", [plus])))
    assert (await newer(desk, jira(("P-1", [other, plus]))))["comments"] == 1
    assert {row[2] for row in await desk.rows(_SAID)} == {"Grace Hopper", "Linus"}


async def test_what_was_edited_or_deleted_here_does_not_come_back(desk: Desk) -> None:
    data = jira(("P-1", [SEEN, THANKS]))
    await desk.load(data)
    issue = await one(desk)
    admin = Actor(workspace_id=desk.actor.workspace_id, person_id=desk.actor.person_id, role=Role.ADMIN)
    async with desk.database.connection() as conn:
        seen, thanks = await comments.page(conn, desk.actor, issue.issue_id)
        await comments.edit(conn, admin, seen.comment_id, "Seen, and seen again")
        await comments.edit(conn, admin, seen.comment_id, "Seen twice")
        await comments.delete(conn, admin, thanks.comment_id)
    assert (await newer(desk, data))["comments"] == 0
    assert await bodies(desk) == ["Seen twice"]


async def test_an_export_knows_its_own_comments_by_their_ids(desk: Desk, make_desk: MakeDesk) -> None:
    await desk.load(jira(("P-1", [SEEN])))
    issue = await one(desk)
    admin = Actor(workspace_id=desk.actor.workspace_id, person_id=desk.actor.person_id, role=Role.ADMIN)

    async def exported() -> str:
        async with desk.database.transaction() as conn:
            parts = exporting.export(conn, desk.actor, parse(""), "LDG")
            return b"".join([part async for part in parts]).decode()

    before = await exported()
    async with desk.database.connection() as conn:
        (seen,) = await comments.page(conn, desk.actor, issue.issue_id)
        await comments.edit(conn, admin, seen.comment_id, "Another text")
        await comments.add(conn, desk.actor, issue.issue_id, "Another text")
    after = await exported()
    # Here nothing of it is new, whatever was edited since it was written.
    for file in (before, after):
        assert (await newer(desk, file))["comments"] == 0
    # Elsewhere what one file brought is known by the next.
    there = await make_desk("T0OTHER")
    await there.load(before)
    assert (await newer(there, after))["comments"] == 1
    assert (await newer(there, after))["comments"] == 0


async def test_comments_as_github_writes_them_are_taken_apart(desk: Desk) -> None:
    header = ["number", "title", "state", "url", "comments"]
    said = [{"id": "IC_1", "author": {"login": "ada"}, "body": "Seen", "createdAt": "2024-01-03T08:00:00Z"}]
    more = [*said, {"id": "IC_2", "author": None, "body": "Thanks", "createdAt": "2024-01-03T08:00:00Z"}]
    url = "https://github.com/o/r/issues/1"

    def file(entries: object) -> str:
        return as_csv([header, ["1", "Leak", "OPEN", url, json.dumps(entries)]])

    await desk.load(file(said))
    await newer(desk, file(more))
    assert (await newer(desk, file(more)))["comments"] == 0
    assert sorted(await bodies(desk)) == ["Seen", "Thanks"]


async def test_undo_takes_them_back_and_the_file_brings_them_again(desk: Desk) -> None:
    await desk.load(jira(("P-1", [SEEN])))
    grown = jira(("P-1", [SEEN, THANKS]))
    for _ in range(2):
        ended = await desk.load(grown, existing=Existing.UPDATE)
        assert (ended.outcome or {})["comments"] == 1
        async with desk.database.transaction() as conn:
            await changes.undo(conn, desk.actor, ended.change_id)
        assert await bodies(desk) == ["Seen; too"]
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor)
    assert await bodies(desk) == ["Seen; too", "Thanks"]
    assert (await newer(desk, grown))["comments"] == 0


async def test_two_newer_files_at_once_say_it_once(desk: Desk) -> None:
    count = 40
    await desk.load(jira(*[(f"P-{n}", [SEEN]) for n in range(count)]))
    grown = source_of(jira(*[(f"P-{n}", [SEEN, THANKS, AGAIN]) for n in range(count)]))
    wanted = [await desk.claimed(grown, existing=Existing.UPDATE) for _ in range(3)]
    ended = await asyncio.gather(*[desk.run(each, grown).to_the_end() for each in wanted])
    assert {each.state for each in ended} == {State.DONE}
    assert sorted((each.outcome or {})["comments"] for each in ended) == [0, 0, 2 * count]
    assert len(await bodies(desk)) == 3 * count
