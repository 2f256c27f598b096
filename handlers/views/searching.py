"""What a search found, with what matched in bold."""

from __future__ import annotations

from dataclasses import dataclass

from db.issues import Issue
from db.search import Hit, SearchPage, marked
from handlers.views.blocks import Json, actions, button, context
from handlers.views.cards import row
from handlers.views.listing import KEPT_MAX
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, clean, escape

NEXT = "search_next"
SEARCH = "search"
VALUE_MAX = 2000
HITS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a search's rows keep in the ids of their blocks: enough to draw it again after one was acted on."""

    numbers: tuple[int, ...]
    how: str
    next_cursor: str | None
    text: str

    @classmethod
    def of(cls, found: SearchPage, text: str) -> Drawn:
        return cls(
            numbers=tuple(hit.issue.number for hit in found.hits[:HITS_MAX]),
            how=found.how,
            next_cursor=found.next_cursor,
            text=text,
        )

    def _kept(self) -> str:
        numbers = ".".join(f"{number:x}" for number in self.numbers)
        return f"{self.how}:{numbers}:{self.next_cursor or ''}:{self.text}"

    def block_id(self, issue: Issue) -> str:
        return f"{SEARCH}:{issue.issue_id}:{issue.version}:{self._kept()}"

    @property
    def is_short(self) -> bool:
        kept = self._kept()
        return len(kept) <= KEPT_MAX and kept == clean(kept)

    @classmethod
    def read(cls, block_id: str) -> Drawn | None:
        """None for a row of anything else."""
        kind, *kept = block_id.split(":", 6)
        if kind != SEARCH or len(kept) != 6:
            return None
        _, _, how, numbers, cursor, text = kept
        return cls(
            numbers=tuple(int(number, 16) for number in numbers.split(".")),
            how=how,
            next_cursor=cursor or None,
            text=text,
        )


def page(found: SearchPage, *, text: str, people: People, words: Words, prefix: str) -> Reply:
    if not found.hits:
        return Reply(text=words("search-empty", text=text[:200]))
    head = (
        words("search-corrected", text=text[:200], corrected=found.corrected[:200])
        if found.corrected
        else words("search-head", text=text[:200])
    )
    blocks: list[Json] = [context(head)]
    drawn = Drawn.of(found, text)
    for hit in found.hits[:HITS_MAX]:
        each = row(hit.issue, people=people, words=words, prefix=prefix)
        blocks.append(each | {"block_id": drawn.block_id(hit.issue)} if drawn.is_short else each)
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
