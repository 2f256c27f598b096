from tests.db.schema_snapshot import SNAPSHOT, current


def test_migrations_and_the_snapshot_are_equal() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == current(), "run `make schema` and commit db/schema.sql"
