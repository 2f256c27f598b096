"""Issues that somebody named, compactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from db.issues import Issue
from handlers.views.blocks import Json
from handlers.views.cards import CardStyle, card
from handlers.views.people import People
from handlers.words import Words

LISTED: Final = 20


def preview(issues: Sequence[Issue], people: People, words: Words, prefix: str) -> Json:
    """The arguments of a message."""
    drawn = [
        card(issue, people=people, words=words, prefix=prefix, style=CardStyle.LINE)
        for issue in issues[:LISTED]
    ]
    return {
        "text": "\n".join(each.text for each in drawn),
        "blocks": [block for each in drawn for block in each.blocks],
        "unfurl_links": False,
    }
