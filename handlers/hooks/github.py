"""GitHub's `issues` event: every delivery shows the issue as it was then, so the latest one counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.states import CloseReason
from handlers.hooks.signals import FOR_GOOD, Signal, cut, fitted, fitting_labels, listed, moment, table

EVENT = "x-github-event"
_GONE = frozenset({"deleted", "transferred"})


def read(body: dict[str, Any], headers: Mapping[str, str]) -> list[Signal]:
    """Other events than of issues say nothing here. Raises Unreadable."""
    if headers.get(EVENT, "issues") != "issues":
        return []
    issue = table(body.get("issue"), "issue")
    repository = table(body.get("repository"), "repository")
    gone = str(body.get("action")) in _GONE
    dropped = gone or issue.get("state_reason") in ("not_planned", "duplicate")
    author = table(issue.get("user") or {}, "issue.user").get("login")
    about = [str(issue.get("body") or ""), f"{issue.get('html_url', '')} ({author})" if author else ""]
    return [
        Signal(
            key=str(issue.get("id") or f"{repository.get('full_name')}#{issue.get('number')}"),
            is_open=issue.get("state") != "closed" and not gone,
            title=fitted(issue.get("title"), f"#{issue.get('number')}"),
            description=cut("\n\n".join(part for part in about if part)),
            labels=fitting_labels([label.get("name") for label in listed(issue.get("labels"))]),
            # Being deleted is no update: what happened just before has the same time, and may come later.
            at=FOR_GOOD if gone else moment(issue.get("updated_at")),
            reason=CloseReason.NOT_PLANNED if dropped else CloseReason.COMPLETED,
            external_ref=f"{repository.get('full_name')}#{issue.get('number')}"[:255],
            follows=True,
            edited=body.get("action") == "edited",
        )
    ]
