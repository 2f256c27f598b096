"""What the rows of a list keep in the ids of their blocks: enough to draw it again after one was acted on.

Of a message that one person sees Slack tells no more than the block that was pressed in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from db.issues import Issue
from handlers.views.blocks import Json
from handlers.words import clean

ROWS_MAX: Final = 20
# Of the 255 characters of a block's id, those that an issue's own id and version leave.
KEPT_MAX: Final = 195
_PARTS: Final = 4


class Rows(ABC):
    """`kind` begins the ids; of what is kept, the last part alone may have colons in it."""

    __slots__ = ()
    kind: ClassVar[str]

    @abstractmethod
    def kept(self) -> tuple[str, str, str, str]: ...

    def row(self, shown: Json, issue: Issue) -> Json:
        """`shown` with all of that in its id, where it fits in."""
        kept = ":".join(self.kept())
        if len(kept) > KEPT_MAX or kept != clean(kept):
            return shown
        return shown | {"block_id": f"{self.kind}:{issue.issue_id}:{issue.version}:{kept}"}

    @classmethod
    def parts(cls, block_id: str) -> list[str] | None:
        """What a row keeps; None for one of anything else."""
        kind, *rest = block_id.split(":", _PARTS + 2)
        return rest[2:] if kind == cls.kind and len(rest) == _PARTS + 2 else None


def numbers_of(issues: Iterable[Issue]) -> tuple[int, ...]:
    return tuple(issue.number for issue in issues)[:ROWS_MAX]


def written(numbers: Sequence[int]) -> str:
    return ".".join(f"{number:x}" for number in numbers)


def read_numbers(text: str) -> tuple[int, ...]:
    """Raises ValueError."""
    return tuple(read_number(number, 16) for number in text.split("."))


def read_number(text: str, base: int = 10) -> int:
    """One that a row can have. Raises ValueError."""
    number = int(text, base)
    if not 0 <= number < 1 << 63:
        raise ValueError(text)
    return number
