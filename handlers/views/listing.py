"""A page of issues."""

from __future__ import annotations

from dataclasses import dataclass

from db.issues import Issue
from db.listing import Count, Page
from handlers.views.blocks import Json, actions, button, context, section, truncate
from handlers.views.cards import row
from handlers.views.people import People
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.views.saved import save_button
from handlers.words import Mrkdwn, Words, clean, code

NEXT = "list_next"
PREVIOUS = "list_previous"
COMMAND = "/issue"
VALUE_MAX = 2000
ROWS_MAX = 20
LIST = "list"
# What lists without a query ask for.
_NOTHING = {"-status:closed": "list-nothing-open", "assignee:me -status:closed": "list-nothing-mine"}
# Of the 255 characters of a block's id, those that an issue's own id and version leave.
KEPT_MAX = 195


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a list's rows keep in the ids of their blocks: enough to draw the list again after one was acted on.

    Of a message that one person sees Slack tells no more than the block that was pressed in.
    """

    numbers: tuple[int, ...]
    more_before: bool
    more_after: bool
    count: Count
    text: str

    @classmethod
    def of(cls, found: Page, count: Count, text: str) -> Drawn:
        return cls(
            numbers=tuple(issue.number for issue in found.items[:ROWS_MAX]),
            more_before=found.previous_cursor is not None,
            more_after=found.next_cursor is not None,
            count=count,
            text=text,
        )

    def _kept(self) -> str:
        ends = f"{self.more_before:d}{self.more_after:d}{self.count.exact:d}"
        numbers = ".".join(f"{number:x}" for number in self.numbers)
        return f"{ends}:{self.count.value}:{numbers}:{self.text}"

    def block_id(self, issue: Issue) -> str:
        return f"{LIST}:{issue.issue_id}:{issue.version}:{self._kept()}"

    @property
    def is_short(self) -> bool:
        return len(self._kept()) <= KEPT_MAX and self.text == clean(self.text)

    @classmethod
    def read(cls, block_id: str) -> Drawn | None:
        """None for a row of anything else."""
        kind, *kept = block_id.split(":", 6)
        if kind != LIST or len(kept) != 6:
            return None
        _, _, ends, count, numbers, text = kept
        return cls(
            numbers=tuple(int(number, 16) for number in numbers.split(".")),
            more_before=ends[0] == "1",
            more_after=ends[1] == "1",
            count=Count(value=int(count), exact=ends[2] == "1"),
            text=text,
        )


def page(
    found: Page, count: Count, *, text: str, people: People, words: Words, prefix: str, command: str
) -> Reply:
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
    for issue in found.items[:ROWS_MAX]:
        each = row(issue, people=people, words=words, prefix=prefix)
        blocks.append(each | {"block_id": drawn.block_id(issue)} if drawn.is_short else each)
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
