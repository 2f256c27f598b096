"""The form that asks why an issue is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.ids import IssueId
from db.states import CloseReason
from handlers.views.blocks import (
    Json,
    actions,
    button,
    external_select,
    input_block,
    modal,
    option,
    radio,
    rich_text_input,
)
from handlers.views.rich_text import to_markdown
from handlers.words import Words

CALLBACK = "issue_close_form"
DELETE_INSTEAD = "issue_delete_instead"
REASON = "close_reason"
ORIGINAL = "duplicate_of"
ORIGINAL_ACTION = "issue_choices"
COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    reason: CloseReason
    original: IssueId | None
    comment: str


def form(key: str, words: Words, metadata: Json, *, deletable: bool) -> Json:
    """`deletable`: whoever reads it may delete the issue instead."""
    reasons = [
        option(words.plain(f"reason-{reason.value.replace('_', '-')}"), reason.value)
        for reason in CloseReason
    ]
    original = external_select(ORIGINAL_ACTION, words.plain("close-original-placeholder"), min_query=1)
    blocks = [
        input_block(words.plain("close-reason"), radio(REASON, reasons, initial=reasons[0]), REASON),
        input_block(words.plain("close-original"), original, ORIGINAL, optional=True),
        input_block(words.plain("field-comment"), rich_text_input(COMMENT), COMMENT, optional=True),
    ]
    if deletable:
        blocks.append(actions(button(words.plain("delete-instead"), DELETE_INSTEAD, style="danger")))
    return modal(
        CALLBACK,
        words.plain("close-form-title", key=key),
        blocks,
        submit=words.plain("button-close"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> Chosen:
    values = view["state"]["values"]
    original = values[ORIGINAL][ORIGINAL_ACTION].get("selected_option")
    return Chosen(
        reason=CloseReason(values[REASON][REASON]["selected_option"]["value"]),
        original=IssueId(UUID(original["value"])) if original else None,
        comment=to_markdown(values[COMMENT][COMMENT].get("rich_text_value")),
    )
