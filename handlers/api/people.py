"""People and labels, for programs."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from aiohttp import web

from db import labels, people
from db.errors import Conflict, FieldError, Invalid, NotFound
from db.ids import LabelId, PersonId
from db.people import Person
from db.states import Role
from handlers.api.endpoint import ApiCall, Endpoint, answer, listed
from handlers.api.schemas import LabelOut, Page, UserIn, UserOut, user_out

Id = TypeVar("Id")


def _after(asked: Page, kind: Callable[[UUID], Id]) -> Id | None:
    """These lists' cursor is the last id that was shown. Raises Invalid."""
    if asked.cursor is None:
        return None
    try:
        return kind(UUID(asked.cursor))
    except ValueError:
        raise _bad_cursor() from None


async def _there(last: Awaitable[object]) -> None:
    """After what is no more, as a label that was merged, nothing comes: that is not the end of the list."""
    try:
        await last
    except NotFound:
        raise _bad_cursor() from None


def _bad_cursor() -> Invalid:
    message = "this cursor belongs to another list, or to what is no more: begin with the first page"
    return Invalid(FieldError(field="cursor", code="bad_cursor", message=message))


async def create_user(call: ApiCall) -> web.Response:
    sent, person_id = call.sent(UserIn), _named(call.origin.request_key)
    try:
        async with call.services.database.transaction() as conn:
            person = await people.create(
                conn, call.actor, sent.name, sent.email, role=Role(sent.role), person_id=person_id
            )
    except Conflict as conflict:
        # The same request may have been quicker by a moment, and so be who has the e-mail address.
        person = await _made(call, person_id, conflict)
    return answer(call, user_out(person), status=201)


def _named(request_key: str | None) -> PersonId | None:
    """The same request makes the same person: their id is told by the request's key (a UUID of version 8)."""
    if request_key is None:
        return None
    digest = hashlib.sha256(request_key.encode()).digest()[:16]
    return PersonId(
        UUID(
            bytes=bytes(
                [*digest[:6], digest[6] & 0x0F | 0x80, digest[7], digest[8] & 0x3F | 0x80, *digest[9:]]
            )
        )
    )


async def _made(call: ApiCall, person_id: PersonId | None, conflict: Conflict) -> Person:
    if person_id is None:
        raise conflict
    async with call.services.database.connection() as conn:
        found = await people.get_many(conn, call.actor, [person_id])
    if person_id not in found:
        raise conflict
    return found[person_id]


async def list_users(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        after = _after(asked, PersonId)
        found = await people.page(conn, call.actor, limit=asked.limit + 1, after=after)
        if after is not None and not found:
            await _there(people.get(conn, call.actor, after))
    shown = found[: asked.limit]
    more = shown[-1].person_id if len(found) > asked.limit else None
    return listed(call, [user_out(person) for person in shown], more)


async def list_labels(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        after = _after(asked, LabelId)
        found = await labels.page(conn, call.actor, limit=asked.limit + 1, after=after)
        if after is not None and not found:
            await _there(labels.get(conn, call.actor, after))
    shown = found[: asked.limit]
    more = shown[-1].label_id if len(found) > asked.limit else None
    items = [{"id": label.label_id, "name": label.name} for label in shown]
    return listed(call, items, more)


ENDPOINTS = (
    Endpoint(
        method="POST", path="/users", summary="Add a person", act=create_user,
        body=UserIn, answer=UserOut, status=201, problems=(409,), headers=("Idempotency-Key",),
    ),
    Endpoint(
        method="GET", path="/users", summary="List people", act=list_users,
        query=Page, answer=UserOut, listed=True,
    ),
    Endpoint(
        method="GET", path="/labels", summary="List labels", act=list_labels,
        query=Page, answer=LabelOut, listed=True,
    ),
)  # fmt: skip
