"""Labels, renamed and merged: one is chosen first; a merge is asked for twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.ids import LabelId
from db.issues.labelling import Label
from db.limits import LABEL_MAX
from handlers.views.blocks import Json, context, input_block, option, section, text_input
from handlers.views.settings.merging import Kind
from handlers.views.settings.parts import decision, notice
from handlers.words import Mrkdwn, Words, code

KIND: Final = Kind(word="labels", key="l", into="label_into")
CALLBACK: Final = KIND.callback
MERGING: Final = KIND.merging
PICK: Final = KIND.pick
INTO: Final = KIND.into
NAME: Final = "label_name"
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
        return KIND.form([*notice(said), section(words("labels-no-labels"))], words, metadata)
    names = Mrkdwn(" ".join(code(label.name) for label in known[:SHOWN]) + (" …" if more else ""))
    about = section(words("labels-about"))
    return KIND.form([*notice(said), about, KIND.picker(words), context(names)], words, metadata)


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
        KIND.into_block(words),
    ]
    return KIND.form(blocks, words, KIND.of(label.label_id, metadata), submit=words.plain("form-save"))


def sure(label: Label, into: Label, uses: int, words: Words, metadata: Json) -> Json:
    text = words("labels-merge-sure", label=code(label.name), into=code(into.name), count=uses)
    return KIND.sure(text, label.label_id, into.label_id, words, metadata)


def choice(label: Label) -> Json:
    return option(label.name, str(label.label_id))


def read(view: Mapping[str, Any]) -> Wanted:
    into = KIND.read_into(view)
    return Wanted(
        name=(view["state"]["values"][NAME][NAME].get("value") or "").strip(),
        into=LabelId(into) if into else None,
    )
