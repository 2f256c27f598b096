"""An answer to one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.views.blocks import Json

# A press on a button of this id opens the create form; the button's value is the title.
OFFER_CREATE = "issue_new_titled"


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
