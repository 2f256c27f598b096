"""What the server does for each hot query, with enough rows that it could go wrong."""

from __future__ import annotations

import itertools
import re

import asyncpg
import pytest

from db import documents, duplicates, homes, listing, plain_listing, saved_queries, search, vocabulary
from db.access import Actor
from db.ids import WorkspaceId
from db.query import parse
from db.query.resolving import look_up, read
from db.states import Role
from tests.conftest import filled_template
from tests.db.plans import Plans, assert_no_table_read
from tests.db.query_data import actor, person, workspace

LARGE = WorkspaceId("TLARGE")
SMALL = WorkspaceId("TSMALL")


async def fill(conn: asyncpg.Connection) -> None:
    """A workspace of 12,000 issues beside one of 100, both with labels, people and documents."""
    for name, issues in ((LARGE, 12_000), (SMALL, 100)):
        await workspace(conn, name)
        who = await person(conn, "Ada", workspace_id=name)
        await conn.execute(
            "INSERT INTO labels (workspace_id, name) VALUES ($1, 'common'), ($1, 'rare')", name
        )
        await conn.execute(
            """
            INSERT INTO issues (workspace_id, number, title, description, status, close_reason, closed_at,
                                assignee_id, priority, updated_at, created_at, due_on, labelled, commented)
            SELECT $1::text, next_number($1), 'topic' || n % 97 || CASE WHEN n % 20 = 0 THEN ' login' ELSE '' END,
                   'text ' || n || CASE WHEN n % 30 = 0 THEN ' page' ELSE '' END,
                   CASE WHEN n % 5 = 0 THEN 'open' ELSE 'closed' END,
                   CASE WHEN n % 5 > 0 THEN 'completed' END, CASE WHEN n % 5 > 0 THEN now() END,
                   CASE WHEN n % 11 = 0 THEN $3::uuid END, 1 + n % 5, now() - n * interval '1 min', now(),
                   CASE WHEN n % 7 = 0 THEN current_date + n % 30 END, n % 3 = 0 OR n % 500 = 0, true
            FROM generate_series(1, $2::integer) n
            """,
            name,
            issues,
            who,
        )
    await conn.execute(
        """
        INSERT INTO issue_labels (workspace_id, issue_id, label_id)
        SELECT i.workspace_id, i.issue_id, l.label_id FROM issues i JOIN labels l USING (workspace_id)
        WHERE i.number % CASE l.name WHEN 'rare' THEN 500 ELSE 3 END = 0
        """
    )
    await conn.execute(
        """
        INSERT INTO comments (workspace_id, issue_id, body, source)
        SELECT workspace_id, issue_id, 'timeout', 'slack' FROM issues
        """
    )
    await conn.execute(
        """
        INSERT INTO issue_documents (workspace_id, issue_id, number, config, document)
        SELECT workspace_id, issue_id, number, 'english',
               issue_document('english', workspace_id, number, title, description,
                              CASE WHEN number % 12 = 0 THEN 'timeout' END) FROM issues
        """
    )
    for name in (LARGE, SMALL):
        await documents.learn(conn, name, [("login", 9), ("page", 8), ("timeout", 10)])
    await conn.execute("ANALYZE")


@pytest.fixture(scope="module")
def template(server_dsn: str, template: str) -> str:
    return filled_template(server_dsn, template, fill)


@pytest.fixture
def filled(conn: asyncpg.Connection) -> asyncpg.Connection:
    return conn


@pytest.fixture(params=["force_generic_plan", "force_custom_plan"])
async def planned(filled: asyncpg.Connection, request: pytest.FixtureRequest) -> asyncpg.Connection:
    """Plans are made for any values, then for those at hand."""
    await filled.execute(f"SET plan_cache_mode = {request.param}")
    return filled


async def who(conn: asyncpg.Connection, name: WorkspaceId) -> Actor:
    person_id = await conn.fetchval("SELECT person_id FROM people WHERE workspace_id = $1", name)
    return actor(person_id, workspace_id=name)


WALKED = {
    "": "issues_by_update",
    "is:open": "issues_by_update",
    "is:open sort:-updated": "issues_by_update",
    "sort:created": "issues_by_creation",
    "is:open sort:priority": "issues_by_priority",
    "sort:priority": "issues_by_priority",
    "is:open sort:due": "issues_by_due",
    "sort:-due": "issues_by_due",
    "sort:key": "issue_number_once",
    "label:common": "issues_by_update",
    "assignee:me": "issues_by_assignee",
    "label:rare": "issue_labels_by_label",
    "label:rare sort:priority": "issue_labels_by_label",
    "assignee:me is:open sort:created": "issues_by_assignee",
    "key:LDG-7": "issue_number_once",
}


async def test_lists_read_the_index_of_their_order_or_of_their_filter(
    planned: asyncpg.Connection,
) -> None:
    for name in (LARGE, SMALL):
        ada = await who(planned, name)
        for text, index in WALKED.items():
            plans = Plans(planned)
            page = await listing.page(plans, ada, parse(text), limit=10)
            assert page.items or name == SMALL, text
            assert "Seq Scan on issues" not in plans.text, (text, plans.text)
            if name == LARGE:
                assert index in plans.text, (text, plans.text)


COUNTED = {
    "": "issues_by_update",
    "is:open": "issues_by_update",
    "assignee:me": "issues_by_assignee",
    "assignee:me -status:closed": "issues_by_assignee",
    "label:rare": "issue_labels_by_label",
    "label:common": "issue_number_once",
    "priority:high": "issue_number_once",
    "no:comment": "issues_by_facets",
    "due:overdue": "issues_by_due",
    '"topic5 login"': "issue_documents_by_pair",
}


async def test_what_a_list_has_is_counted_without_reading_a_table_whole(
    planned: asyncpg.Connection,
) -> None:
    ada = await who(planned, LARGE)
    for text, index in COUNTED.items():
        plans = Plans(planned)
        counted = await listing.count(plans, ada, parse(text))
        assert counted.value or text in ("no:comment", "due:overdue")
        assert index in plans.text, (text, plans.text)
        assert_no_table_read(plans)


async def test_dates_lead_by_their_index_however_many_they_might_lead_to(
    planned: asyncpg.Connection,
) -> None:
    # Here times go up and down along the table; where issues are filed one after the other a range lies together.
    await planned.execute("SET random_page_cost = 1")
    for name in (LARGE, SMALL):
        ada = await who(planned, name)
        for text in (
            "due:overdue sort:key",
            "created:<7d label:rare",
            "updated:2d..1d sort:due",
            "closed:<7d sort:key",
        ):
            plans = Plans(planned)
            await listing.page(plans, ada, parse(text), limit=10)
            await listing.count(plans, ada, parse(text))
            assert_no_table_read(plans)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_what_is_due_is_found_and_counted_in_the_index_of_due_dates_alone(
    filled: asyncpg.Connection, mode: str
) -> None:
    await filled.execute("UPDATE issues SET due_on = current_date - 9 WHERE number % 9 = 0")
    await filled.execute("VACUUM ANALYZE issues")
    await filled.execute(f"SET plan_cache_mode = {mode}")
    ada = await who(filled, LARGE)
    for text in ("due:overdue", "due:overdue sort:due", "is:open due:<7d"):
        plans = Plans(filled)
        page, counted = await listing.page_and_count(plans, ada, parse(text), limit=10)
        assert len(page.items) == 10
        assert counted.exact
        assert counted.value > 200
        _, *rest = plans.seen
        assert "Index Only Scan using issues_by_due" in "\n".join(rest)
        # Whole rows are fetched for the page alone, by their key.
        scans = set(re.findall(r"Index Scan using (\w+) on issues\b", "\n".join(rest)))
        assert scans <= {"issues_pkey"}, plans.text
        assert_no_table_read(plans)


@pytest.mark.parametrize("order", ["updated", "due", "-due", "created"])
async def test_what_is_due_and_not_late_is_found_among_thousands_that_are_late(
    planned: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    for most in ("_SOME", "_MANY", "_MANY_FOR_NOTHING", "_LONG"):
        monkeypatch.setattr(listing, most, 1_000)
    monkeypatch.setattr(listing, "_FURTHER_FOR_NOTHING", 0)
    ada = await who(planned, LARGE)
    await planned.execute(
        """
        UPDATE issues SET due_on = CASE WHEN number > 11990 THEN current_date + 3
                                        WHEN NOT is_closed THEN current_date - 9 END
        WHERE workspace_id = $1""",
        LARGE,
    )
    await planned.execute("VACUUM ANALYZE issues")
    plans = Plans(planned)
    page, counted = await listing.page_and_count(plans, ada, parse(f"has:due -due:overdue sort:{order}"))
    assert (len(page.items), page.broken_off) == (10, False)
    assert (counted.value, counted.exact) == (10, True)
    assert "issues_by_due" in plans.text
    assert_no_table_read(plans)


async def test_several_filters_lead_to_where_all_of_them_do(
    filled: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_FEW", 5)
    monkeypatch.setattr(listing, "_MANY", 5_000)
    ada = await who(filled, LARGE)
    for text in ("label:rare label:common", "label:rare assignee:me sort:created"):
        plans = Plans(filled)
        await listing.page(plans, ada, parse(text), limit=10)
        assert "SetOp Intersect" in plans.text, (text, plans.text)
        assert_no_table_read(plans)


async def test_walking_an_order_is_not_given_up_for_an_index_that_has_all_columns(
    filled: asyncpg.Connection,
) -> None:
    await filled.execute("VACUUM ANALYZE issues")
    await filled.execute("SET plan_cache_mode = force_generic_plan")
    ada = await who(filled, LARGE)
    for text, index, other in (
        ("-due:overdue", "issues_by_update", "issues_by_due"),
        ("due:none,overdue is:open", "issues_by_update", "issues_by_due"),
        ("priority:high,low", "issues_by_update", "issues_by_priority"),
        ("-priority:none is:closed", "issues_by_update", "issues_by_priority"),
        ("-priority:none is:open sort:due", "issues_by_due", "issues_by_priority"),
    ):
        plans = Plans(filled)
        await listing.page(plans, ada, parse(text), limit=10)
        assert index in plans.text, (text, plans.text)
        assert other not in plans.text, (text, plans.text)


async def test_a_page_for_programs_is_read_off_the_index_of_its_order(filled: asyncpg.Connection) -> None:
    ada = await who(filled, LARGE)
    for text, index in {
        "": "issues_by_update",
        "is:open sort:created": "issues_by_creation",
        "is:closed sort:-priority": "issues_by_priority",
        "sort:due": "issues_by_due",
        "sort:key": "issue_number_once",
        "assignee:me label:rare": "issue_labels_by_label",
    }.items():
        plans = Plans(filled)
        pages = plain_listing.PlainListing(plans)  # type: ignore[arg-type]  # it asks for connections alone
        first = await pages.page(ada, parse(text), "LDG", limit=10)
        assert first.items
        if first.next_cursor is not None:
            assert (await pages.page(ada, parse(text), "LDG", limit=10, cursor=first.next_cursor)).items
        assert index in plans.text, (text, plans.text)
        assert_no_table_read(plans)


async def test_home_and_saved_queries_read_no_table_whole(filled: asyncpg.Connection) -> None:
    ada = await who(filled, LARGE)
    await saved_queries.save(filled, ada, "late", parse("due:overdue assignee:me"))
    await filled.execute("ANALYZE saved_queries")
    plans = Plans(filled)
    texts = (
        "assignee:me -status:closed sort:priority",
        "label:rare",
        "label:common",
        "login",
        "is:open sort:due",
    )
    queries = [parse(text) for text in texts]
    found = await look_up(plans, ada, queries, saved=True)
    assert [each.name for each in saved_queries.of_found(found)] == ["late"]
    lists = [homes.Wanted(resolved=read(found, ada, query), limit=10) for query in queries]
    tried = await homes.try_out(plans, ada, lists)
    for known in (tried, []):
        shown = await homes.show(plans, ada, lists, known)
        assert all(page.items for page in shown.pages)
    assert_no_table_read(plans)


async def test_the_next_page_begins_where_the_last_one_ended(filled: asyncpg.Connection) -> None:
    ada = await who(filled, LARGE)
    for text in ("", "is:open sort:priority", "sort:due", "sort:-key", "assignee:me"):
        page = await listing.page(filled, ada, parse(text), limit=10)
        for cursor in (page.next_cursor,):
            plans = Plans(filled)
            await listing.page(plans, ada, parse(text), limit=10, cursor=cursor)
            assert "ROW(" in plans.text or "number >" in plans.text or "number <" in plans.text
            conditions = [line for line in plans.text.splitlines() if "Index Cond" in line]
            assert any("ROW(" in line or "number" in line for line in conditions), plans.text


async def test_search_and_duplicates_read_the_index_of_words(filled: asyncpg.Connection) -> None:
    ada = await who(filled, LARGE)
    for mode in ("force_generic_plan", "force_custom_plan"):
        await filled.execute(f"SET plan_cache_mode = {mode}")
        for text in ("login", "login timeout", "logn", "page is:open"):
            plans = Plans(filled)
            found = await search.search(plans, ada, text)
            assert found.hits, text
            assert_words(plans)
            # Tags and words are two conditions of the one scan.
            assert re.search(r"Index Cond: \(\(document @@ .+\) AND \(document @@", plans.text), plans.text
        plans = Plans(filled)
        await duplicates.likely(plans, ada, "login page", "timeout")
        assert_words(plans)


async def test_a_phrase_is_led_by_its_pairs_once_all_documents_have_them(
    planned: asyncpg.Connection,
) -> None:
    ada = await who(planned, LARGE)
    for text, led in (('"topic5 login"', True), ('"login"', False), ('-"topic5 login" timeout', False)):
        plans = Plans(planned)
        found = await search.search(plans, ada, text)
        assert found.hits, text
        assert ("Bitmap Index Scan on issue_documents_by_pair" in plans.text) is led, plans.text
        assert ("Bitmap Index Scan on issue_documents_by_word" in plans.text) is not led, plans.text
        assert_no_table_read(plans)
    plans = Plans(planned)
    text = '"topic5 login" sort:created'
    page = await listing.page(plans, ada, parse(text), limit=10)
    assert page.items
    assert "Bitmap Index Scan on issue_documents_by_pair" in plans.text
    assert_no_table_read(plans)
    await planned.execute(
        "UPDATE issue_documents SET pairs = NULL WHERE number = 5 AND workspace_id = $1", LARGE
    )
    plans = Plans(planned)
    await search.search(plans, ada, '"topic5 login"')
    assert "issue_documents_by_pair" not in plans.text
    assert "issue_documents_without_pairs" in plans.text
    assert_words(plans)


async def test_words_like_an_unknown_one_are_led_to_by_their_shapes(filled: asyncpg.Connection) -> None:
    made = ["".join(letters) for letters in itertools.islice(itertools.permutations("abcdefgh", 7), 2_000)]
    await documents.learn(filled, LARGE, [(word, 1) for word in made])
    await filled.execute("ANALYZE search_words")
    plans = Plans(filled)
    assert await vocabulary.correct(plans, LARGE, ["logn", "timeout"]) == {"logn": "login"}
    (plan,) = plans.seen
    assert "Bitmap Index Scan on search_words_by_shape" in plan
    assert "Seq Scan on search_words" not in plan, plan
    assert "BitmapAnd" not in plan, plan


def assert_words(plans: Plans) -> None:
    assert "Bitmap Index Scan on issue_documents_by_word" in plans.text
    for table in ("issues", "issue_documents", "comments"):
        assert f"Seq Scan on {table}" not in plans.text, plans.text


async def test_a_guest_is_led_to_their_own_issues(filled: asyncpg.Connection) -> None:
    ada = await who(filled, LARGE)
    guest = actor(ada.person_id, Role.GUEST, LARGE)
    plans = Plans(filled)
    page = await listing.page(plans, guest, parse(""), limit=10)
    assert len(page.items) == 10
    assert "issues_by_assignee" in plans.text
    assert "Seq Scan on issues" not in plans.text


async def test_what_nobody_has_is_not_looked_for_in_every_issue(
    planned: asyncpg.Connection,
) -> None:
    ada = await who(planned, LARGE)
    for text in (
        "no:comment",
        "is:open no:comment sort:priority",
        "reason:duplicate",
        "source:api -label:rare",
    ):
        plans = Plans(planned)
        page = await listing.page(plans, ada, parse(text), limit=10)
        assert page.items == ()
        assert not page.broken_off
        assert "issues_by_facets" in plans.text, (text, plans.text)
        assert_no_table_read(plans)


async def test_which_of_given_issues_match_is_told_without_reading_a_table_whole(
    filled: asyncpg.Connection,
) -> None:
    ada = await who(filled, LARGE)
    some = await filled.fetch("SELECT issue_id FROM issues WHERE workspace_id = $1 LIMIT 20", LARGE)
    ids = [row["issue_id"] for row in some]
    await filled.execute("SET plan_cache_mode = force_generic_plan")
    for text in ("is:open", "label:common -login", "closed:<7d", "no:label", '"topic5 login"', "due:overdue"):
        plans = Plans(filled)
        await listing.matching(plans, ada, parse(text), ids)
        assert_no_table_read(plans)
