"""The edit form, and the same form after a clash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.issues import Clash, Issue
from db.people import Person
from handlers.views import issue_form
from handlers.views.blocks import Json, actions, button, context, modal, section
from handlers.views.changes import change_line
from handlers.views.people import People, mention
from handlers.words import Words

CALLBACK = "issue_edit_form"
DROP_MINE = "issue_drop_mine"


def form(issue: Issue, assignee: Person | None, words: Words, *, metadata: Json, prefix: str) -> Json:
    fields = fields_of(issue, assignee)
    blocks = issue_form.field_blocks(fields, words)
    if fields.description is None:
        blocks.insert(1, context(words("edit-description-long", count=len(issue.description))))
    if assignee is not None and fields.assignee is None:
        blocks.append(context(words("edit-assignee-elsewhere", who=mention(assignee, words))))
    kept = metadata | {"i": str(issue.issue_id), "v": issue.version, "d": fields.digests()}
    return _modal(issue, blocks, words, kept, prefix)


def fields_of(issue: Issue, assignee: Person | None) -> issue_form.Fields:
    """A description comes back from the editor in the editor's own spelling: that is what it is compared with."""
    short = len(issue.description) <= issue_form.EDITABLE_MAX
    in_slack = assignee is not None and assignee.active
    return issue_form.Fields(
        title=issue.title,
        description=issue_form.as_edited(issue.description) if short else None,
        assignee=assignee.slack_user_id if assignee is not None and in_slack else None,
        priority=issue.priority,
        labels=issue.labels,
        due_on=issue.due_on,
    )


def clashed(
    mine: issue_form.Fields, clash: Clash, known: People, words: Words, *, metadata: Json, prefix: str
) -> Json:
    key = clash.issue.key(prefix)
    line = change_line(clash.theirs, key=key, people=known, words=words)
    drop = button(words.plain("clash-drop"), DROP_MINE, str(clash.issue.issue_id))
    notice = [section(words("clash", key=key)), *([context(line)] if line else []), actions(drop)]
    blocks = [*notice, *issue_form.field_blocks(mine, words)]
    return _modal(clash.issue, blocks, words, metadata, prefix, submit="clash-apply")


def renamed(view: Json, version: int) -> Json:
    """Input keeps what was typed while its block keeps its id; new ids make it show what the view says."""
    return view | {"blocks": [_renamed(block, version) for block in view["blocks"]]}


def _renamed(block: Json, version: int) -> Json:
    return block | {"block_id": f"{block['block_id']}@{version}"} if block["type"] == "input" else block


def metadata_of(view: Mapping[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = json.loads(view.get("private_metadata") or "{}")
    return metadata


def _modal(
    issue: Issue, blocks: list[Json], words: Words, metadata: Json, prefix: str, *, submit: str = "form-save"
) -> Json:
    return modal(
        CALLBACK,
        words.plain("edit-form-title", key=issue.key(prefix)),
        blocks,
        submit=words.plain(submit),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )
