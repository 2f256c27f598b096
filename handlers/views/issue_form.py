"""The form of an issue: builder and reader. Block ids are the names of the fields they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db import limits
from db.states import Priority
from handlers.views.blocks import (
    Json,
    checkboxes,
    date_picker,
    input_block,
    multi_external_select,
    option,
    rich_text_input,
    static_select,
    text_input,
    users_select,
)
from handlers.views.markdown import rich_text_block
from handlers.views.rich_text import to_markdown
from handlers.views.states import priority_option
from handlers.words import Words

TITLE = "title"
DESCRIPTION = "description"
ASSIGNEE = "assignee_id"
PRIORITY = "priority"
LABELS = "labels"
DUE = "due_on"
POST = "post"

TITLE_ACTION = "issue_title"
LABELS_ACTION = "label_choices"
# A longer description is kept as it is: an editor with that much in it is refused or unusable.
EDITABLE_MAX = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What stands in the form. `description` is None where it is too long to be edited there."""

    title: str = ""
    description: str | None = ""
    assignee: str | None = None
    priority: Priority = Priority.NONE
    labels: tuple[str, ...] = ()
    due_on: date | None = None

    def digests(self) -> dict[str, str]:
        """A short print of each field, to tell later which of them the person has changed."""
        return {name: _digest(value) for name, value in self._values().items()}

    def changed_since(self, digests: Mapping[str, str]) -> set[str]:
        return {name for name, digest in self.digests().items() if digests.get(name) != digest}

    def _values(self) -> dict[str, str]:
        return {
            TITLE: self.title.strip(),
            DESCRIPTION: (self.description or "").strip(),
            ASSIGNEE: self.assignee or "",
            PRIORITY: self.priority.word,
            LABELS: "\n".join(sorted(label.lower() for label in self.labels)),
            DUE: self.due_on.isoformat() if self.due_on else "",
        }


def _digest(value: str) -> str:
    return hashlib.blake2s(value.encode("utf-8", "replace"), digest_size=6).hexdigest()


def as_edited(description: str) -> str:
    """How the editor will hand a description back that nobody touched."""
    return to_markdown(rich_text_block(description))


def field_blocks(
    fields: Fields, words: Words, *, after_title: Sequence[Json] = (), dispatch: bool = False
) -> list[Json]:
    """`dispatch`: the title tells while it is typed, so that likely duplicates can be shown."""
    title = text_input(
        TITLE_ACTION,
        placeholder=words.plain("form-title-placeholder"),
        initial=fields.title,
        most=limits.TITLE_MAX,
        focus=not fields.title,
        dispatch_on="on_character_entered" if dispatch else None,
    )
    return [
        input_block(words.plain("field-title"), title, TITLE, dispatch=dispatch),
        *after_title,
        *_description_blocks(fields, words),
        *_detail_blocks(fields, words),
    ]


def _description_blocks(fields: Fields, words: Words) -> list[Json]:
    if fields.description is None:
        return []
    initial = rich_text_block(fields.description)
    element = rich_text_input(
        DESCRIPTION, placeholder=words.plain("form-description-placeholder"), initial=initial
    )
    return [input_block(words.plain("field-description"), element, DESCRIPTION, optional=True)]


def _detail_blocks(fields: Fields, words: Words) -> list[Json]:
    assignee = users_select(ASSIGNEE, words.plain("form-assignee-placeholder"), initial=fields.assignee)
    priority = static_select(
        PRIORITY,
        words.plain("field-priority"),
        [priority_option(each, words) for each in Priority],
        initial=priority_option(fields.priority, words),
    )
    labels = multi_external_select(
        LABELS_ACTION,
        words.plain("form-labels-placeholder"),
        initial=[option(label, label) for label in fields.labels],
    )
    due = date_picker(
        DUE,
        words.plain("form-due-placeholder"),
        initial=fields.due_on.isoformat() if fields.due_on else None,
    )
    return [
        input_block(words.plain("field-assignee"), assignee, ASSIGNEE, optional=True),
        input_block(words.plain("field-priority"), priority, PRIORITY, optional=True),
        input_block(words.plain("field-labels"), labels, LABELS, optional=True),
        input_block(words.plain("field-due"), due, DUE, optional=True),
    ]


def post_block(words: Words, *, on: bool) -> Json:
    choice = option(words.plain("form-post"), POST)
    element = checkboxes(POST, [choice], initial=[choice] if on else [])
    return input_block(words.plain("form-post-label"), element, POST, optional=True)


def read(view: Mapping[str, Any]) -> Fields:
    """What the person has put into the form."""
    values = _by_field(view)
    due = _value(values, DUE, DUE, "selected_date")
    priority = _value(values, PRIORITY, PRIORITY, "selected_option")
    rich = _value(values, DESCRIPTION, DESCRIPTION, "rich_text_value")
    return Fields(
        title=str(_value(values, TITLE, TITLE_ACTION, "value") or ""),
        description=to_markdown(rich) if DESCRIPTION in values else None,
        assignee=_value(values, ASSIGNEE, ASSIGNEE, "selected_user"),
        priority=Priority[priority["value"].upper()] if priority else Priority.NONE,
        labels=tuple(
            chosen["value"] for chosen in _value(values, LABELS, LABELS_ACTION, "selected_options") or ()
        ),
        due_on=date.fromisoformat(due) if due else None,
    )


def wants_card(view: Mapping[str, Any]) -> bool:
    return bool(_value(_by_field(view), POST, POST, "selected_options"))


def _by_field(view: Mapping[str, Any]) -> dict[str, Any]:
    """A block id can carry a version after the field's name."""
    return {block_id.partition("@")[0]: held for block_id, held in view["state"]["values"].items()}


def _value(values: Mapping[str, Any], block_id: str, action_id: str, kind: str) -> Any:
    return values.get(block_id, {}).get(action_id, {}).get(kind)
