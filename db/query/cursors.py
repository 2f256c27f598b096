"""Where a page begins: opaque to the caller, and good for one query in one order only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from db.errors import FieldError, Invalid

_DIGEST_BYTES = 9
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"{_DAY.pattern}[ T][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?[+-](0[0-9]|1[0-4])(:?[0-9]{{2}})?"
)
_NUMBER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The sort values of the row next to the page; `backwards` when the page ends there."""

    values: tuple[str, ...]
    backwards: bool = False


def encode(cursor: Cursor, scope: str) -> str:
    body = json.dumps([int(cursor.backwards), *cursor.values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_digest(body, scope) + body).decode().rstrip("=")


def decode(text: str, scope: str, kinds: Sequence[str]) -> Cursor:
    """With a value of each of the `kinds`, which are SQL's types.

    Raises Invalid for what was not made by `encode` with the same scope. That is no proof: a scope is no secret, so
    what comes from outside is read as if anybody could have made it.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        digest, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != _digest(body, scope):
            raise _invalid()
        kept = json.loads(body)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _invalid() from error
    if not isinstance(kept, list) or len(kept) != 1 + len(kinds):
        raise _invalid()
    backwards, *values = kept
    if not all(_fits(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise _invalid()
    return Cursor(values=tuple(values), backwards=bool(backwards))


def _fits(value: object, kind: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return _READERS[kind](value)
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    return value == "infinity" or bool(_DAY.fullmatch(value) and date.fromisoformat(value))


def _is_moment(value: str) -> bool:
    return bool(_MOMENT.fullmatch(value) and datetime.fromisoformat(value))


def _is_number(value: str, bits: int) -> bool:
    return bool(_NUMBER.fullmatch(value)) and -(1 << bits) <= int(value) < 1 << bits


_READERS: Final[Mapping[str, Callable[[str], bool]]] = {
    "uuid": lambda value: bool(_UUID.fullmatch(value) and UUID(value)),
    "timestamptz": _is_moment,
    "date": _is_day,
    "smallint": lambda value: _is_number(value, 15),
    "bigint": lambda value: _is_number(value, 63),
    "float8": lambda value: math.isfinite(float(value)),
    "text": lambda _value: True,
}


def _digest(body: bytes, scope: str) -> bytes:
    return hashlib.blake2b(
        body, digest_size=_DIGEST_BYTES, key=hashlib.sha256(scope.encode()).digest()
    ).digest()


def _invalid() -> Invalid:
    return Invalid(
        FieldError(field="cursor", code="invalid", message="this cursor belongs to another query, or to none")
    )
