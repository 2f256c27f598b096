"""Identifiers in the forms Slack gives them."""

import secrets
import string

_ALPHABET = string.ascii_uppercase + string.digits
_MIXED = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 11) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length - len(prefix)))


def block_name() -> str:
    """What Slack puts where a block_id or action_id was left out."""
    return "".join(secrets.choice(_MIXED) for _ in range(5))


def view_hash(now: float) -> str:
    return f"{int(now)}.{''.join(secrets.choice(_MIXED) for _ in range(8))}"


def trigger_id(now: float) -> str:
    return f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
