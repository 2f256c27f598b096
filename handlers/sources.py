"""Issues made from messages: which message an issue came from."""

from __future__ import annotations


def source_ref(channel_id: str, ts: str) -> str:
    """Kept as the issue's external reference, so that a message becomes one issue and its thread its comments."""
    return f"slack:{channel_id}/{ts}"
