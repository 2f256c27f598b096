"""Where a change was asked for, and the key by which a repeated request is known."""

from __future__ import annotations

from dataclasses import dataclass

from db.ids import ChannelId, MessageTs


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`request_key` is unique in a workspace: the same key never changes anything twice.

    Callers put what it came from in front (`slack:…`, `token:<id>:…`), so that two sources never share one.
    """

    channel_id: ChannelId | None = None
    thread_ts: MessageTs | None = None
    request_key: str | None = None


NOWHERE = Origin()
