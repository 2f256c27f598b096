import asyncio

import asyncpg
import pytest

from db.migrate import Migration, MigrationError, known_migrations, migrate

# Installations have these and refuse others in their place: what is to change comes in a new file.
RELEASED = (
    "2a8aa44c7069070c",  # 0001_core
    "83b5d6110dea933b",  # 0002_jobs
    "feb24e22d23b61b8",  # 0003_sending
    "512c8939996f82ec",  # 0004_search
    "24203352274cc8db",  # 0005_imports
    "a067174d07b819b5",  # 0006_reports
    "6f6f05ebe710c826",  # 0007_access
    "363f3f5ae78106c8",  # 0008_installations
    "595185538636b6a4",  # 0009_notifications
    "68ac97e9474ab117",  # 0010_webhooks
    "8f40b1697f142227",  # 0011_outgoing
    "d5eacfb48863b9e0",  # 0012_comment_lines
    "dffa43b7562d8645",  # 0013_handles
    "edcf2e76c8ffef32",  # 0014_homes
    "ba295355f388637c",  # 0015_sifting
    "b3eaa7c7b6d0aee6",  # 0016_facets
    "901148e1046fe0f4",  # 0017_rotation
    "5095703800e9ca6b",  # 0018_filing
    "e318f4fb750fee19",  # 0019_mutes
    "59f5b153fb64e3ef",  # 0020_spent_requests
    "afadab8090da3bc9",  # 0021_phrases
    "5a6d738920b83cec",  # 0022_told
    "10f8ef971adc8cd4",  # 0023_heard
    "83c3a0d83fa8a1c7",  # 0024_handed_back
    "f0a757f73b703191",  # 0025_asked
    "fb10dc05ddfc5bf3",  # 0026_due_dates
    "638678dc3600def0",  # 0027_priorities
    "104ebbb134486ca6",  # 0028_latency_counts
    "59e3e1b303659dcc",  # 0029_labelled
    "e7722929d6266def",  # 0030_outgoing_due
    "62ae23520473cfbd",  # 0031_figures
    "3caeaa7f5a96da1f",  # 0032_preview_lines
)


def migration(version: int, sql: str = "SELECT 1") -> Migration:
    return Migration(version=version, name="x", sql=sql)


async def test_applies_everything_once(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    assert [m.version for m in await migrate(conn)] == [m.version for m in known_migrations()]
    assert await migrate(conn) == []
    await conn.close()


async def test_two_starting_replicas_take_turns(empty_db_url: str) -> None:
    one = await asyncpg.connect(empty_db_url)
    two = await asyncpg.connect(empty_db_url)
    done = await asyncio.gather(migrate(one), migrate(two))
    assert sorted(m.version for each in done for m in each) == [m.version for m in known_migrations()]
    await one.close()
    await two.close()


async def test_refuses_a_gap(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    with pytest.raises(MigrationError, match="gap"):
        await migrate(conn, [migration(1), migration(3)])
    await conn.close()


async def test_refuses_an_edited_file(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, [migration(1)])
    with pytest.raises(MigrationError, match="edited"):
        await migrate(conn, [migration(1, "SELECT 2")])
    await conn.close()


async def test_refuses_a_database_newer_than_the_code(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, [migration(1), migration(2)])
    with pytest.raises(MigrationError, match="newer"):
        await migrate(conn, [migration(1)])
    await conn.close()


async def test_a_failing_file_leaves_nothing_and_the_ones_before_it_stay(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    broken = migration(2, "CREATE TABLE half (a int); SELECT no_such_function()")
    with pytest.raises(MigrationError, match="0002_x"):
        await migrate(conn, [migration(1), broken])
    assert await conn.fetchval("SELECT to_regclass('half')") is None
    assert await conn.fetchval("SELECT array_agg(version) FROM schema_migrations") == [1]
    await conn.close()


def test_what_is_released_stays_as_it_is() -> None:
    assert tuple(each.checksum[:16] for each in known_migrations())[: len(RELEASED)] == RELEASED


async def test_an_older_database_with_issues_is_brought_up_to_date(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, known_migrations()[:10])
    await conn.execute(
        """
        SELECT create_workspace('T1', 'Harbour');
        INSERT INTO issues (workspace_id, number, title) SELECT 'T1', n, 'Crane ' || n FROM generate_series(1, 3) n;
        INSERT INTO labels (workspace_id, name) VALUES ('T1', 'bug');
        INSERT INTO issue_labels SELECT 'T1', issue_id, label_id FROM issues, labels WHERE number = 1;
        INSERT INTO comments (workspace_id, issue_id, body, source)
        SELECT 'T1', issue_id, 'Stuck', 'slack' FROM issues WHERE number = 2"""
    )
    await migrate(conn)
    found = await conn.fetch("SELECT labelled, commented FROM issues ORDER BY number")
    assert [tuple(row) for row in found] == [(True, False), (False, True), (False, False)]
    await conn.close()


async def test_requests_that_were_kept_with_their_person_are_known_as_all_others_are(
    empty_db_url: str,
) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, known_migrations()[:24])
    await conn.execute(
        """
        SELECT create_workspace('T1', 'Harbour');
        INSERT INTO people (workspace_id, name, settings) VALUES
            ('T1', 'Ada', '{"asked": ["slack:1", "slack:2"], "notices": {"off": []}}'), ('T1', 'Bob', '{}');
        INSERT INTO spent_requests (workspace_id, request_key) VALUES ('T1', 'slack:2')"""
    )
    await migrate(conn)
    assert await conn.fetchval("SELECT array_agg(request_key ORDER BY request_key) FROM spent_requests") == [
        "slack:1",
        "slack:2",
    ]
    kept = await conn.fetchval("SELECT array_agg(settings::text ORDER BY name) FROM people")
    assert kept == ['{"notices": {"off": []}}', "{}"]
    await conn.close()


async def test_open_issues_that_are_kept_already_are_kept_by_label_too(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, [known for known in known_migrations() if known.version < 29])
    await conn.execute(
        """
        INSERT INTO rollup_issues (workspace_id, issue_id, created_day, in_progress, priority, labels, taken_days,
                                   taken_by, created_at, is_open)
        SELECT 'T1', uuid_v7(), 739000 + n, false, 5, ARRAY(SELECT uuid_v7() FROM generate_series(1, n)), '{}', '{}',
               now(), n < 3
        FROM generate_series(0, 3) n"""
    )
    await migrate(conn)
    rows = await conn.fetch(
        "SELECT created_day, label_id = ANY (labels) AS has FROM rollup_labelled ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [(739001, True), (739002, True), (739002, True)]
    await conn.close()
