"""Why Slack does not let something be posted, and what to do about it."""

from __future__ import annotations

import re
from typing import Final

from handlers.words import Mrkdwn, Words, escape

_CODE: Final = re.compile("[a-z0-9_]+")
_KNOWN: Final = frozenset({"is_archived", "not_in_channel", "channel_not_found"})


def why(error: str, words: Words) -> Mrkdwn:
    """A whole sentence. `error` is what Slack answered, or a sentence of our own."""
    if error in _KNOWN:
        return words(f"refused-{error.replace('_', '-')}")
    return words("refused-other", error=error) if _CODE.fullmatch(error) else escape(error)
