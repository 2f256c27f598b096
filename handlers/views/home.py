"""The Home tab."""

from __future__ import annotations

from db.listing import Page
from handlers.views.blocks import Json, actions, button, context, divider, header, home
from handlers.views.cards import row
from handlers.views.people import People
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.words import Words

REFRESH = "home_refresh"
ROWS_MAX = 20


def home_of(
    mine: Page, filed: Page, *, people: People, words: Words, prefix: str, notice: Reply | None = None
) -> Json:
    top = actions(
        button(words.plain("home-new"), OFFER_CREATE, style="primary"),
        button(words.plain("home-refresh"), REFRESH),
    )
    blocks: list[Json] = [*_said(notice), top]
    for title, empty, found in (
        ("home-mine", "home-mine-empty", mine),
        ("home-filed", "home-filed-empty", filed),
    ):
        blocks += [divider(), header(words.plain(title))]
        blocks += [
            row(issue, people=people, words=words, prefix=prefix, place=title)
            for issue in found.items[:ROWS_MAX]
        ]
        if not found.items:
            blocks.append(context(words(empty)))
        elif found.next_cursor:
            blocks.append(context(words("home-more")))
    return home(blocks)


def _said(notice: Reply | None) -> list[Json]:
    return [] if notice is None else [*(notice.blocks or [context(notice.text)]), divider()]
