"""Labels, renamed and merged: one is chosen first; a merge is asked for twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from db.ids import LabelId
from db.issues.labelling import Label
from db.limits import LABEL_MAX
from handlers.views.blocks import (
    Json,
    actions,
    context,
    external_select,
    input_block,
    modal,
    option,
    section,
    text_input,
)
from handlers.views.settings.parts import decision, notice
from handlers.words import Mrkdwn, Words, code

CALLBACK: Final = "labels_form"
MERGING: Final = "labels_merge_form"
PICK: Final = "labels_pick"
NAME: Final = "label_name"
INTO: Final = "label_into"
SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`into`: the label that it is to become; otherwise a name."""

    name: str
    into: LabelId | None


def rename(label_id: LabelId, name: str) -> str:
    return decision("label", label=str(label_id), name=name)


def overview(
    known: Sequence[Label], words: Words, metadata: Json, *, more: bool, said: Sequence[Json] = ()
) -> Json:
    if not known:
        return _modal([*notice(said), section(words("labels-no-labels"))], words, metadata)
    names = Mrkdwn(" ".join(code(label.name) for label in known[:SHOWN]) + (" …" if more else ""))
    pick = actions(external_select(PICK, words.plain("labels-pick")))
    return _modal([*notice(said), section(words("labels-about")), pick, context(names)], words, metadata)


def one(label: Label, uses: int, words: Words, metadata: Json) -> Json:
    """`uses`: how many issues have it."""
    blocks = [
        section(words("labels-one", label=code(label.name), count=uses)),
        input_block(
            words.plain("labels-name"),
            text_input(NAME, initial=label.name, most=LABEL_MAX),
            NAME,
            optional=True,
        ),
        input_block(
            words.plain("labels-into"),
            external_select(INTO, words.plain("labels-pick")),
            INTO,
            optional=True,
            hint=words.plain("labels-into-hint"),
        ),
    ]
    return _modal(blocks, words, metadata | {"l": str(label.label_id)}, submit=words.plain("form-save"))


def sure(label: Label, into: Label, uses: int, words: Words, metadata: Json) -> Json:
    text = words("labels-merge-sure", label=code(label.name), into=code(into.name), count=uses)
    return modal(
        MERGING,
        words.plain("labels-title"),
        [section(text)],
        submit=words.plain("labels-merge"),
        close=words.plain("form-cancel"),
        metadata=metadata | {"l": str(label.label_id), "into": str(into.label_id)},
    )


def _modal(blocks: list[Json], words: Words, metadata: Json, *, submit: str | None = None) -> Json:
    return modal(
        CALLBACK,
        words.plain("labels-title"),
        blocks,
        submit=submit,
        close=words.plain("form-cancel" if submit else "form-close"),
        metadata=metadata,
    )


def choice(label: Label) -> Json:
    return option(label.name, str(label.label_id))


def read(view: Mapping[str, Any]) -> Wanted:
    values = view["state"]["values"]
    into = values[INTO][INTO].get("selected_option")
    return Wanted(
        name=(values[NAME][NAME].get("value") or "").strip(),
        into=LabelId(UUID(into["value"])) if into else None,
    )
