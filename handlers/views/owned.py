"""What people make and own by name, such as tokens and webhooks: lists of them, and secrets that are shown once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from db.ids import PersonId
from handlers.views.blocks import Json, actions, button, confirm, context, header, section
from handlers.views.people import People, mention
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, clean

# A message has at most 50 blocks.
BLOCKS = 40


class Owned(Protocol):
    @property
    def owner_id(self) -> PersonId: ...


Thing = TypeVar("Thing")


def listing(
    found: Sequence[Thing],
    draw: Callable[[Thing], Sequence[Json]],
    words: Words,
    *,
    kind: str,
    more: str,
    new: str,
) -> Reply:
    """`kind` begins the ids of the messages; `more` is the id of the one for what does not fit, `new` an action."""
    drawn = [draw(each) for each in found]
    shown = BLOCKS // max((len(blocks) for blocks in drawn), default=1)
    blocks: list[Json] = [header(words.plain(f"{kind}-title"))]
    if not found:
        blocks.append(section(words(f"{kind}-none")))
    for each in drawn[:shown]:
        blocks += each
    if len(found) > shown:
        blocks.append(context(words(more, count=len(found) - shown)))
    blocks.append(actions(button(words.plain(f"{kind}-new"), new, style="primary")))
    return Reply(text=words(f"{kind}-title"), blocks=blocks)


def with_notice(text: str, left: Reply) -> Reply:
    """The list, below what was just done."""
    return Reply(text=text, blocks=[section(text), *left.blocks])


def line(name: Mrkdwn, facts: Sequence[Mrkdwn]) -> Mrkdwn:
    return Mrkdwn(f"{name}\n{Mrkdwn('  ·  '.join(facts))}")


def not_mine(each: Owned, me: PersonId | None, people: People, words: Words) -> list[Mrkdwn]:
    """Whose it is, unless it is mine."""
    return [] if each.owner_id == me else [words("webhook-of", who=mention(people.get(each.owner_id), words))]


def delete_button(action_id: str, value: str, text: str, words: Words) -> Json:
    """Asks first, with `text`."""
    sure = confirm(
        words.plain("webhook-delete-title"), text, words.plain("webhook-delete"), words.plain("form-cancel")
    )
    return button(words.plain("webhook-delete"), action_id, value, style="danger", confirm=sure)


def read_name(view: Mapping[str, Any], field: str) -> str:
    """One line, as it was typed in `field` of a form."""
    return " ".join(clean(view["state"]["values"][field][field]["value"] or "").split())
