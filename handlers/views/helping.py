"""What there is to know about the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from db.query.terms import DateField, EmptyField, PersonField, RefField, SortKey
from db.query.words import CHOICES, IS, IS_WORDS, LABEL, NO, SORT
from handlers.views.blocks import Json, actions, button, context, header, modal, section
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.words import Mrkdwn, Words, code

SECTION_MAX = 2900
# A press on it opens the help as a sheet.
OPEN: Final = "help_open"
# What a newcomer needs first.
GROUPS: Final = {
    "issues": (
        "new",
        "show",
        "edit",
        "assign",
        "unassign",
        "comment",
        "label",
        "priority",
        "due",
        "start",
        "status",
        "close",
        "reopen",
        "history",
        "delete",
        "restore",
        "undo",
    ),
    "finding": ("list", "mine", "search", "saved"),
    "many": ("bulk", "import", "export"),
    "reports": ("report", "schedule", "schedules", "digest"),
    "hearing": ("notify", "watch", "unwatch", "subscribe", "subscriptions", "unsubscribe"),
    "more": ("help", "channel", "settings", "token", "webhook", "tell"),
}


def everything(names: Sequence[str], words: Words, command: str) -> Reply:
    offer = actions(button(words.plain("help-create"), OFFER_CREATE))
    blocks = [header(words.plain("help-title")), *_all(names, words, command), offer]
    return Reply(text=words("help-head", command=command), blocks=blocks)


def sheet(names: Sequence[str], words: Words, command: str) -> Json:
    """The same, to read where no message can be."""
    return modal(
        "help", words.plain("home-help-title"), _all(names, words, command), close=words.plain("form-close")
    )


def _all(names: Sequence[str], words: Words, command: str) -> list[Json]:
    blocks: list[Json] = [section(words("help-head", command=command))]
    for group, text in _grouped(names, words, command):
        blocks.append(section(Mrkdwn(f"*{words(f'help-group-{group}')}*\n{text}"[:SECTION_MAX])))
    blocks.append(context(words("help-more", command=command)))
    return blocks


def _grouped(names: Sequence[str], words: Words, command: str) -> Iterator[tuple[str, str]]:
    """What is of no group stands with the last."""
    grouped = {name for group in GROUPS.values() for name in group}
    last = list(GROUPS)[-1]
    for group, members in GROUPS.items():
        shown = [name for name in members if name in names]
        shown += [name for name in names if name not in grouped] if group == last else []
        if shown:
            yield group, "\n".join(f"{_usage(name, words, command)}  {_brief(name, words)}" for name in shown)


def _brief(name: str, words: Words) -> str:
    """Its first sentence."""
    first, stop, _ = words(f"help-{name}").partition(". ")
    return f"{first}{stop.strip()}"


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
