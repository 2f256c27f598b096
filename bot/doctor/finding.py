from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`mend` says what to do; None when all is well."""

    part: str
    text: str
    mend: str | None = None


Check = Callable[[Settings], AsyncIterator[Finding]]
