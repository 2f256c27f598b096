from __future__ import annotations

import asyncio
import itertools

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from db import documents, issues, matching, ranking, search, vocabulary
from db.access import Actor
from db.errors import Invalid
from db.ids import WorkspaceId
from db.issues.draft import IssueDraft
from db.pool import Database
from db.query import parse
from db.query.resolving import (
    LOOK_UP,
    LOOK_UP_WORDS,
    found_in,
    names_nothing,
    resolve,
    wanted,
    wanted_words,
)
from db.search import MARK_END, MARK_START, marked
from db.states import Role
from tests.db.plans import Plans
from tests.db.query_data import AWAY, HOME, actor, issue, person, workspace


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    await workspace(conn)
    return actor(await person(conn, "Ada Lovelace"))


async def hits(conn: asyncpg.Connection, who: Actor, text: str) -> list[str]:
    return [hit.issue.title for hit in (await search.search(conn, who, text)).hits]


async def test_the_title_counts_more_than_the_description_and_that_more_than_comments(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await issue(conn, "in a comment", comments=("the printer jams",), indexed=True)
    await issue(conn, "in the text", description="a printer jammed", indexed=True)
    await issue(conn, "Printers jam", indexed=True)
    await issue(conn, "elsewhere", description="a plotter", indexed=True)
    assert await hits(conn, ada, "printer jam") == ["Printers jam", "in the text", "in a comment"]


async def test_phrases_exclusions_filters_and_the_beginning_of_the_last_word(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await issue(conn, "Login page is slow", indexed=True)
    await issue(conn, "Page after login", status="closed", indexed=True)
    assert await hits(conn, ada, '"login page"') == ["Login page is slow"]
    assert await hits(conn, ada, "login -slow") == ["Page after login"]
    assert await hits(conn, ada, "login is:closed") == ["Page after login"]
    assert await hits(conn, ada, "is:open page log") == ["Login page is slow"]
    assert await hits(conn, ada, "lo") == []


_SAID = (
    "Login page is slow",
    "page of the login",
    "login, then page",
    "The login page and the login form",
    "slow page login login page",
    "log-in page e-mail us",
    "e-mail page at example.com/login page",
    "slow",
    "",
)


async def test_a_phrase_led_by_its_pairs_finds_what_the_words_alone_find(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    ids = [
        (await issue(conn, one or "untitled", description=other, comments=(_SAID[0],) if other else ()))[
            "issue_id"
        ]
        for one, other in itertools.product(_SAID, _SAID[-4:])
    ]
    for config in ("english", "simple", "german"):
        await conn.execute("UPDATE workspaces SET search_config = $1::text::regconfig", config)
        await documents.index_issues(conn, HOME, ids)
        assert matching.pairs_of(await resolve(conn, ada, parse('"slow login page"')))
        for phrase in (
            *(
                "login page",
                "page of the login",
                "slow login page",
                "page slow",
                "e-mail page",
                "log-in page",
            ),
            *("login page is slow", "example.com/login page", "the login", "page page", "us e-mail"),
        ):
            resolved = await resolve(conn, ada, parse(f'"{phrase}"'))
            words = ranking.words_of(resolved)
            led = await matching.candidates(conn, resolved, words, 1_000, 0, best=1_000, at_once=1_000)
            rows = await conn.fetch(
                "SELECT number FROM issue_documents WHERE document @@ phraseto_tsquery($1::text::regconfig, $2)",
                config,
                phrase,
            )
            assert {each.number for each in led.candidates} == {row["number"] for row in rows}, (
                config,
                phrase,
            )


async def test_phrases_are_found_before_during_and_after_old_documents_get_their_pairs(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    for number in range(5):
        await issue(conn, f"Login page {number}", indexed=True)
    await conn.execute("UPDATE issue_documents SET pairs = NULL")
    led = []
    more = True
    while more:
        led.append(bool(matching.pairs_of(await resolve(conn, ada, parse('"login page"')))))
        assert len(await hits(conn, ada, '"login page"')) == 5
        more = await documents.pair(conn, HOME, limit=2)
    assert led == [False, False, False]
    assert matching.pairs_of(await resolve(conn, ada, parse('"login page"')))
    assert len(await hits(conn, ada, '"login page"')) == 5
    assert await hits(conn, ada, '"page login"') == []


async def test_a_mistyped_word_is_corrected_and_it_says_so(conn: asyncpg.Connection, ada: Actor) -> None:
    await issue(conn, "Login fails", indexed=True)
    await issue(conn, "Dashboard is empty", indexed=True)
    for typed, corrected, title in (
        ("lgoin", "login", "Login fails"),
        ("logn", "login", "Login fails"),
        ("is:open dashbaord empty", "status:open,in-progress dashboard empty", "Dashboard is empty"),
        ("dashhbord", "dashboard", "Dashboard is empty"),
    ):
        page = await search.search(conn, ada, typed)
        assert [hit.issue.title for hit in page.hits] == [title], typed
        assert page.corrected == corrected
    assert (await search.search(conn, ada, "login")).corrected is None
    assert (await search.search(conn, ada, "zzzzzzz")).hits == ()


async def test_what_is_shown_comes_along_with_what_is_found_or_after_it(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        await issue(conn, f"Login {number}", description="The login page", indexed=True)
    plans = Plans(conn)
    along = await search.search(plans, ada, "login", limit=4)
    assert [hit.issue.number for hit in along.hits] == [6, 5, 4, 3]
    assert len(plans.seen) == 2
    plans = Plans(conn)
    assert len((await search.search(plans, ada, "login", limit=4, cursor=along.next_cursor)).hits) == 2
    assert len(plans.seen) == 2
    # The key leads to one that is looked for by itself, though it comes along as well.
    await issue(conn, "LDG-2 needs a login", indexed=True)
    plans = Plans(conn)
    led = await search.search(plans, ada, "LDG-2")
    assert [hit.issue.number for hit in led.hits] == [2, 7]
    # Two, then four, then the last: what is shown is asked for when all are known.
    monkeypatch.setattr(ranking, "AT_ONCE", 2)
    plans = Plans(conn)
    after = await search.search(plans, ada, "login", limit=4)
    assert [hit.headline for hit in after.hits] == [hit.headline for hit in along.hits]
    assert len(plans.seen) == 5


async def test_near_words_of_one_nobody_used_are_looked_for_once(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await issue(conn, "Login fails", indexed=True)
    for text, found in (("zzzzzzz", 0), ("login zzzzzzz", 1)):
        plans = Plans(conn)
        assert len((await search.search(plans, ada, text)).hits) == found
        assert sum("wanted.shapes" in plan for plan in plans.seen) == 1
        assert sum("workspaces" in plan for plan in plans.seen) == 1


async def test_any_of_the_words_when_no_issue_has_all(conn: asyncpg.Connection, ada: Actor) -> None:
    await issue(conn, "Login fails", indexed=True)
    await issue(conn, "Export fails", indexed=True)
    assert await hits(conn, ada, "login export") == ["Export fails", "Login fails"]
    assert await hits(conn, ada, "login export -export") == ["Login fails"]


async def test_keys_and_references_lead_to_their_issue(conn: asyncpg.Connection, ada: Actor) -> None:
    await issue(conn, "first", external_ref="PROJ-77", indexed=True)
    await issue(conn, "second", indexed=True)
    for text, title in (("LDG-2", "second"), ("ldg-2", "second"), ("1", "first"), ("proj-77", "first")):
        assert (await hits(conn, ada, text))[:1] == [title], text
    assert await hits(conn, ada, "LDG-99999999999999999999") == []


async def test_what_matched_is_marked_and_the_text_cannot_forge_marks(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    title = f"Login {MARK_START}forged{MARK_END} <b>"
    await issue(conn, title, description="It fails. " * 50 + "The login form is gone.", indexed=True)
    (hit,) = (await search.search(conn, ada, "login")).hits
    assert marked(hit.title) == [("Login", True), (" forged <b>", False)]
    assert ("login", True) in marked(hit.headline)
    assert len(hit.headline) < 300


async def test_pages_hold_every_match_once(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "ENOUGH", (7, 3))
    monkeypatch.setattr(ranking, "AT_ONCE", 5)
    monkeypatch.setattr(ranking, "_FIRST_STEP", 8)
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, number, title)
        SELECT $1, n * 300, CASE WHEN n % 3 = 0 THEN 'apple ' ELSE 'pear ' END || repeat('pie ', n % 4)
        FROM generate_series(1, 100) n
        """,
        HOME,
    )
    ids = [row["issue_id"] for row in await conn.fetch("SELECT issue_id FROM issues")]
    await documents.index_issues(conn, HOME, ids)
    for text in ("apple", "apple is:open", "pear -pie"):
        seen: list[int] = []
        cursor = None
        while True:
            page = await search.search(conn, ada, text, limit=4, cursor=cursor)
            seen += [hit.issue.number for hit in page.hits]
            cursor = page.next_cursor
            if cursor is None:
                break
        like = "pear " if text.startswith("pear") else "apple%"
        matching = await conn.fetch("SELECT number FROM issues WHERE title LIKE $1", like)
        assert sorted(seen) == sorted(row["number"] for row in matching), text
    with pytest.raises(Invalid):
        await search.search(conn, ada, "other", cursor="abc")


@pytest.mark.parametrize("lately", ["closed", "deleted", "open"])
async def test_what_is_closed_or_gone_lets_others_before_it_wherever_it_stood(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch, lately: str
) -> None:
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, number, title)
        SELECT $1, n, repeat('pie ', 1 + n % 9) || repeat('tea ', n % 4) FROM generate_series(1, 120) n
        """,
        HOME,
    )
    ids = [row["issue_id"] for row in await conn.fetch("SELECT issue_id FROM issues")]
    await documents.index_issues(conn, HOME, ids)
    # Those whose words say most; that they are gone is not in the index yet.
    await conn.execute(
        """
        UPDATE issues SET status = CASE WHEN $1 = 'closed' THEN 'closed' ELSE status END,
               close_reason = CASE WHEN $1 = 'closed' THEN 'completed' END,
               closed_at = CASE WHEN $1 = 'closed' THEN now() END,
               deleted_at = CASE WHEN $1 = 'deleted' THEN now() END
        WHERE number % 9 > 2 AND $1 <> 'open'""",
        lately,
    )
    pages = {}
    for ahead in (1, 20, 1_000):
        monkeypatch.setattr(matching, "_AHEAD", ahead)
        found = []
        cursor = None
        for _ in range(4):
            page = await search.search(conn, ada, "pie", limit=6, cursor=cursor)
            found += [(hit.issue.number, hit.rank) for hit in page.hits]
            cursor = page.next_cursor
        pages[ahead] = found
    assert len(pages[1]) == 24
    assert pages[1] == sorted(pages[1], key=lambda each: (-each[1], -each[0]))
    assert pages[1] == pages[20] == pages[1_000]


async def test_others_see_nothing(conn: asyncpg.Connection, ada: Actor) -> None:
    await workspace(conn, AWAY)
    await issue(conn, "Login", indexed=True)
    assert await hits(conn, actor(None, workspace_id=AWAY), "login") == []
    assert await hits(conn, actor(None, workspace_id=AWAY), "lgoin") == []
    assert await hits(conn, actor(ada.person_id, Role.GUEST), "login") == []
    await issue(conn, "Login mine", reporter_id=ada.person_id, indexed=True)
    assert await hits(conn, actor(ada.person_id, Role.GUEST), "login") == ["Login mine"]


async def test_a_change_is_indexed_from_its_events_and_twice_is_once(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    written = await issues.create(conn, ada, IssueDraft(title="Teapot leaks"))
    assert written.change_id is not None
    assert await hits(conn, ada, "teapot") == []
    assert await documents.index_changes(conn, HOME, [written.change_id]) == 1
    assert await documents.index_changes(conn, HOME, [written.change_id]) == 0
    assert await hits(conn, ada, "teapot") == ["Teapot leaks"]
    await conn.execute("UPDATE issues SET deleted_at = now()")
    await documents.index_changes(conn, HOME, [written.change_id])
    assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 0


async def test_of_two_that_index_at_once_the_newest_text_stays(
    database: Database, conn: asyncpg.Connection, ada: Actor
) -> None:
    row = await issue(conn, "alpha")

    async def index() -> None:
        async with database.transaction() as own:
            await documents.index_issues(own, HOME, [row["issue_id"]])

    async with database.transaction() as first:
        await documents.index_issues(first, HOME, [row["issue_id"]])
        await conn.execute("UPDATE issues SET title = 'omega'")
        second = asyncio.create_task(index())
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(60):
            while not await conn.fetchval(waiting):
                await asyncio.sleep(0)
    await second
    assert await hits(conn, ada, "omega") == ["omega"]
    assert await hits(conn, ada, "alpha") == []


async def test_words_alone_are_looked_up_by_less_and_to_the_same_end(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    terms = parse("Häuser is:open -burning the houses due:<3d").terms
    assert names_nothing(terms)
    for config in ("english", "german", "simple"):
        await conn.execute("UPDATE workspaces SET search_config = $1::text::regconfig", config)
        async with conn.transaction():
            whole = found_in(await conn.fetchrow(LOOK_UP, *wanted(ada, terms)), terms)
            words = found_in(await conn.fetchrow(LOOK_UP_WORDS, *wanted_words(ada, terms)), terms)
        assert words == whole
        assert words.config == config
    for named in ("label:bug", "assignee:ada", "parent:LDG-1", '"a phrase"'):
        assert not names_nothing(parse(f"houses {named}").terms)
    plans = Plans(conn)
    await search.search(plans, ada, "houses is:open")
    assert "labels" not in plans.seen[0]


async def test_a_new_language_is_reindexed(conn: asyncpg.Connection, ada: Actor) -> None:
    for number in range(5):
        await issue(conn, f"Häuser brennen {number}", indexed=True)
    assert await hits(conn, ada, "Haus") == []
    await conn.execute("UPDATE workspaces SET search_config = 'german'")
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'reindex'") == 1
    after, batches = None, 0
    while batches == 0 or after is not None:
        after = await documents.reindex(conn, HOME, after=after, limit=2)
        batches += 1
    assert batches == 3
    assert len(await hits(conn, ada, "Haus")) == 5
    await conn.execute("UPDATE workspaces SET search_config = 'simple'")
    assert len(await hits(conn, ada, "Häuser")) == 0


async def test_a_document_of_the_greatest_length_fits(conn: asyncpg.Connection, ada: Actor) -> None:
    words = [f"w{number:x}ö" for number in range(20_000)]
    text = " ".join(words)[:40_000]
    await issue(conn, "long", description=text, comments=(text[::-1],) * 3, indexed=True)
    assert await hits(conn, ada, "w1fö") == ["long"]


async def test_a_common_word_gets_popular_and_wins_a_tie(conn: asyncpg.Connection, ada: Actor) -> None:
    ids = [(await issue(conn, "render"))["issue_id"] for _ in range(40)]
    ids.append((await issue(conn, "vender"))["issue_id"])
    await documents.index_issues(conn, HOME, ids)
    known = await conn.fetch("SELECT word, popularity FROM search_words")
    assert {row["word"]: row["popularity"] for row in known} == {"render": 5, "vender": 0}
    assert await vocabulary.correct(conn, HOME, ["fender", "render"]) == {"fender": "render"}


letters = st.text("abcde", min_size=4, max_size=12)


@given(letters, st.data())
def test_words_one_error_apart_share_a_shape(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    kind = data.draw(st.sampled_from(["drop", "add", "replace", "swap"]))
    letter = data.draw(st.sampled_from("abcdef"))
    changed = {
        "drop": word[:at] + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "replace": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[kind]
    assert DamerauLevenshtein.distance(word, changed) <= 1
    home = WorkspaceId("T1")
    assert set(vocabulary.shapes(home, word)) & set(vocabulary.shapes(home, changed))
    assert not set(vocabulary.shapes(home, word)) & set(vocabulary.shapes(WorkspaceId("T2"), changed))


@given(st.integers(1, 5_000_000), st.integers(0, 5_000_000))
def test_tags_cover_the_range_with_few_blocks(below: int, end: int) -> None:
    sizes = {0: 1 << 9, 1: 1 << 13, 2: 1 << 17}
    blocks = [
        (level, block * sizes[level], (block + 1) * sizes[level])
        for level, block in matching._cover(below, end)
    ]
    covered = sorted((low, high) for _, low, high in blocks)
    if end < below:
        assert covered[0][0] <= end
        assert covered[-1][1] >= below
        assert all(one[1] == two[0] for one, two in itertools.pairwise(covered))
    assert len(blocks) <= 64 + below // sizes[2]


async def test_relevance_is_also_an_order_of_lists(conn: asyncpg.Connection, ada: Actor) -> None:
    await issue(conn, "tea", description="tea and tea", indexed=True)
    await issue(conn, "coffee", description="or tea", indexed=True)
    resolved = await resolve(conn, ada, parse("tea sort:relevance"))
    page = await ranking.page(conn, resolved, ranking.words_of(resolved), scope="x", limit=5, cursor=None)
    assert [candidate.number for candidate in page.candidates] == [1, 2]
