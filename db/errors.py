"""What can go wrong in the domain. Every error carries its data; words for people are made in `handlers`."""

from __future__ import annotations

from dataclasses import dataclass, field


class LodgeError(Exception):
    """The request cannot be done."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One bad field: `code` is stable for programs (`too_long`, `required`, `unknown`...), `message` for people."""

    field: str
    code: str
    message: str
    limit: int | None = None
    # What was given, and the nearest that would do.
    value: str = ""
    suggestion: str = ""


class Invalid(LodgeError):
    """Some fields cannot be accepted."""

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{e.field}: {e.message}" for e in errors))


class NotFound(LodgeError):
    """There is no such thing here."""

    def __init__(self, kind: str, ref: object) -> None:
        self.kind = kind
        self.ref = str(ref)
        super().__init__(f"no {kind} {ref}")


class Forbidden(LodgeError):
    """This person may not do that."""

    def __init__(self, action: str, needs: str) -> None:
        self.action = action
        self.needs = needs
        super().__init__(f"{action} needs {needs}")


class Conflict(LodgeError):
    """That exists already."""

    def __init__(self, kind: str, ref: object) -> None:
        self.kind = kind
        self.ref = str(ref)
        super().__init__(f"{kind} {ref} exists already")


class Busy(LodgeError):
    """The database has more work than it can take just now; try again in a moment."""


class Unavailable(LodgeError):
    """The database cannot be reached."""


@dataclass(slots=True)
class Startup(LodgeError):
    """The process cannot start."""

    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.problems)
