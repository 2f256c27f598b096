"""What there is to know about the command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from db.query.terms import DateField, EmptyField, PersonField, RefField, SortKey
from db.query.words import CHOICES, IS, IS_WORDS, LABEL, NO, SORT
from handlers.views.blocks import Json, actions, button, context, header, section
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.words import Mrkdwn, Words, code

SECTION_MAX = 2900


def everything(names: Sequence[str], words: Words, command: str) -> Reply:
    head = words("help-head", command=command)
    blocks: list[Json] = [header(words.plain("help-title")), section(head)]
    text = ""
    for name in names:
        line = f"{_usage(name, words, command)}\n{words(f'help-{name}')}\n"
        if len(text) + len(line) > SECTION_MAX:
            blocks.append(section(Mrkdwn(text)))
            text = ""
        text += line
    blocks.append(section(Mrkdwn(text)))
    blocks.append(context(words("help-more", command=command)))
    blocks.append(actions(button(words.plain("help-create"), OFFER_CREATE)))
    return Reply(text=head, blocks=blocks)


def one(name: str, aliases: Sequence[str], words: Words, command: str) -> Reply:
    lines = [_usage(name, words, command), words(f"help-{name}")]
    if aliases:
        spelled = Mrkdwn(", ".join(map(code, aliases)))
        lines.append(words("help-aliases", aliases=spelled))
    return Reply(text=Mrkdwn("\n".join(lines)))


def queries(words: Words, command: str) -> Reply:
    """Every field, value and order there is: read from the language itself, so that none is left out."""
    head = words("help-query-text", command=command)
    groups = [words(f"help-query-{name}", terms=terms) for name, terms in _GROUPS.items()]
    choices = "\n".join(f"{code(f'{field}:')} {_listed(values)}" for field, values in CHOICES.items())
    groups.insert(0, words("help-query-choices", terms=Mrkdwn(choices)))
    return Reply(text=head, blocks=[section(head), *(section(group) for group in groups)])


def _listed(values: Iterable[str], before: str = "", after: str = "") -> Mrkdwn:
    return Mrkdwn(" ".join(code(f"{before}{value.replace('_', '-')}{after}") for value in values))


_GROUPS: Final = {
    "people": _listed(PersonField, after=":"),
    "dates": _listed(DateField, after=":"),
    "labels": _listed([LABEL], after=":"),
    "others": _listed(RefField, after=":"),
    "is": _listed(IS_WORDS, f"{IS}:"),
    "lacks": _listed(EmptyField, f"{NO}:"),
    "sorts": _listed(SortKey, f"{SORT}:"),
}


def unknown(word: str, nearest: str | None, words: Words, command: str) -> Reply:
    if nearest is None:
        return Reply(text=words("unknown-word", word=word, command=command))
    return Reply(text=words("unknown-word-nearest", word=word, command=command, nearest=f"help {nearest}"))


def _usage(name: str, words: Words, command: str) -> str:
    return "\n".join(code(line) for line in words.plain(f"usage-{name}", command=command).split("\n"))
