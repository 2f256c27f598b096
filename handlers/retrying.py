"""How long, and how often, what Slack did not take is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from db.outbox import Waiting
from handlers.outcomes import Failure, Limited, Refused, Transient

# So often may go wrong what Slack could be had for: then it is the message that cannot be sent.
MAX_ATTEMPTS: Final = 10
# Of all attempts, while Slack cannot be had: about a day.
MAX_WHILE_AWAY: Final = 300
_FIRST_DELAY: Final = 1.0
_LONGEST_DELAY: Final = 300.0


def in_vain(row: Waiting, outcome: Failure) -> bool:
    """Whether to try no more after this attempt. An outage uses up none of those that a message has: it is sent when
    that is over."""
    match outcome:
        case Limited():
            return False
        case Transient(away=True):
            return row.attempts + 1 >= MAX_WHILE_AWAY
        case Transient():
            return row.failed + 1 >= MAX_ATTEMPTS
        case Refused():
            return True


def delay_after(attempts: int) -> timedelta:
    # After so many more they are no number of seconds any more: what Slack only delays is tried without end.
    return timedelta(seconds=min(_FIRST_DELAY * 2 ** min(attempts, MAX_WHILE_AWAY), _LONGEST_DELAY))
