"""Issues, their comments and labels, for programs."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from aiohttp import web

from db import bulk, comments, deleting, labels, plain_listing
from db.bulk import BulkPatch
from db.errors import FieldError, Invalid, NotFound
from db.ids import CommentId, IssueId, PersonId
from db.issues import Issue, IssueDraft, IssuePatch
from db.issues.plain import of_issue
from db.states import CloseReason, Priority, Status
from handlers.api.endpoint import ApiCall, Endpoint, answer, next_page, packed
from handlers.api.problems import Problem
from handlers.api.schemas import (
    BulkStatusIn,
    BulkStatusOut,
    CommentIn,
    CommentOut,
    IssueChange,
    IssueDetailOut,
    IssueIn,
    IssueOut,
    IssuePage,
    LabelsIn,
    comment_out,
)
from handlers.saved import expand_terms


async def _prefix(call: ApiCall) -> str:
    workspace = await call.services.directory.workspace(call.actor.workspace_id)
    return workspace.key_prefix


def _etag(issue: Issue) -> dict[str, str]:
    return {"ETag": f'"{issue.version}"'}


async def create_issue(call: ApiCall) -> web.Response:
    sent = call.sent(IssueIn)
    draft = IssueDraft(
        title=sent.title,
        description=sent.description,
        status=Status(sent.status),
        priority=Priority[sent.priority.upper()] if sent.priority else Priority.NONE,
        assignee_id=PersonId(sent.assignee_id) if sent.assignee_id else None,
        reporter_id=PersonId(sent.reporter_id) if sent.reporter_id else None,
        labels=tuple(sent.labels),
        due_on=sent.due_on,
        parent_id=IssueId(sent.parent_id) if sent.parent_id else None,
        external_ref=sent.external_ref,
    )
    written = await call.services.filing.create(call.actor, draft, call.origin)
    call.services.bell.ring()
    headers = _etag(written.issue) | {"Location": f"/api/v1/issues/{written.issue.issue_id}"}
    return answer(call, of_issue(written.issue, await _prefix(call)), status=201, headers=headers)


async def list_issues(call: ApiCall) -> web.Response:
    asked = call.asked(IssuePage)
    prefix = await _prefix(call)
    query = plain_listing.read(await expand_terms(call.services.database, call.actor, asked.q))
    found = await call.services.listing.page(
        call.actor, query, prefix, limit=asked.limit, cursor=asked.cursor
    )
    return packed(call, found.json, headers=next_page(call, found.next_cursor))


async def show_issue(call: ApiCall) -> web.Response:
    issue_id = IssueId(call.id("issue"))
    value = await call.services.reading.whole(call.actor, issue_id, await _prefix(call))
    body = orjson.dumps(value, default=str)
    # The version, for If-Match; and what tells apart answers with other comments or names at the same version.
    tag = f'"{value["version"]}-{hashlib.blake2b(body, digest_size=6).hexdigest()}"'
    if tag in call.request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": tag})
    return packed(call, body, headers={"ETag": tag})


def _version(request: web.Request) -> int | None:
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return None
    digits = wanted.strip().removeprefix("W/").strip('"').partition("-")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Problem(400, "malformed", 'If-Match carries the version, as in "3"')
    return int(digits)


def _patch(sent: IssueChange) -> IssuePatch:
    values: dict[str, Any] = sent.model_dump(exclude_unset=True)
    for name in ("title", "status"):
        if name in values and values[name] is None:
            raise Invalid(FieldError(field=name, code="required", message=f"{name} cannot be cleared"))
    if values.get("status"):
        values["status"] = Status(values["status"])
    if values.get("close_reason"):
        values["close_reason"] = CloseReason(values["close_reason"])
    if values.get("priority"):
        values["priority"] = Priority[values["priority"].upper()]
    if "labels" in values:
        values["labels"] = tuple(values["labels"] or ())
    return IssuePatch(**values)


async def change_issue(call: ApiCall) -> web.Response:
    patch, version = _patch(call.sent(IssueChange)), _version(call.request)
    issue_id = IssueId(call.id("issue"))
    written = await call.services.amending.edit(call.actor, issue_id, patch, call.origin, version=version)
    call.services.bell.ring()
    return answer(call, of_issue(written.issue, await _prefix(call)), headers=_etag(written.issue))


async def delete_issue(call: ApiCall) -> web.Response:
    issue_id = IssueId(call.id("issue"))
    async with call.services.database.transaction() as conn:
        deleted = await deleting.delete(conn, call.actor, [issue_id], call.origin)
    if not deleted.count:
        raise NotFound("issue", issue_id)
    call.services.bell.ring()
    return web.Response(status=204)


async def bulk_status(call: ApiCall) -> web.Response:
    sent = call.sent(BulkStatusIn)
    status = Status(sent.status)
    if sent.close_reason and status is not Status.CLOSED:
        raise Invalid(
            FieldError(field="close_reason", code="not_closed", message="only closing has a reason")
        )
    patch = BulkPatch(status=status)
    if status is Status.CLOSED:
        patch = BulkPatch(status=status, reason=CloseReason(sent.close_reason or "completed"))
    ids = tuple(IssueId(i) for i in dict.fromkeys(sent.ids))
    async with call.services.database.transaction() as conn:
        written = await bulk.change(conn, call.actor, ids, patch, call.origin)
    call.services.bell.ring()
    return answer(call, {"changed": written.count})


async def add_comment(call: ApiCall) -> web.Response:
    sent = call.sent(CommentIn)
    async with call.services.database.transaction() as conn:
        added = await comments.add(
            conn,
            call.actor,
            IssueId(call.id("issue")),
            sent.body,
            call.origin,
            reply_to=CommentId(sent.reply_to) if sent.reply_to else None,
        )
    call.services.bell.ring()
    return answer(call, comment_out(added.comment), status=201)


async def put_labels(call: ApiCall) -> web.Response:
    async with call.services.database.transaction() as conn:
        written = await labels.replace(
            conn, call.actor, IssueId(call.id("issue")), call.sent(LabelsIn).labels, call.origin
        )
    call.services.bell.ring()
    return answer(call, of_issue(written.issue, await _prefix(call)), headers=_etag(written.issue))


ENDPOINTS = (
    Endpoint(
        method="POST", path="/issues", summary="Create an issue", act=create_issue,
        body=IssueIn, answer=IssueOut, status=201, headers=("Idempotency-Key",),
    ),
    Endpoint(
        method="GET", path="/issues", summary="List issues by a query", act=list_issues,
        query=IssuePage, answer=IssueOut, listed=True,
    ),
    Endpoint(
        method="GET", path="/issues/{id}", summary="One issue with its labels and comments", act=show_issue,
        answer=IssueDetailOut, problems=(404,), headers=("If-None-Match",),
    ),
    Endpoint(
        method="PATCH", path="/issues/{id}", summary="Change fields of an issue", act=change_issue,
        body=IssueChange, answer=IssueOut, problems=(404, 412), headers=("If-Match",),
    ),
    Endpoint(
        method="DELETE", path="/issues/{id}", summary="Delete an issue", act=delete_issue,
        status=204, problems=(404,),
    ),
    Endpoint(
        method="POST", path="/issues/bulk-status", summary="Change the status of many issues, all or none",
        act=bulk_status, body=BulkStatusIn, answer=BulkStatusOut, headers=("Idempotency-Key",),
    ),
    Endpoint(
        method="POST", path="/issues/{id}/comments", summary="Comment on an issue", act=add_comment,
        body=CommentIn, answer=CommentOut, status=201, problems=(404,), headers=("Idempotency-Key",),
    ),
    Endpoint(
        method="PUT", path="/issues/{id}/labels", summary="Replace an issue's labels", act=put_labels,
        body=LabelsIn, answer=IssueOut, problems=(404,),
    ),
)  # fmt: skip
