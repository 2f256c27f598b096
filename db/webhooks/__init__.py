"""Incoming webhooks: who may send what, which issues came of it, and what could not be understood."""

from db.webhooks.arrivals import (
    FAILED_KEPT,
    Failed,
    claim,
    discard,
    failed,
    forget_old,
    keep_failed,
    one_failed,
)
from db.webhooks.keeping import (
    NAME_MAX,
    Auth,
    Hook,
    HookDraft,
    Kind,
    by_id,
    create,
    delete,
    listed,
    mine,
    rotate,
)
from db.webhooks.targets import Target, hold, note

__all__ = [
    "FAILED_KEPT",
    "NAME_MAX",
    "Auth",
    "Failed",
    "Hook",
    "HookDraft",
    "Kind",
    "Target",
    "by_id",
    "claim",
    "create",
    "delete",
    "discard",
    "failed",
    "forget_old",
    "hold",
    "keep_failed",
    "listed",
    "mine",
    "note",
    "one_failed",
    "rotate",
]
