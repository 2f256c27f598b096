"""Secrets at rest: sealed by LODGE_SECRET_KEY, and of use to nobody who has only the database."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from db.errors import LodgeError

_log = logging.getLogger(__name__)

_KEY_BYTES = 32


class BadKey(LodgeError):
    """A key is 32 random bytes in base64, as `openssl rand -base64 32` prints them."""


class Sealed(LodgeError):
    """None of the keys opens it: LODGE_SECRET_KEY was changed without keeping the old key behind a comma."""


class Vault:
    """`keys` is one key or several, the newest first, with commas between: the first seals, all of them open.

    What is sealed names its purpose, so that one row's secret cannot be put in the place of another's.
    """

    def __init__(self, keys: str | None, *, derived_from: str = "") -> None:
        """Without `keys` a key is derived from another secret, which opens also what was sealed before there were any.

        Raises BadKey.
        """
        fernets = [Fernet(_key(each)) for each in keys.split(",")] if keys is not None else []
        if derived_from:
            fernets.append(Fernet(_derived(derived_from)))
        if not fernets:
            # Nothing to keep it by: what is sealed lasts as long as the process.
            fernets.append(Fernet(Fernet.generate_key()))
        self._newest = fernets[0]
        self._all = MultiFernet(fernets)

    def seal(self, purpose: str, secret: str) -> bytes:
        return self._newest.encrypt(f"{purpose}\0{secret}".encode())

    def unseal(self, purpose: str, sealed: bytes) -> str:
        """Raises Sealed."""
        try:
            found, _, secret = self._all.decrypt(sealed).decode().partition("\0")
        except InvalidToken as error:
            raise Sealed from error
        if found != purpose:
            raise Sealed(f"it was sealed for another purpose than {purpose}")
        return secret

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same, sealed by the newest key; None when it is already. Raises Sealed."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            try:
                return self._all.rotate(sealed)
            except InvalidToken as error:
                raise Sealed from error
        return None


async def renew(
    vault: Vault,
    sealed: Iterable[tuple[str, bytes]],
    keep: Callable[[str, bytes, bytes], Awaitable[None]],
) -> int:
    """Has everything sealed by the newest key, so that the older ones can be dropped. Returns how many were not.

    `sealed` names each by what it belongs to; `keep` gets the name, the old and the new.
    """
    renewed = 0
    for name, old in sealed:
        try:
            fresh = vault.renewed(old)
        except Sealed as error:
            _log.error("a secret cannot be opened", extra={"of": name, "error": str(error)})
            continue
        if fresh is not None:
            await keep(name, old, fresh)
            renewed += 1
    return renewed


def _derived(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), b"lodge vault", "sha256"))


def _key(text: str) -> bytes:
    key = text.strip().replace("+", "-").replace("/", "_")
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (ValueError, binascii.Error) as error:
        raise BadKey from error
    if len(raw) != _KEY_BYTES:
        raise BadKey
    return base64.urlsafe_b64encode(raw)
