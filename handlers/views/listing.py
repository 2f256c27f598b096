"""A page of issues."""

from __future__ import annotations

from db.listing import Count, Page
from handlers.views.blocks import Json, actions, button, context, truncate
from handlers.views.cards import row
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, code

NEXT = "list_next"
PREVIOUS = "list_previous"
COMMAND = "/issue"
VALUE_MAX = 2000
ROWS_MAX = 20


def page(
    found: Page, count: Count, *, text: str, people: People, words: Words, prefix: str, command: str
) -> Reply:
    if not found.items:
        said = words("list-empty", command=command)
        return Reply(text=said)
    head = words("list-head" if count.exact else "list-head-about", count=count.value)
    shown = f"{head} {words('list-query', query=code(truncate(text, 300)))}"
    blocks = [context(Mrkdwn(shown))]
    blocks += [row(issue, people=people, words=words, prefix=prefix) for issue in found.items[:ROWS_MAX]]
    turns = _turns(found, text, words)
    if turns:
        blocks.append(actions(*turns))
    return Reply(text=head, blocks=blocks)


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
