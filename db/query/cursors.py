"""Where a page begins: opaque to the caller, and good for one query in one order only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from db.errors import FieldError, Invalid

_DIGEST_BYTES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The sort values of the row next to the page; `backwards` when the page ends there."""

    values: tuple[str, ...]
    backwards: bool = False


def encode(cursor: Cursor, scope: str) -> str:
    body = json.dumps([int(cursor.backwards), *cursor.values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_digest(body, scope) + body).decode().rstrip("=")


def decode(text: str, scope: str, width: int) -> Cursor:
    """Raises Invalid for what was not made by `encode` with the same scope."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        digest, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != _digest(body, scope):
            raise _invalid()
        backwards, *values = json.loads(body)
    except (binascii.Error, ValueError) as error:
        raise _invalid() from error
    if len(values) != width or not all(isinstance(value, str) for value in values):
        raise _invalid()
    return Cursor(values=tuple(values), backwards=bool(backwards))


def _digest(body: bytes, scope: str) -> bytes:
    return hashlib.blake2b(
        body, digest_size=_DIGEST_BYTES, key=hashlib.sha256(scope.encode()).digest()
    ).digest()


def _invalid() -> Invalid:
    return Invalid(
        FieldError(field="cursor", code="invalid", message="this cursor belongs to another query, or to none")
    )
