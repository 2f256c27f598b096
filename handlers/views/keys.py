"""Issues that somebody named or linked to, compactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from db.access import Actor
from db.issues import Issue
from handlers.views.blocks import Json
from handlers.views.cards import Card, CardStyle, card, gone
from handlers.views.people import People
from handlers.words import Words

LISTED: Final = 20


def line(issue: Issue | None, people: People, words: Words, prefix: str, reader: Actor | None = None) -> Card:
    """None: it was taken back since. `reader`: who alone sees it; None where many do."""
    if issue is None:
        return gone(words)
    return card(issue, people=people, words=words, prefix=prefix, style=CardStyle.LINE, reader=reader)


def message(lines: Sequence[Card]) -> Json:
    """Its arguments."""
    return {
        "text": "\n".join(each.text for each in lines),
        "blocks": [block for each in lines for block in each.blocks],
        "unfurl_links": False,
    }


def behind_links(lines: Mapping[str, Card]) -> Json:
    """The arguments of chat.unfurl: what is shown of each link."""
    return {"unfurls": {url: {"blocks": each.blocks} for url, each in lines.items()}}


def preview(issues: Sequence[Issue], people: People, words: Words, prefix: str, reader: Actor) -> Json:
    return message([line(issue, people, words, prefix, reader) for issue in issues[:LISTED]])
