"""What was done, said to whoever did it, with the way back."""

from __future__ import annotations

from collections.abc import Sequence

from db.ids import ChangeId
from handlers.views.blocks import Json, actions, button, section
from handlers.words import Words

UNDO = "undo_change"


def undo_button(change_id: ChangeId, words: Words) -> Json:
    return button(words.plain("button-undo"), UNDO, str(change_id))


def confirmation(
    text: str,
    *,
    words: Words,
    change_id: ChangeId | None,
    buttons: Sequence[Json] = (),
) -> list[Json]:
    """`change_id` is None where nothing changed, and so nothing can be undone."""
    elements = [*buttons, *([undo_button(change_id, words)] if change_id else [])]
    blocks = [section(text)]
    if elements:
        blocks.append(actions(*elements, block_id=f"confirm:{change_id}" if change_id else None))
    return blocks
