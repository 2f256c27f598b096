"""One line of the table."""

from __future__ import annotations

import operator
from dataclasses import asdict, dataclass
from typing import Any, Literal

_HOLDS = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`value` of ours against `floor` of the bare thing, in the same unit; `goal` bounds their ratio.

    Without a floor, `goal` bounds the value itself.
    """

    name: str
    value: float
    floor: float | None
    goal: float
    sense: Literal["<=", ">="]
    size: int = 0
    unit: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def holds(self) -> bool:
        ratio = self.ratio
        return bool(_HOLDS[self.sense](self.value if ratio is None else ratio, self.goal))

    def json(self) -> dict[str, Any]:
        whole = asdict(self)
        return {
            "name": self.name,
            "value": self.value,
            "floor": self.floor,
            "ratio": self.ratio,
            "goal": f"{self.sense} {self.goal:g}",
            "holds": self.holds,
            "size": whole["size"],
        }
