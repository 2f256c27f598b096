"""From the name of a broken constraint to what it means to the person who asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from db.errors import Conflict, FieldError, Invalid, LodgeError

# A reference that leads nowhere, which is also what another workspace's id is: the field that holds it.
_UNKNOWN: Final = {
    "change_actor_exists": "actor",
    "issue_assignee_exists": "assignee",
    "issue_reporter_exists": "reporter",
    "issue_duplicate_exists": "duplicate_of",
    "issue_parent_exists": "parent",
    "issue_label_issue_exists": "issue",
    "issue_label_label_exists": "label",
    "comment_issue_exists": "issue",
    "comment_author_exists": "author",
    "comment_reply_to_exists": "reply_to",
    "watcher_person_exists": "person",
    "person_merged_into_exists": "person",
    "card_issue_exists": "issue",
    "saved_query_owner_exists": "owner",
}

# What has to be the only one of its kind.
_TAKEN: Final = {
    "people_slack_user_once": "person",
    "people_email_once": "person",
    "label_name_once": "label",
    "saved_query_name_once": "saved query",
    "changes_request_once": "request",
    "comment_slack_message_once": "comment",
    "issue_number_once": "issue",
    "token_request_once": "request",
    "webhook_request_once": "request",
    "outgoing_request_once": "request",
}

_REFUSED: Final = {
    "issue_title_length": ("title", "too_long"),
    "issue_description_length": ("description", "too_long"),
    "comment_body_length": ("comment", "too_long"),
    "label_name_length": ("labels", "too_long"),
    "person_name_length": ("name", "too_long"),
    "person_email_length": ("email", "too_long"),
    "person_role": ("role", "unknown"),
    "saved_query_name_length": ("name", "too_long"),
    "workspace_id_form": ("workspace", "malformed"),
    "workspace_key_prefix_form": ("key_prefix", "malformed"),
    "issue_status": ("status", "unknown"),
    "issue_priority": ("priority", "unknown"),
    "issue_close_reason": ("reason", "unknown"),
    "issue_closed_is_whole": ("status", "inconsistent"),
    "issue_not_its_own": ("duplicate_of", "itself"),
    "request_key_length": ("request_key", "too_long"),
    "change_source": ("source", "unknown"),
}


# "Key (workspace_id, lower(email))=(T0, ada@example.com) already exists.": the workspace is nobody's news.
_KEY = re.compile(r"=\([^,)]*, (.*)\) already exists", re.DOTALL)


def _taken_value(detail: str) -> str:
    found = _KEY.search(detail)
    return found[1] if found else ""


def meaning_of(error: asyncpg.IntegrityConstraintViolationError) -> LodgeError | None:
    """The domain error for a broken constraint; None when it has no meaning to a person."""
    name = error.constraint_name or ""
    if name in _UNKNOWN:
        field = _UNKNOWN[name]
        return Invalid(FieldError(field=field, code="unknown", message=f"there is no such {field} here"))
    if name in _TAKEN:
        return Conflict(_TAKEN[name], _taken_value(error.detail or ""))
    if name in _REFUSED:
        field, code = _REFUSED[name]
        return Invalid(FieldError(field=field, code=code, message=code.replace("_", " ")))
    return None


@contextmanager
def domain_errors() -> Iterator[None]:
    """Turns broken constraints inside into domain errors."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        meaning = meaning_of(error)
        if meaning is None:
            raise
        raise meaning from error
