"""A name in a file finds its person by address, full name or handle, and is never taken for somebody by guessing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import people
from db.ids import SlackUserId
from db.importing import finding
from db.importing.mapping import NEW_PERSON, NOBODY
from db.states import Role
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of


@pytest.fixture
async def crew(desk: Desk) -> Desk:
    members = [
        ("U2", "Grace Hopper", "grace@example.com", ("ghopper", "grace")),
        ("U3", "Gabriela López", "glopez@example.com", ("gabriela", "Gabi")),
        ("U4", "Grace Kelly", "kelly@example.com", ("princess", "Grace")),
        ("U5", "Linus Torvalds", "linus@example.com", ("linus",)),
        ("U6", "John Smith", "john.s@example.com", ("johns",)),
        ("U7", "John Smith", "john.t@example.com", ("johnt",)),
    ]
    async with desk.database.transaction() as conn:
        for slack_id, name, email, handles in members:
            await people.ensure_slack(
                conn,
                desk.workspace.workspace_id,
                SlackUserId(slack_id),
                name=name,
                email=email,
                handles=handles,
            )
    return desk


async def assignee_of(desk: Desk, written: str, **changes: object) -> str | None:
    await desk.load(as_csv([["title", "assignee"], ["A", written]]), **changes)
    [(slack_id,)] = await desk.rows(
        "SELECT coalesce(p.slack_user_id, 'new: ' || p.name) FROM issues i"
        " LEFT JOIN people p ON p.person_id = i.assignee_id"
    )
    return slack_id  # type: ignore[no-any-return]  # a row's cells are of any type


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("GRACE@example.com", "U2"),
        ("grace hopper", "U2"),
        ("ghopper", "U2"),
        ("@ghopper", "U2"),
        ("glopez", "U3"),
        ("@GLOPEZ", "U3"),
        ("gabriela lopez", "U3"),
        ("Gabriela  LÓPEZ", "U3"),
        ("gabi", "U3"),
        ("John.S", "U6"),
        ("U5", "U5"),
        ("linus@elsewhere.example", "new: linus"),
        ("grace", "new: grace"),
        ("John Smith", "new: John Smith"),
        ("Somebody Else", "new: Somebody Else"),
    ],
)
async def test_a_name_is_found_however_it_is_written_and_only_when_it_fits_one(
    crew: Desk, written: str, who: str
) -> None:
    assert await assignee_of(crew, written) == who


async def test_what_fits_several_is_shown_and_settled_by_whoever_imports(crew: Desk) -> None:
    data = as_csv([["title", "assignee"], ["A", "grace"], ["B", "glopez"], ["C", "Nobody Known"]])
    found = await finding.survey(crew.database, crew.workspace, source_of(data))
    told = found.to_json()
    assert {name: sorted(several) for name, several in told["ambiguous"].items()} == {
        "grace": ["Grace Hopper", "Grace Kelly"]
    }
    assert told["guessed"]["glopez"]["name"] == "Gabriela López"
    assert (told["strangers"], told["matched_count"]) == (["grace", "Nobody Known"], 1)
    [(kelly,)] = await crew.rows("SELECT person_id FROM people WHERE name = 'Grace Kelly'")
    ended = await crew.load(data, people={"grace": str(kelly), "Nobody Known": NOBODY})
    assert (ended.outcome or {})["new_people"] == 0
    assert await crew.rows(
        "SELECT i.title, p.slack_user_id FROM issues i LEFT JOIN people p ON p.person_id = i.assignee_id ORDER BY 1"
    ) == [("A", "U4"), ("B", "U3"), ("C", None)]


async def test_what_was_settled_is_no_longer_shown_as_open(crew: Desk) -> None:
    data = as_csv([["title", "assignee"], ["A", "grace"], ["B", "Nobody Known"]])
    first = await finding.survey(crew.database, crew.workspace, source_of(data))
    [(kelly,)] = await crew.rows("SELECT person_id FROM people WHERE name = 'Grace Kelly'")
    mapping = replace(first.mapping, people={"grace": str(kelly), "Nobody Known": NOBODY})
    told = (await finding.survey(crew.database, crew.workspace, source_of(data), mapping=mapping)).to_json()
    assert (told["ambiguous"], told["strangers"], told["left_out"]) == ({}, [], ["Nobody Known"])
    assert told["chosen"] == {"grace": {"id": str(kelly), "name": "Grace Kelly"}}


async def test_somebody_added_for_a_name_is_not_added_again_by_the_next_file(crew: Desk) -> None:
    for number in range(3):
        await crew.load(
            as_csv([["title", "assignee"], [f"Issue {number}", "grace"], [f"Other {number}", "John Smith"]])
        )
    await crew.load(as_csv([["title", "assignee"], ["Last", "grace"]]), people={"grace": NEW_PERSON})
    assert await crew.rows("SELECT name, count(*) FROM people WHERE slack_user_id IS NULL GROUP BY 1 ORDER BY 1") == [
        ("John Smith", 1), ("grace", 1)]  # fmt: skip


async def test_one_person_in_two_spellings_is_added_once(crew: Desk) -> None:
    await crew.load(as_csv([["title", "assignee"], ["A", "Zoë Ng"], ["B", "zoe ng"], ["C", "ZOË NG"]]))
    assert await crew.rows("SELECT count(*), count(DISTINCT assignee_id) FROM issues") == [(3, 1)]
    assert await crew.rows("SELECT name FROM people WHERE slack_user_id IS NULL") == [("Zoë Ng",)]


async def test_account_ids_are_the_people_whose_names_stand_beside_them(crew: Desk) -> None:
    rows = [
        ["Summary", "Issue key", "Status", "Assignee", "Assignee Id", "Reporter", "Reporter Id", "Comment"],
        ["A", "P-1", "To Do", "Grace Hopper", "557058:aa-11", "Nobody Known", "557058:bb-22",
         "2024-01-03 08:00;557058:bb-22;From an account"],
        ["B", "P-2", "To Do", "", "", "", "", "2024-01-04 08:00;557058:aa-11;Also"],
    ]  # fmt: skip
    await crew.load(as_csv(rows))
    assert await crew.rows(
        "SELECT c.body, p.name FROM comments c LEFT JOIN people p ON p.person_id = c.author_id ORDER BY c.created_at"
    ) == [("From an account", "Nobody Known"), ("Also", "Grace Hopper")]
    assert await crew.rows("SELECT name FROM people WHERE slack_user_id IS NULL") == [("Nobody Known",)]


async def test_a_user_name_beside_a_name_tells_who_is_meant(crew: Desk) -> None:
    header = [
        "Issue ID",
        "URL",
        "Title",
        "State",
        "Author",
        "Author Username",
        "Assignee",
        "Assignee Username",
    ]
    rows = [header, ["1", "https://gitlab.com/a/b/-/issues/1", "A", "Open", "G. Brewster Hopper", "ghopper",
                     "John Smith", "johnt"]]  # fmt: skip
    await crew.load(as_csv(rows))
    assert await crew.rows(
        "SELECT r.slack_user_id, a.slack_user_id FROM issues i JOIN people r ON r.person_id = i.reporter_id"
        " JOIN people a ON a.person_id = i.assignee_id"
    ) == [("U2", "U7")]


async def test_a_person_chosen_once_and_merged_since_is_the_survivor(crew: Desk) -> None:
    ended = await crew.load(as_csv([["title", "assignee"], ["A", "Gracie"]]))
    [(gracie,)] = await crew.rows("SELECT person_id FROM people WHERE name = 'Gracie'")
    [(hopper,)] = await crew.rows("SELECT person_id FROM people WHERE name = 'Grace Hopper'")
    async with crew.database.transaction() as conn:
        await people.merge(conn, replace(crew.actor, role=Role.ADMIN), gracie, hopper)
    await crew.load(as_csv([["title", "assignee"], ["B", "Gracie"]]), people={"Gracie": str(gracie)})
    assert ended.change_id is not None
    assert await crew.rows("SELECT DISTINCT assignee_id FROM issues") == [(hopper,)]
