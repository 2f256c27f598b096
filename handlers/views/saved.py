"""Queries under a name: the list of them, the form of one, and what is said when one is kept or deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.saved_queries import NAME_MAX, SavedQuery
from handlers.views.blocks import (
    Json,
    actions,
    button,
    context,
    input_block,
    modal,
    option,
    overflow,
    radio,
    section,
    text_input,
    truncate,
)
from handlers.views.replies import Reply
from handlers.words import Words, code

CALLBACK: Final = "saved_query_form"
SAVE: Final = "query_save"
MENU: Final = "query_menu"
RESTORE: Final = "query_restore"
NAME: Final = "name"
TEXT: Final = "q"
WHOSE: Final = "whose"
VALUE_MAX: Final = 2000
# A form's field takes no more.
TEXT_MAX: Final = 3000
# A message has fifty blocks.
SHOWN: Final = 40
_MINE, _SHARED = "mine", "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    name: str
    text: str
    shared: bool


def save_button(text: str, words: Words) -> list[Json]:
    """None for all issues, and for a query that no button can carry."""
    return [button(words.plain("saved-save"), SAVE, text)] if 0 < len(text) <= VALUE_MAX else []


def form(
    draft: Draft, words: Words, metadata: Json, *, may_share: bool, saved: SavedQuery | None = None
) -> Json:
    """`saved`: the one that is changed; None: a new one."""
    blocks = [
        input_block(
            words.plain("saved-name"),
            text_input(
                NAME,
                initial=draft.name,
                most=NAME_MAX,
                placeholder=words.plain("saved-name-placeholder"),
                focus=saved is None,
            ),
            NAME,
        ),
        input_block(
            words.plain("saved-query"),
            text_input(TEXT, initial=draft.text, most=TEXT_MAX),
            TEXT,
            hint=words.plain("saved-query-hint"),
        ),
    ]
    if may_share:
        choices = {each: option(words.plain(f"saved-{each}"), each) for each in (_MINE, _SHARED)}
        chosen = choices[_SHARED if draft.shared else _MINE]
        whose = radio(WHOSE, list(choices.values()), initial=chosen)
        blocks.append(input_block(words.plain("saved-whose"), whose, WHOSE))
    if saved is not None:
        metadata = metadata | {"id": str(saved.saved_query_id)}
    return modal(
        CALLBACK,
        words.plain("saved-title" if saved is None else "saved-title-edit"),
        blocks,
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> Draft:
    values = view["state"]["values"]
    whose = ((values.get(WHOSE) or {}).get(WHOSE) or {}).get("selected_option") or {}
    return Draft(
        name=" ".join((values[NAME][NAME].get("value") or "").split()),
        text=(values[TEXT][TEXT].get("value") or "").strip(),
        shared=whose.get("value") == _SHARED,
    )


def listing(known: Sequence[SavedQuery], words: Words, *, may_share: bool) -> Reply:
    if not known:
        return Reply(text=words("saved-none"))
    head = words("saved-head", count=len(known))
    blocks: list[Json] = [section(head)]
    for saved in known[:SHOWN]:
        shared = saved.owner_id is None
        whose = words("saved-row-shared" if shared else "saved-row-mine")
        text = words("saved-row", name=saved.name, query=code(truncate(saved.text, 300) or " "), whose=whose)
        changeable = may_share or not shared
        blocks.append(section(text, accessory=_menu(saved, words) if changeable else None))
    if len(known) > SHOWN:
        blocks.append(context(words("saved-more", count=len(known) - SHOWN)))
    blocks.append(context(words("saved-use")))
    return Reply(text=head, blocks=blocks)


def _menu(saved: SavedQuery, words: Words) -> Json:
    return overflow(
        MENU,
        [
            option(words.plain(f"saved-{verb}"), f"{verb}:{saved.saved_query_id}")
            for verb in ("edit", "delete")
        ],
    )


def kept(saved: SavedQuery, words: Words) -> Reply:
    message_id = "saved-kept-shared" if saved.owner_id is None else "saved-kept"
    text = words(
        message_id,
        name=saved.name,
        query=code(truncate(saved.text, 300) or " "),
        run=code(f"{words.command} list {saved.name}"),
    )
    return Reply(text=text, blocks=[section(text)])


def removed(saved: SavedQuery, words: Words) -> Reply:
    """With its way back."""
    text = words("saved-removed", name=saved.name)
    value = json.dumps([saved.name, saved.text, saved.owner_id is None], ensure_ascii=False)
    if len(value) > VALUE_MAX:
        return Reply(text=text, blocks=[section(text)])
    return Reply(
        text=text, blocks=[section(text), actions(button(words.plain("button-undo"), RESTORE, value))]
    )


def read_restore(value: str) -> Draft:
    name, text, shared = json.loads(value)
    return Draft(name=name, text=text, shared=shared)
