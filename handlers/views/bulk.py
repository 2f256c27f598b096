"""The form that changes many issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from db.bulk import BulkPatch
from db.ids import IssueId, PersonId
from db.issues import UNSET, Issue
from db.listing import Count
from db.states import CloseReason, Priority, Status
from handlers.views.blocks import (
    Json,
    checkboxes,
    context,
    fits,
    input_block,
    modal,
    multi_external_select,
    option,
    radio,
    static_select,
    truncate,
    users_select,
)
from handlers.views.issue_form import LABELS_ACTION
from handlers.views.states import priority_option, status_sign, status_word
from handlers.words import Mrkdwn, Words

CALLBACK = "issue_bulk_form"
SCOPE = "scope"
EVERYTHING = "everything"
CHOSEN = "chosen"
ISSUES = "issues"
CHOICES = "issue_choices"
STATUS = "status"
ASSIGNEE = "assignee_id"
UNASSIGN = "unassign"
PRIORITY = "priority"
ADD = "add_labels"
REMOVE = "remove_labels"
# Up to so many matching issues stand in the form already chosen.
SHOWN = 50
_STATUSES: dict[str, tuple[Status, CloseReason | None]] = {
    "open": (Status.OPEN, None),
    "in_progress": (Status.IN_PROGRESS, None),
    "completed": (Status.CLOSED, CloseReason.COMPLETED),
    "not_planned": (Status.CLOSED, CloseReason.NOT_PLANNED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`keys` of the issues that were chosen; `assignee` is a Slack id, still to be made a person of the patch."""

    everything: bool
    keys: Mapping[IssueId, str]
    patch: BulkPatch
    assignee: str | None

    @property
    def changes_something(self) -> bool:
        return self.patch != BulkPatch() or self.assignee is not None


def assigned(patch: BulkPatch, person_id: PersonId) -> BulkPatch:
    return replace(patch, assignee_id=person_id)


def issue_option(issue: Issue, prefix: str) -> Json:
    key = issue.key(prefix)
    return option(f"{key} {truncate(issue.title, 74 - len(key))}", str(issue.issue_id))


def form(
    first: Sequence[Issue],
    count: Count,
    words: Words,
    *,
    query: str,
    everything: bool,
    prefix: str,
    metadata: Json,
) -> Json:
    """When all that match can be shown, they stand chosen, and whoever is taken out stays as it is.

    Otherwise `everything` says whether the query may be applied as a whole. It is kept in the form, and each sign that
    JSON escapes counts twice there.
    """
    everything = everything and fits(metadata | {"q": query})
    all_shown = everything and count.exact and count.value <= len(first)
    chosen = [issue_option(issue, prefix) for issue in first] if all_shown else []
    found = words("list-head" if count.exact else "list-head-about", count=count.value)
    blocks = [
        context(Mrkdwn(f"{found} {words('list-query', query=truncate(query, 500))}")),
        *([] if all_shown else [_scope(count, words, everything=everything)]),
        *_changes(words),
        # Last, for there may be many of them.
        input_block(
            words.plain("bulk-choose"),
            multi_external_select(CHOICES, words.plain("bulk-choose-placeholder"), initial=chosen),
            ISSUES,
            optional=True,
            hint=words.plain("bulk-choose-hint") if chosen else None,
        ),
    ]
    return modal(
        CALLBACK,
        words.plain("bulk-form-title"),
        blocks,
        submit=words.plain("bulk-form-submit"),
        close=words.plain("form-cancel"),
        metadata=metadata | ({"q": query} if everything else {}),
    )


def _scope(count: Count, words: Words, *, everything: bool) -> Json:
    scopes = [option(words.plain("bulk-scope-chosen"), CHOSEN)]
    if everything:
        scopes.insert(0, option(words.plain("bulk-all", count=count.value), EVERYTHING))
    return input_block(words.plain("bulk-scope"), radio(SCOPE, scopes, initial=scopes[0]), SCOPE)


def _changes(words: Words) -> list[Json]:
    statuses = [
        option(f"{status_sign(status, reason)} {status_word(status, reason, words)}", name)
        for name, (status, reason) in _STATUSES.items()
    ]
    keep = words.plain("bulk-keep")
    nobody = checkboxes(UNASSIGN, [option(words.plain("bulk-unassign"), UNASSIGN)])
    priorities = [priority_option(each, words) for each in Priority]
    add = multi_external_select(LABELS_ACTION, keep)
    remove = multi_external_select(LABELS_ACTION, keep)
    elements = (
        ("bulk-status", static_select(STATUS, keep, statuses), STATUS),
        ("bulk-assignee", users_select(ASSIGNEE, keep), ASSIGNEE),
        ("bulk-assign-choice", nobody, UNASSIGN),
        ("bulk-priority", static_select(PRIORITY, keep, priorities), PRIORITY),
        ("bulk-add-labels", add, ADD),
        ("bulk-remove-labels", remove, REMOVE),
    )
    return [
        input_block(words.plain(label), element, block_id, optional=True)
        for label, element, block_id in elements
    ]


def read(view: Mapping[str, Any]) -> Chosen:
    values = view["state"]["values"]
    status, reason = _STATUSES.get(_option(values, STATUS, STATUS) or "", (UNSET, None))
    priority = _option(values, PRIORITY, PRIORITY)
    unassign = bool(_options(values, UNASSIGN, UNASSIGN))
    patch = BulkPatch(
        status=status,
        reason=reason,
        assignee_id=None if unassign else UNSET,
        priority=Priority[priority.upper()] if priority else UNSET,
        add_labels=_options(values, ADD, LABELS_ACTION),
        remove_labels=_options(values, REMOVE, LABELS_ACTION),
    )
    chosen = _chosen(values, ISSUES, CHOICES)
    return Chosen(
        everything=_option(values, SCOPE, SCOPE) == EVERYTHING,
        # As `issue_option` wrote them.
        keys={IssueId(UUID(each["value"])): each["text"]["text"].partition(" ")[0] for each in chosen},
        patch=patch,
        assignee=None if unassign else values.get(ASSIGNEE, {}).get(ASSIGNEE, {}).get("selected_user"),
    )


def _option(values: Mapping[str, Any], block_id: str, action_id: str) -> str | None:
    chosen = values.get(block_id, {}).get(action_id, {}).get("selected_option")
    return str(chosen["value"]) if chosen else None


def _options(values: Mapping[str, Any], block_id: str, action_id: str) -> tuple[str, ...]:
    return tuple(str(each["value"]) for each in _chosen(values, block_id, action_id))


def _chosen(values: Mapping[str, Any], block_id: str, action_id: str) -> Sequence[Json]:
    return values.get(block_id, {}).get(action_id, {}).get("selected_options") or ()
