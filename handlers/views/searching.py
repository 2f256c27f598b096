"""What a search found, with what matched in bold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from db.access import Actor
from db.search import Hit, SearchPage, marked
from handlers.views.blocks import Json, actions, button, context, section
from handlers.views.cards import row
from handlers.views.drawn import ROWS_MAX, Rows, numbers_of, read_number, read_numbers, written
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, escape

NEXT = "search_next"
PREVIOUS = "search_previous"
SEARCH = "search"
VALUE_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A page of a search. `trail`: the cursors that led there, its own the last; the first of them may be missing."""

    text: str
    page: int = 1
    trail: tuple[str, ...] = ()

    @property
    def cursor(self) -> str | None:
        """None for the first page; and for one to which no cursor is known."""
        return self.trail[-1] if self.trail else None

    @property
    def is_known(self) -> bool:
        return self.page == 1 or bool(self.trail)

    def next(self, cursor: str) -> Turn:
        return replace(self, page=self.page + 1, trail=(*self.trail, cursor))

    def previous(self) -> Turn:
        return replace(self, page=self.page - 1, trail=self.trail[:-1] if self.page > 2 else ())

    def button(self, label: str, action_id: str) -> list[Json]:
        """Empty where it has no room; the oldest cursors make way first."""
        for first in range(len(self.trail) + 1):
            value = f"{self.page} {','.join(self.trail[first:])} {self.text}"
            if len(value) <= VALUE_MAX:
                return [button(label, action_id, value)]
        return []

    @classmethod
    def read(cls, value: str) -> Turn:
        """Raises ValueError."""
        page, trail, text = value.split(" ", 2)
        return cls(text=text, page=max(1, read_number(page)), trail=tuple(filter(None, trail.split(","))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Rows):
    kind: ClassVar[str] = SEARCH
    numbers: tuple[int, ...]
    how: str
    next_cursor: str | None
    turn: Turn

    @classmethod
    def of(cls, found: SearchPage, turn: Turn) -> Drawn:
        return cls(
            numbers=numbers_of(hit.issue for hit in found.hits),
            how=found.how,
            next_cursor=found.next_cursor,
            turn=turn,
        )

    def kept(self) -> tuple[str, str, str, str]:
        """There is no room for the trail."""
        how = f"{self.how}{self.turn.page}"
        return how, written(self.numbers), self.next_cursor or "", self.turn.text

    @classmethod
    def read(cls, block_id: str) -> Drawn | None:
        """None for a row of anything else."""
        if (kept := cls.parts(block_id)) is None:
            return None
        how, numbers, cursor, text = kept
        return cls(
            numbers=read_numbers(numbers),
            how=how[:1],
            next_cursor=cursor or None,
            turn=Turn(text=text, page=max(1, read_number(how[1:] or "1"))),
        )


def page(
    found: SearchPage,
    *,
    turn: Turn,
    people: People,
    words: Words,
    prefix: str,
    reader: Actor | None = None,
    today: date | None = None,
) -> Reply:
    """`reader`: who alone sees it, and is offered what they may do. `today`: where they are."""
    turns = turn.previous().button(words.plain("button-previous"), PREVIOUS) if turn.page > 1 else []
    if found.next_cursor:
        turns += turn.next(found.next_cursor).button(words.plain("button-next"), NEXT)
    text = turn.text
    if not found.hits:
        said = words("search-empty", text=text[:200])
        return Reply(text=said, blocks=[section(said), actions(*turns)] if turns else ())
    head = (
        words("search-corrected", text=text[:200], corrected=found.corrected[:200])
        if found.corrected
        else words("search-head", text=text[:200])
    )
    if turn.page > 1:
        head = Mrkdwn(f"{head}  ·  {words('search-page', page=turn.page)}")
    blocks: list[Json] = [context(head)]
    drawn = Drawn.of(found, turn)
    for hit in found.hits[:ROWS_MAX]:
        shown = row(hit.issue, people=people, words=words, prefix=prefix, actor=reader, today=today)
        blocks.append(drawn.row(shown, hit.issue))
        if headline := _headline(hit):
            blocks.append(context(headline))
    if turns:
        blocks.append(actions(*turns))
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
