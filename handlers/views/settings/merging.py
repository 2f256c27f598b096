"""What is looked after by choosing one, changing it, or merging it into another: labels, and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from handlers.views.blocks import Json, actions, external_select, input_block, modal, section
from handlers.words import Mrkdwn, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`word` begins the ids of its texts; `key` stands for the chosen one in a form's metadata."""

    word: str
    key: str
    into: str

    @property
    def callback(self) -> str:
        return f"{self.word}_form"

    @property
    def merging(self) -> str:
        """The form that asks once more: a merge cannot be taken back."""
        return f"{self.word}_merge_form"

    @property
    def pick(self) -> str:
        return f"{self.word}_pick"

    def form(
        self, blocks: Sequence[Json], words: Words, metadata: Json, *, submit: str | None = None
    ) -> Json:
        return modal(
            self.callback,
            words.plain(f"{self.word}-title"),
            blocks,
            submit=submit,
            close=words.plain("form-cancel" if submit else "form-close"),
            metadata=metadata,
        )

    def of(self, chosen: UUID, metadata: Json) -> Json:
        """The metadata of a form about this one."""
        return metadata | {self.key: str(chosen)}

    def picker(self, words: Words) -> Json:
        return actions(external_select(self.pick, words.plain(f"{self.word}-pick")))

    def into_block(self, words: Words) -> Json:
        return input_block(
            words.plain(f"{self.word}-into"),
            external_select(self.into, words.plain(f"{self.word}-pick")),
            self.into,
            optional=True,
            hint=words.plain(f"{self.word}-into-hint"),
        )

    def sure(self, question: Mrkdwn, chosen: UUID, into: UUID, words: Words, metadata: Json) -> Json:
        return modal(
            self.merging,
            words.plain(f"{self.word}-title"),
            [section(question)],
            submit=words.plain(f"{self.word}-merge"),
            close=words.plain("form-cancel"),
            metadata=self.of(chosen, metadata) | {"into": str(into)},
        )

    def read_into(self, view: Mapping[str, Any]) -> UUID | None:
        chosen = view["state"]["values"][self.into][self.into].get("selected_option")
        return UUID(chosen["value"]) if chosen else None
