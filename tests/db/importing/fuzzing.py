"""Files that nobody would write, from those that people do: what the reader must bear, and a long run by coverage.

`python -m tests.db.importing.fuzzing [libFuzzer options]` needs `pip install atheris`.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from datetime import date, datetime
from typing import Any, Final

from db import limits
from db.importing.child import Kind
from db.importing.columns import FAILURE_HEADER
from db.importing.converting import STAGED_COLUMNS
from db.importing.inspecting import inspect
from db.importing.problems import TableFlaw
from handlers.views.imports import row_wording
from handlers.words import words
from tests.db.importing.tables import frames_of

_JIRA: Final = (
    "Summary,Issue key,Issue Type,Status,Priority,Resolution,Assignee,Assignee Id,Created,Resolved,Labels,Labels,"
    "Outward issue link (Duplicate),Parent,Comment,Comment\r\n"
    'Login fails,PROJ-1,Bug,Done,High,Fixed,ada,557:a,16/Feb/17 3:29 PM,27/Sep/26 9:00 AM,bug,ui,PROJ-2,,"16/Feb/17 '
    '3:29 PM;ada;Provide; more\nlines",\r\n'
    "Slow,PROJ-2,Bug,To Do,Low,,,,16/Feb/17 3:29 PM,,,,,PROJ-1,,\r\n,,,,,,,,,,,,,,,\r\n"
)
_LODGE: Final = (
    "key,title,description,status,reason,priority,assignee,reporter,labels,due_on,created_at,updated_at,closed_at,"
    "duplicate_of,parent,external_ref,issue_id,comments\r\n"
    'LDG-1,\'=1+1,\'-dash,closed,duplicate,high,Ada <ada@example.com>,Ada <ada@example.com>,"[""a,b"", ""c""]",'
    "2026-01-01,2026-01-01T00:00:00+00:00,2026-01-01T00:00:00+00:00,2026-01-01T00:00:00+00:00,LDG-2,,OLD-1,"
    '01a204fa-4235-7ed6-8078-70d62fd3f66b,"[{""at"": ""2026-01-01T00:00:00+00:00"", ""author"": ""Ada"", '
    '""body"": ""Hi""}]"\r\n'
)
_GITHUB: Final = (
    "Title\tURL\tAssignees\tStatus\tLabels\tRepository\n"
    "A\thttps://github.com/a/b/issues/7\tx, y\tDone\tz\ta/b\n"
)
_GITHUB_JSON: Final = (
    "number,title,body,state,labels,assignees,createdAt\n"
    '1,A,B,OPEN,"[{""name"":""bug""}]","[{""login"":""ada""}]",2024-01-01T00:00:00Z\n'
)
SEEDS: Final = tuple(
    text.encode(encoding)
    for text, encoding in (
        ("title,description,priority,status\nLogin fails,on Safari,high,OPEN\nB,,low,CLOSED\n", "utf-8"),
        ("sep=;\r\ntitle;due;labels\r\nGrößer;29.02.2024;a, b\r\n;31/12/99;c\r\n", "cp1252"),
        ("title\tcreated\nA\t03/04/2025\nB\t31/12/2024\nC\tWed Jan 22 2025 10:11:12 GMT+0000 (X)\n", "utf-16"),
        (_JIRA, "utf-8-sig"),
        (_LODGE, "utf-8"),
        (_GITHUB, "utf-8"),
        (_GITHUB_JSON, "utf-8"),
        (f"title,status,{FAILURE_HEADER}\n'=cmd(),open,why\n\"open\n", "utf-8"),
    )
)  # fmt: skip
_PIECES: Final = (
    b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\xe2\x80\xa8", b"\xc3", b"\x80", b"=", b"'", b"''=", b"[", b"]", b"{}", b"[[[", b"1e999", b"NaN",
    b"29/02/2023", b"0/0/0", b"99999999", b"2024-01-01T24:00:00", b"2024-01-01T00:00:00+99:99",
    b"\xf0\x9f\x92\xa5", b"\xd9\xa3", b"\x1eworkbook {}", b"sep=\x00", b"x" * 300, b"comments", b"labels",
    b"<a@b.c>", b"\x1a", b"\x0b\x0c\x1c\x85", b"\\u0000", b"\\ud800",
)  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    """A file of people with a few things wrong with it, or two of them glued together."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 8)):
        at, upto = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        match chance.randrange(6):
            case 0:
                data[at:at] = chance.choice(_PIECES)
            case 1:
                del data[at : min(upto, at + 40)]
            case 2:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                data[at:at] = data[at:upto]
            case 4:
                other = chance.choice(SEEDS)
                data[at:at] = other[chance.randrange(len(other)) :]
            case _:
                data[at : at + 3] = chance.choice(_PIECES) * chance.randint(1, 3)
    return bytes(data)


def check(data: bytes) -> None:
    """Read or refused in words; what is read keeps every limit, what is not comes back with a reason."""
    try:
        mapping = inspect(data[: 1 << 20]).mapping("UTC")
    except TableFlaw:
        return
    if not mapping.has_title:
        return
    told: dict[Kind, bytes] = dict.fromkeys(Kind, b"")
    for survey in (True, False):
        wording = row_wording(words("de"))
        task = json.dumps({"survey": survey, "mapping": mapping.to_json(), "wording": wording}).encode()
        for kind, body in frames_of(task, data):
            told[kind] = told[kind] + body if kind in (Kind.ROWS, Kind.FAILED) else body
        if told[Kind.FLAW]:
            return
    counted: dict[str, Any] = json.loads(told[Kind.DONE])
    names = "".join([*counted["people"], *counted["labels"], *counted["also"], *counted["also"].values()])
    assert "\0" not in names.encode().decode()
    rows = list(csv.reader(io.StringIO(told[Kind.ROWS].decode(), newline="")))
    assert len(rows) == counted["rows"] - counted["bad"]
    for row in rows:
        check_row(dict(zip(STAGED_COLUMNS, row, strict=True)), counted)
    back = list(csv.reader(io.StringIO(told[Kind.FAILED].decode(), newline="")))
    assert len(back) == (counted["bad"] + 1 if counted["bad"] else 0)
    assert all(row[-1] for row in back)


def check_row(row: dict[str, str], counted: dict[str, Any]) -> None:
    """What PostgreSQL will take without a word."""
    assert 1 <= len(row["title"]) <= limits.TITLE_MAX
    assert len(row["description"]) <= limits.TEXT_MAX
    assert "\0" not in "".join(row.values())
    assert row["status"] in ("open", "in_progress", "closed")
    assert (row["status"] == "closed") == bool(row["close_reason"])
    for name in ("assignee", "reporter"):
        assert not row[name] or int(row[name]) < len(counted["people"])
    if row["labels"].strip("{}"):
        assert max(map(int, row["labels"].strip("{}").split(","))) < len(counted["labels"])
    for name in ("created_at", "updated_at", "closed_at"):
        assert not row[name] or datetime.fromisoformat(row[name]).year >= 1970
    assert not row["due_on"] or date.fromisoformat(row["due_on"]).year >= 1970
    assert all(len(name) <= limits.LABEL_MAX for name in counted["labels"])
    for comment in json.loads(row["comments"]) if row["comments"] else ():
        assert 1 <= len(comment["body"]) <= limits.TEXT_MAX


def main() -> None:
    import atheris  # type: ignore[import-untyped]  # installed by who wants to be led by coverage

    chance = random.Random(1)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance.seed(seed)
        return mutated(chance)[:max_size] if chance.random() < 0.2 else atheris.Mutate(data, max_size)

    atheris.instrument_all()
    atheris.Setup(sys.argv, check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
