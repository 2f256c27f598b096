"""The form that adds a message to an issue there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.ids import IssueId
from db.issues import Issue
from handlers.views.blocks import Json, external_select, input_block, modal, rich_text_input
from handlers.views.bulk import CHOICES, issue_option
from handlers.views.markdown import rich_text_block
from handlers.views.rich_text import to_markdown
from handlers.words import Words

CALLBACK = "issue_quote_form"
ISSUE = "issue_id"
COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    issue_id: IssueId
    comment: str


def form(named: Issue | None, text: str, words: Words, *, metadata: Json, prefix: str) -> Json:
    """`named`: the issue that the message names, which is chosen until another is."""
    choice = external_select(
        CHOICES,
        words.plain("close-original-placeholder"),
        initial=issue_option(named, prefix) if named is not None else None,
    )
    comment = rich_text_input(
        COMMENT, placeholder=words.plain("comment-placeholder"), initial=rich_text_block(text)
    )
    return modal(
        CALLBACK,
        words.plain("quote-form-title"),
        [
            input_block(words.plain("quote-issue"), choice, ISSUE),
            input_block(words.plain("field-comment"), comment, COMMENT, hint=words.plain("quote-hint")),
        ],
        submit=words.plain("button-comment"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> Chosen:
    values = view["state"]["values"]
    return Chosen(
        issue_id=IssueId(UUID(values[ISSUE][CHOICES]["selected_option"]["value"])),
        comment=to_markdown(values[COMMENT][COMMENT].get("rich_text_value")),
    )
