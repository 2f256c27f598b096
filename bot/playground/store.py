"""Write-through copy of the state in SQLite, so that a demo survives restarts and a SIGKILL."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.playground.wire import Json, dumps, loads

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents (id TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class Store:
    """Documents by kind and key. With no path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._db: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            # WAL with NORMAL loses nothing when the process is killed, only when the machine is.
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)

    def put(self, kind: str, key: str, body: Json) -> None:
        if self._db is not None:
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, dumps(body)),
            )

    def drop(self, kind: str, key: str) -> None:
        if self._db is not None:
            self._db.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def each(self, kind: str) -> Iterator[tuple[str, Json]]:
        if self._db is not None:
            rows = self._db.execute("SELECT key, body FROM documents WHERE kind = ? ORDER BY key", (kind,))
            for key, body in rows:
                yield key, loads(body)

    def put_content(self, file_id: str, body: bytes) -> None:
        if self._db is not None:
            self._db.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (file_id, body))

    def contents(self) -> dict[str, bytes]:
        if self._db is None:
            return {}
        return dict(self._db.execute("SELECT id, body FROM contents"))

    def begin(self) -> None:
        if self._db is not None:
            self._db.execute("BEGIN")

    def commit(self) -> None:
        if self._db is not None:
            self._db.execute("COMMIT")

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
