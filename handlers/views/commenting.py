"""The form of a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.issues import Issue
from handlers.views.blocks import Json, input_block, modal, rich_text_input
from handlers.views.cards import title_block
from handlers.views.rich_text import to_markdown
from handlers.words import Words

CALLBACK = "issue_comment_form"
COMMENT = "comment"


def form(issue: Issue, words: Words, metadata: Json, prefix: str) -> Json:
    key = issue.key(prefix)
    element = rich_text_input(COMMENT, placeholder=words.plain("comment-placeholder"))
    return modal(
        CALLBACK,
        words.plain("comment-form-title", key=key),
        [title_block(key, issue.title), input_block(words.plain("field-comment"), element, COMMENT)],
        submit=words.plain("button-comment"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> str:
    return to_markdown(view["state"]["values"][COMMENT][COMMENT].get("rich_text_value"))
