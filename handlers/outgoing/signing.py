"""Standard Webhooks (https://www.standardwebhooks.com): what a receiver checks to know that it was us, and when."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"


def make_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, message_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers, for a secret as the receiver has it."""
    name, moment = f"msg_{message_id.hex}", str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, f"{name}.{moment}.".encode() + body, "sha256")
    return {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
