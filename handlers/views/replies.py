"""An answer to one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handlers.views.blocks import Json, box, context, section
from handlers.words import Words, clean

# A press on a button of this id opens the create form; the button's value is the title.
OFFER_CREATE = "issue_new_titled"
# So many letters are more than one would like to type once more.
_MUCH: Final = 60
_MOST: Final = 9_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Only the person who asked sees it, unless `in_channel`."""

    text: str
    blocks: Sequence[Json] = ()
    in_channel: bool = False
    replace: bool = False

    def body(self) -> Json:
        body: Json = {"text": self.text, "response_type": "in_channel" if self.in_channel else "ephemeral"}
        if self.blocks:
            body["blocks"] = list(self.blocks)
        if self.replace:
            body["replace_original"] = True
        return body


def handing_back(reply: Reply, typed: str, words: Words) -> Reply:
    """For a command that came to nothing: Slack has taken it away, and much of it should not have to be typed anew."""
    kept = clean(typed).strip()
    if len(kept) < _MUCH:
        return reply
    said = list(reply.blocks) or [section(reply.text)]
    return replace(reply, blocks=[*said, context(words("command-typed")), box(kept[:_MOST])])
