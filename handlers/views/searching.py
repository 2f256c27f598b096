"""What a search found, with what matched in bold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from db.access import Actor
from db.search import Hit, SearchPage, marked
from handlers.views.blocks import Json, actions, button, context
from handlers.views.cards import row
from handlers.views.drawn import ROWS_MAX, Rows, numbers_of, read_numbers, written
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, escape

NEXT = "search_next"
SEARCH = "search"
VALUE_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Rows):
    kind: ClassVar[str] = SEARCH
    numbers: tuple[int, ...]
    how: str
    next_cursor: str | None
    text: str

    @classmethod
    def of(cls, found: SearchPage, text: str) -> Drawn:
        return cls(
            numbers=numbers_of(hit.issue for hit in found.hits),
            how=found.how,
            next_cursor=found.next_cursor,
            text=text,
        )

    def kept(self) -> tuple[str, str, str, str]:
        return self.how, written(self.numbers), self.next_cursor or "", self.text

    @classmethod
    def read(cls, block_id: str) -> Drawn | None:
        """None for a row of anything else."""
        if (kept := cls.parts(block_id)) is None:
            return None
        how, numbers, cursor, text = kept
        return cls(numbers=read_numbers(numbers), how=how, next_cursor=cursor or None, text=text)


def page(
    found: SearchPage,
    *,
    text: str,
    people: People,
    words: Words,
    prefix: str,
    reader: Actor | None = None,
    today: date | None = None,
) -> Reply:
    """`reader`: who alone sees it, and is offered what they may do. `today`: where they are."""
    if not found.hits:
        return Reply(text=words("search-empty", text=text[:200]))
    head = (
        words("search-corrected", text=text[:200], corrected=found.corrected[:200])
        if found.corrected
        else words("search-head", text=text[:200])
    )
    blocks: list[Json] = [context(head)]
    drawn = Drawn.of(found, text)
    for hit in found.hits[:ROWS_MAX]:
        shown = row(hit.issue, people=people, words=words, prefix=prefix, actor=reader, today=today)
        blocks.append(drawn.row(shown, hit.issue))
        if headline := _headline(hit):
            blocks.append(context(headline))
    if found.next_cursor and len(found.next_cursor) + len(text) < VALUE_MAX:
        blocks.append(actions(button(words.plain("button-next"), NEXT, f"{found.next_cursor} {text}")))
    return Reply(text=head, blocks=blocks)


def _without_marks(headline: str) -> str:
    """A fragment is too short for its Markdown to be read: only the letters stay, on one line."""
    return " ".join(headline.replace("**", "").replace("~~", "").replace("`", "").split())


def _headline(hit: Hit) -> Mrkdwn:
    """Bold needs a space, or nothing, on its outer side: an invisible one stands where a letter is."""
    pieces = [
        f"\u200b*{escape(piece)}*\u200b" if matched and piece.strip() == piece else escape(piece)
        for piece, matched in marked(_without_marks(hit.headline))
    ]
    return Mrkdwn("".join(pieces))
