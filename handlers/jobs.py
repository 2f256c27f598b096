"""Background work: what a capability registers with the worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`attempts` counts the tries before this one."""

    id: int
    payload: bytes
    attempts: int


class Again(Exception):
    """Raised by a handler: run this job again after `delay`. It has not failed."""

    def __init__(self, delay: timedelta) -> None:
        self.delay = delay
        super().__init__(f"again in {delay}")


Handler = Callable[[Job], Awaitable[None]]
Scheduled = Callable[[], Awaitable[None]]


class Worker(Protocol):
    """Where jobs are registered, before it starts.

    A handler that raises is tried again, each time later, `max_attempts` times in all; then the job is
    parked: kept with its traceback, counted in the metrics, run no more. `at_once` limits how many of
    these run at a time over all replicas (0: no limit). A job may run twice when a replica dies: what
    it does must bear that.
    """

    def on(self, name: str, handler: Handler, *, max_attempts: int = 5, at_once: int = 0) -> None: ...

    def every(self, name: str, cron: str, handler: Scheduled) -> None:
        """Runs at the times of `cron` (five fields, UTC), once however many replicas there are."""

    def repeat(self, name: str, seconds: float, handler: Scheduled) -> None:
        """Runs every so often, in every replica: for looking after what may have been missed."""

    @property
    def stopping(self) -> bool:
        """A long handler looks here between steps, and raises Again when it is time to go."""
