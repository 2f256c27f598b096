"""Does a sender know the webhook's secret?"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from db.webhooks import Auth, Kind

# Each a hexadecimal HMAC-SHA256 of the body; some put `sha256=` in front.
SIGNATURES = ("x-lodge-signature", "x-hub-signature-256", "sentry-hook-signature")
# What a sender of this kind can do; a generic one can do either.
ONLY = {Kind.ALERTMANAGER: Auth.BEARER, Kind.SENTRY: Auth.HMAC, Kind.GITHUB: Auth.HMAC}


def make_secret() -> str:
    return secrets.token_urlsafe(32)


def make_id() -> str:
    """It stands in the URL: hard to guess, but it guards nothing."""
    return secrets.token_hex(12)


def purpose(webhook_id: str) -> str:
    """What a webhook's secret is sealed for."""
    return f"secret of webhook {webhook_id}"


def authentic(auth: Auth, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """`headers` by lower-case name. Takes as long for a wrong secret as for the right one."""
    if auth is Auth.BEARER:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(_bytes(given), secret.encode())
    expected = hmac.digest(secret.encode(), body, "sha256").hex().encode()
    given = next((headers[name] for name in SIGNATURES if name in headers), "")
    return hmac.compare_digest(_bytes(given).removeprefix(b"sha256=").lower(), expected)


def _bytes(given: str) -> bytes:
    """As they came: a header may hold any."""
    return given.strip().encode(errors="surrogateescape")
