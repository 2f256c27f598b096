"""How long, and how often, what Slack did not take is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from handlers.outcomes import Failure, Limited, Refused, Transient

# The last of so many attempts decides whether it is the message that cannot be sent, or Slack that cannot be had.
MAX_ATTEMPTS: Final = 10
# Of those made while Slack cannot be had: about a day.
MAX_WHILE_AWAY: Final = 300
_FIRST_DELAY: Final = 1.0
_LONGEST_DELAY: Final = 300.0


def in_vain(attempts: int, outcome: Failure) -> bool:
    """Whether to try no more. An outage uses up no attempts: what it says nothing of is sent when it is over."""
    match outcome:
        case Limited():
            return False
        case Transient(away=True):
            return attempts >= MAX_WHILE_AWAY
        case Transient():
            return attempts % MAX_ATTEMPTS == 0
        case Refused():
            return True


def delay_after(attempts: int) -> timedelta:
    # After so many more they are no number of seconds any more: what Slack only delays is tried without end.
    return timedelta(seconds=min(_FIRST_DELAY * 2 ** min(attempts, MAX_WHILE_AWAY), _LONGEST_DELAY))
