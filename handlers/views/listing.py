"""A page of issues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from db.access import Action, Actor, offers
from db.listing import Count, Page
from handlers.views.blocks import Json, actions, button, context, section, truncate
from handlers.views.cards import row
from handlers.views.drawn import ROWS_MAX, Rows, numbers_of, read_numbers, written
from handlers.views.people import People
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.views.saved import save_button
from handlers.words import Mrkdwn, Words, code

NEXT = "list_next"
PREVIOUS = "list_previous"
CHANGE = "list_change"
VALUE_MAX = 2000
LIST = "list"
# What lists without a query ask for.
_NOTHING = {"-status:closed": "list-nothing-open", "assignee:me -status:closed": "list-nothing-mine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Rows):
    kind: ClassVar[str] = LIST
    numbers: tuple[int, ...]
    more_before: bool
    more_after: bool
    count: Count
    text: str

    @classmethod
    def of(cls, found: Page, count: Count, text: str) -> Drawn:
        return cls(
            numbers=numbers_of(found.items),
            more_before=found.previous_cursor is not None,
            more_after=found.next_cursor is not None,
            count=count,
            text=text,
        )

    def kept(self) -> tuple[str, str, str, str]:
        ends = f"{self.more_before:d}{self.more_after:d}{self.count.exact:d}"
        return ends, str(self.count.value), written(self.numbers), self.text

    @classmethod
    def read(cls, block_id: str) -> Drawn | None:
        """None for a row of anything else."""
        if (kept := cls.parts(block_id)) is None:
            return None
        ends, count, numbers, text = kept
        return cls(
            numbers=read_numbers(numbers),
            more_before=ends[0] == "1",
            more_after=ends[1] == "1",
            count=Count(value=int(count), exact=ends[2] == "1"),
            text=text,
        )


def page(
    found: Page,
    count: Count,
    *,
    text: str,
    people: People,
    words: Words,
    prefix: str,
    command: str,
    reader: Actor | None = None,
    today: date | None = None,
) -> Reply:
    """`reader`: who alone sees it, and is offered what they may do. `today`: where they are."""
    turns = _turns(found, text, words)
    if not found.items:
        if found.broken_off and turns:
            said = words("list-so-far")
            return Reply(text=said, blocks=[section(said), actions(*turns)])
        return _empty(text, words, command)
    head = words("list-head" if count.exact else "list-head-about", count=count.value)
    shown = f"{head} {words('list-query', query=code(truncate(text, 300)))}"
    blocks = [context(Mrkdwn(shown))]
    drawn = Drawn.of(found, count, text)
    blocks += [
        drawn.row(row(issue, people=people, words=words, prefix=prefix, actor=reader, today=today), issue)
        for issue in found.items[:ROWS_MAX]
    ]
    if count.value > 1 and len(text) <= VALUE_MAX and offers(reader, Action.BULK):
        turns.append(button(words.plain("list-change"), CHANGE, text))
    turns += save_button(text, words)
    if turns:
        blocks.append(actions(*turns))
    return Reply(text=head, blocks=blocks)


def _empty(text: str, words: Words, command: str) -> Reply:
    """Whoever asked for no more than what is open has misspelt nothing: they are offered to begin."""
    said = words(_NOTHING.get(text, "list-empty"), command=command)
    if text not in _NOTHING:
        return Reply(text=said)
    return Reply(text=said, blocks=[section(said), actions(button(words.plain("help-create"), OFFER_CREATE))])


def _turns(found: Page, text: str, words: Words) -> list[Json]:
    ways = (
        (PREVIOUS, "button-previous", found.previous_cursor),
        (NEXT, "button-next", found.next_cursor),
    )
    return [
        button(words.plain(label), action_id, f"{cursor} {text}")
        for action_id, label, cursor in ways
        if cursor and len(cursor) + len(text) < VALUE_MAX
    ]


def read_turn(value: str) -> tuple[str, str]:
    """The query's text, and where to go on."""
    cursor, _, text = value.partition(" ")
    return text, cursor
