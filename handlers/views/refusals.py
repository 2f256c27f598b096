"""Why Slack does not let something be posted, and what to do about it."""

from __future__ import annotations

import re
from typing import Final

from handlers.words import Mrkdwn, Words, escape

# Reasons of our own, kept where Slack's would be: a query that cannot be read any more, and a fault of ours.
UNREADABLE: Final = "unreadable_query"
NOT_MADE: Final = "not_made"
_CODE: Final = re.compile("[a-z0-9_]+")
_KNOWN: Final = frozenset({"is_archived", "not_in_channel", "channel_not_found", UNREADABLE, NOT_MADE})


def why(error: str, words: Words) -> Mrkdwn:
    """A whole sentence. `error` is what Slack answered, or a reason of our own; older ones are sentences."""
    if error in _KNOWN:
        return words(f"refused-{error.replace('_', '-')}")
    return words("refused-other", error=error) if _CODE.fullmatch(error) else escape(error)
