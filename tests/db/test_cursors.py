"""A cursor is read as if anybody could have made it: what tells its scope is no secret."""

from __future__ import annotations

import base64
import json

import pytest

from db.errors import Invalid
from db.query import cursors
from db.query.cursors import Cursor, decode, encode
from db.query.orders import ORDERS
from db.ranking import PLACE

ID = "01a204fa-4027-7866-8f96-4f9b981f970f"
KINDS = ("timestamptz", "uuid")
AT = "2026-11-23 13:38:09.123456+00"


def made(body: bytes, scope: str = "s") -> str:
    """As whoever knows how."""
    return base64.urlsafe_b64encode(cursors._digest(body, scope) + body).decode().rstrip("=")


@pytest.mark.parametrize(
    "at", [AT, "2026-11-23 13:38:09+00", "2026-11-23 13:38:09.1+00", "2026-11-23 13:38:09+00:00"]
)
def test_what_was_made_is_read(at: str) -> None:
    cursor = Cursor(values=(at, ID), backwards=True)
    assert decode(encode(cursor, "s"), "s", KINDS) == cursor


def test_there_is_a_reader_for_every_kind_that_is_asked_for() -> None:
    wanted = {kind for order in ORDERS.values() for _, kind in order.keys} | set(PLACE) | {"text"}
    assert wanted == set(cursors._READERS)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timestamptz", "yesterday noon"),
        ("timestamptz", "2026-13-23 13:38:09+00"),
        ("timestamptz", "2026-11-23 13:38:09"),
        ("timestamptz", "infinity"),
        ("uuid", "me"),
        ("uuid", ID.replace("-", "")),
        ("date", "2026-02-30"),
        ("date", "soon"),
        ("smallint", "40000"),
        ("bigint", str(1 << 63)),
        ("bigint", "9" * 5_000),
        ("bigint", "1e3"),
        ("float8", "nan"),
        ("float8", "much"),
        ("text", 7),
        ("text", None),
    ],
)
def test_a_value_that_the_database_would_not_take_is_refused(kind: str, value: object) -> None:
    body = json.dumps([0, value]).encode()
    with pytest.raises(Invalid, match="cursor"):
        decode(made(body), "s", (kind,))


@pytest.mark.parametrize(("kind", "value"), [("date", "infinity"), ("smallint", "-4"), ("float8", "0.06")])
def test_values_of_orders_are_read(kind: str, value: str) -> None:
    assert decode(made(json.dumps([0, value]).encode()), "s", (kind,)).values == (value,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        "ä",
        "\ud800",
        "a" * 2000,
        made(b"7"),
        made(b"{}"),
        made(b"[]"),
        made(b"[0]"),
        made(b"null"),
        made(b"[" * 1_400),
        made(b"\xff\xfe"),
        made(json.dumps([0, AT, ID, ID]).encode()),
        made(json.dumps([0, AT, ID]).encode(), "another scope"),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        decode(text, "s", KINDS)
