"""Tokens for the API: `ldg_<id>_<secret>`, made, hashed and checked here.

The secret is 32 random bytes in base64url (43 characters), so bcrypt's limit of 72 bytes is never met.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import bcrypt

from db import tokens
from db.errors import LodgeError
from db.ids import WorkspaceId
from db.pool import Database
from db.tokens import Token

_FORM = re.compile(r"^ldg_([a-z2-7]{12})_([A-Za-z0-9_-]{43})$")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
COST = 12
# Tokens whose secret is known to be right; beyond, those not used lately are checked anew.
_REMEMBERED = 10_000


class BadToken(LodgeError):
    """The token is missing, wrong, expired or revoked."""


class TooManyTries(LodgeError):
    """Too many wrong tokens came from here."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"too many wrong tokens; try again in {retry_after} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A fresh token: `text` is shown once, `secret_hash` is kept."""

    token_id: str
    text: str
    secret_hash: str

    def __repr__(self) -> str:
        return f"NewSecret({self.token_id!r})"


def make_secret(*, cost: int = COST) -> NewSecret:
    """A new token; blocks for one bcrypt hash (a quarter of a second at cost 12)."""
    token_id = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    secret = secrets.token_urlsafe(32)
    hashed = bcrypt.hashpw(secret.encode(), bcrypt.gensalt(cost)).decode()
    return NewSecret(token_id=token_id, text=f"ldg_{token_id}_{secret}", secret_hash=hashed)


@dataclass(slots=True)
class _Turn:
    """`wanted`: by how many requests, the one that has it included."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


@dataclass(slots=True)
class _Verified:
    """`token` is as it was read, good until `until`; that its secret is right stays so as long as its hash does."""

    token: Token
    until: float


class TokenChecker:
    """Checks bearer tokens: bcrypt once, in a thread, then from memory; the row is read again after `keep` seconds.

    A revoked token may thus live on for `keep` seconds in other processes. Wrong tokens cost their sender:
    after `allowed_failures` a minute from one address, further unknown tokens from there wait; a token that
    was verified before is never slowed down, and nobody's failures lock another address out.
    """

    def __init__(
        self,
        database: Database,
        *,
        keep: float = 15.0,
        allowed_failures: int = 20,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._keep = keep
        self._allowed = allowed_failures
        self._now = now
        self._verified: dict[bytes, _Verified] = {}
        self._failures: dict[str, list[float]] = {}
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="bcrypt")
        self._turns: dict[str | bytes, _Turn] = {}

    async def check(self, text: str, address: str) -> Token:
        """The token behind `text`, sent from `address`. Raises BadToken, TooManyTries."""
        # A header may hold any bytes.
        key = hashlib.sha256(text.encode(errors="surrogateescape")).digest()
        now = self._now()
        known = self._fresh(key, now)
        if known is not None:
            return known
        if key not in self._verified:
            self._refuse_if_pestered(address, now)
        token = await self._verify(text, key)
        if token is None:
            self._verified.pop(key, None)
            self._note_failure(address, now)
            raise BadToken
        return token

    def _fresh(self, key: bytes, now: float) -> Token | None:
        known = self._verified.get(key)
        if known is None or known.until <= now:
            return None
        ends = known.token.expires_at
        return None if ends is not None and ends <= datetime.now(UTC) else known.token

    def forget(self, token_id: str) -> None:
        """Drops what is remembered of a token, because it was revoked."""
        for key in [k for k, v in self._verified.items() if v.token.token_id == token_id]:
            del self._verified[key]

    def forget_workspace(self, workspace_id: WorkspaceId) -> None:
        """Drops what is remembered of all its tokens, because the app was taken out of it."""
        for key in [k for k, v in self._verified.items() if v.token.workspace_id == workspace_id]:
            del self._verified[key]

    async def _verify(self, text: str, key: bytes) -> Token | None:
        form = _FORM.match(text)
        if form is None:
            return None
        token_id, secret = form[1], form[2]
        # Of many requests that come at once with the same text, only the first looks.
        async with self._turn(key):
            known = self._fresh(key, self._now())
            if known is not None:
                return known
            async with self._database.connection() as conn:
                token = await tokens.by_id(conn, token_id)
            if token is None or not token.usable(datetime.now(UTC)):
                return None
            before = self._verified.get(key)
            if before is None or before.token.secret_hash != token.secret_hash:
                right = await self._right(secret, token)
                if not right:
                    return None
            async with self._database.connection() as conn:
                await tokens.touch(conn, token.workspace_id, token.token_id)
            self._remember(key, token, self._now())
        return token

    async def _right(self, secret: str, token: Token) -> bool:
        # One at a time for each token: guesses at one secret cannot take every thread.
        async with self._turn(token.token_id):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads, bcrypt.checkpw, secret.encode(), token.secret_hash.encode()
            )

    @asynccontextmanager
    async def _turn(self, of: str | bytes) -> AsyncIterator[None]:
        turn = self._turns.setdefault(of, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[of]

    def _remember(self, key: bytes, token: Token, now: float) -> None:
        if len(self._verified) >= _REMEMBERED:
            self._verified = {k: v for k, v in self._verified.items() if v.until > now}
        if len(self._verified) < _REMEMBERED:
            self._verified[key] = _Verified(token, now + self._keep)

    def _refuse_if_pestered(self, address: str, now: float) -> None:
        recent = [at for at in self._failures.get(address, ()) if at > now - 60]
        if not recent:
            self._failures.pop(address, None)
            return
        self._failures[address] = recent
        if len(recent) >= self._allowed:
            raise TooManyTries(max(1, round(recent[-self._allowed] + 60 - now)))

    def _note_failure(self, address: str, now: float) -> None:
        self._failures.setdefault(address, []).append(now)
        if len(self._failures) > 10_000:
            self._failures = {k: v for k, v in self._failures.items() if v and v[-1] > now - 60}

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
