"""Failures on purpose: what the local Slack is told to get wrong, and how often."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.playground.error_codes import known
from bot.playground.ids import new_id
from bot.playground.wire import Json

Drop = Literal["before", "after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned failure of a Web API method or of deliveries; `times=None` lasts until cleared.

    `drop="after"` does what was asked and breaks the connection before the answer.
    `duplicate` sends that many copies after the first was answered, or with `at_once` beside it.
    `reorder` holds a delivery back until that many later ones have gone out.
    """

    method: str | None = None
    delivery: str | None = None
    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    slow: float = 0.0
    drop: Drop | None = None
    duplicate: int = 0
    at_once: bool = False
    delay: float = 0.0
    reorder: int = 0
    times: int | None = 1
    skip: int = 0
    when: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("Ft"))
    hits: int = 0

    def __post_init__(self) -> None:
        if (self.method is None) == (self.delivery is None):
            raise ValueError("a fault names either a method or a delivery")
        if self.error is not None and not known(self.method or "*", self.error):
            raise ValueError(f"Slack documents no error {self.error!r} for {self.method}")

    def matches(self, facts: Mapping[str, Any]) -> bool:
        return all(facts.get(key) == value for key, value in self.when.items())

    def payload(self) -> Json:
        return asdict(self)


class Faults:
    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(self, **options: Any) -> Fault:
        fault = Fault(**options)
        self._planned.append(fault)
        return fault

    def remove(self, fault_id: str) -> None:
        self._planned = [fault for fault in self._planned if fault.id != fault_id]

    def clear(self) -> None:
        self._planned.clear()

    def __iter__(self) -> Any:
        return iter(self._planned)

    def for_call(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        for fault in self._planned:
            if fault.method in (method, "*") and fault.matches(args):
                return self._use(fault)
        return None

    def for_delivery(self, kind: str, payload: Mapping[str, Any]) -> Fault | None:
        """`kind` is as in Delivery.kind; an event matches by "event" and by its own type too."""
        event = payload.get("event")
        names = {kind, "*"}
        if isinstance(event, dict):
            names.add(event["type"])
        for fault in self._planned:
            if fault.delivery in names and fault.matches(event or payload):
                return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault | None:
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.hits += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._planned.remove(fault)
        return fault
