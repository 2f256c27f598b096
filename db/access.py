"""Who may do what, and who sees which issues: the one place for both.

Reads splice `VISIBLE` into their WHERE; the convention everywhere is `$1` the workspace, `$2`
`actor.sees_only`, and `i` the issues table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, LiteralString
from uuid import UUID

from db.errors import Forbidden
from db.ids import PersonId, WorkspaceId
from db.states import Role, Source

_NOBODY = UUID(int=0)

# Deleted issues exist for nobody; a guest sees what they filed or are assigned.
VISIBLE: Final[LiteralString] = (
    "i.workspace_id = $1 AND i.deleted_at IS NULL"
    " AND ($2::uuid IS NULL OR i.reporter_id = $2 OR i.assignee_id = $2)"
)

# The same for one who sees everything, and nothing for a guest. A plan that is made once for all values of $2 expects
# few issues to be VISIBLE, and another plan is then made for every call; of this it knows how many there are.
VISIBLE_TO_ALL: Final[LiteralString] = "i.workspace_id = $1 AND i.deleted_at IS NULL AND $2::uuid IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which workspace, through what. `person_id` is None for a program with no person behind it."""

    workspace_id: WorkspaceId
    person_id: PersonId | None
    role: Role
    source: Source = Source.SLACK

    @property
    def sees_only(self) -> UUID | None:
        """None: sees all issues. Otherwise only issues this person filed or is assigned."""
        if self.role is Role.GUEST:
            return self.person_id or _NOBODY
        return None


class Action(StrEnum):
    """What can be asked for. Values are also the keys of a workspace's `settings["policy"]`."""

    CREATE = "create"
    COMMENT = "comment"
    EDIT = "edit"
    BULK = "bulk"
    BULK_LARGE = "bulk_large"
    IMPORT = "import"
    EXPORT = "export"
    LABELS = "labels"
    PEOPLE = "people"
    TOKENS = "tokens"
    WEBHOOKS = "webhooks"
    SCHEDULES = "schedules"
    SETTINGS = "settings"
    SUBSCRIBE = "subscribe"
    MODERATE = "moderate"


_RANK: Final = {Role.GUEST: 0, Role.MEMBER: 1, Role.ADMIN: 2}

_DEFAULTS: Final[dict[Action, Role]] = {
    Action.CREATE: Role.GUEST,
    Action.COMMENT: Role.GUEST,
    Action.EDIT: Role.MEMBER,
    Action.BULK: Role.MEMBER,
    Action.BULK_LARGE: Role.MEMBER,
    Action.IMPORT: Role.MEMBER,
    Action.EXPORT: Role.MEMBER,
    Action.LABELS: Role.MEMBER,
    Action.PEOPLE: Role.ADMIN,
    Action.TOKENS: Role.ADMIN,
    Action.WEBHOOKS: Role.ADMIN,
    Action.SCHEDULES: Role.MEMBER,
    Action.SETTINGS: Role.ADMIN,
    Action.SUBSCRIBE: Role.MEMBER,
    Action.MODERATE: Role.ADMIN,
}

# What a workspace may set to `member` or `admin` by settings["policy"][action].
SETTABLE: Final = (
    Action.BULK_LARGE,
    Action.IMPORT,
    Action.TOKENS,
    Action.WEBHOOKS,
    Action.SCHEDULES,
    Action.SETTINGS,
)


def needed_role(action: Action, settings: Mapping[str, Any] | None = None) -> Role:
    """The least role for it, given the workspace's settings (None: the defaults)."""
    if action in SETTABLE and settings:
        wanted = (settings.get("policy") or {}).get(action.value)
        if wanted in (Role.MEMBER, Role.ADMIN):
            return Role(wanted)
    return _DEFAULTS[action]


def outranks(role: Role, other: Role) -> bool:
    return _RANK[role] > _RANK[other]


def may(actor: Actor, action: Action, settings: Mapping[str, Any] | None = None) -> bool:
    """`settings` are the workspace's; without them the defaults count."""
    return _RANK[actor.role] >= _RANK[needed_role(action, settings)]


def offers(actor: Actor | None, action: Action, settings: Mapping[str, Any] | None = None) -> bool:
    """Whether to offer it where `actor` alone reads; None where many do, of whom some may."""
    return actor is None or may(actor, action, settings)


def require(actor: Actor, action: Action, settings: Mapping[str, Any] | None = None) -> None:
    """Raises Forbidden naming the role it needs."""
    if not may(actor, action, settings):
        raise Forbidden(action.value, needed_role(action, settings).value)


def sees(actor: Actor, *, reporter_id: PersonId | None, assignee_id: PersonId | None) -> bool:
    """What `VISIBLE` says of an issue that is not deleted, for one already in hand."""
    only = actor.sees_only
    return only is None or only in (reporter_id, assignee_id)


def may_delete(actor: Actor, *, reporter_id: PersonId | None) -> bool:
    """An admin any issue, everybody else what they filed."""
    own = actor.person_id is not None and actor.person_id == reporter_id
    return own or may(actor, Action.MODERATE)
