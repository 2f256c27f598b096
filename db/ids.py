"""The identifiers of every noun, told apart by type, and how new ones are made."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import NewType
from uuid import UUID

WorkspaceId = NewType("WorkspaceId", str)
PersonId = NewType("PersonId", UUID)
IssueId = NewType("IssueId", UUID)
LabelId = NewType("LabelId", UUID)
CommentId = NewType("CommentId", UUID)
ChangeId = NewType("ChangeId", UUID)
EventId = NewType("EventId", int)
ChannelId = NewType("ChannelId", str)
MessageTs = NewType("MessageTs", str)
SlackUserId = NewType("SlackUserId", str)

_lock = threading.Lock()
_last = 0
# Ids are no secrets: what they name is guarded by who asks. A process that forks would make the same ones twice.
_chance = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_chance.seed)


def new_uuid() -> UUID:
    """A UUIDv7 whose order is the order of making, within this process even inside one millisecond.

    48 bits of milliseconds, then 12 bits of its fraction (RFC 9562, method 3), then random bits.
    """
    global _last
    nanoseconds = time.time_ns()
    tick = (nanoseconds // 1_000_000 << 12) | ((nanoseconds % 1_000_000) << 12) // 1_000_000
    with _lock:
        _last = tick = max(tick, _last + 1)
        bits = _chance.getrandbits(62)
    return UUID(int=(tick >> 12) << 80 | 0x7000 << 64 | (tick & 0xFFF) << 64 | 0x2 << 62 | bits)
