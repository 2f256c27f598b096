"""People and labels, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from aiohttp import web

from db import labels, people
from db.errors import FieldError, Invalid
from db.ids import LabelId, PersonId
from db.states import Role
from handlers.api.endpoint import ApiCall, Endpoint, answer
from handlers.api.schemas import LabelOut, Page, UserIn, UserOut, user_out

Id = TypeVar("Id")


def _after(asked: Page, kind: Callable[[UUID], Id]) -> Id | None:
    """These lists' cursor is the last id that was shown. Raises Invalid."""
    if asked.cursor is None:
        return None
    try:
        return kind(UUID(asked.cursor))
    except ValueError:
        message = "send next_cursor of the page before, as it was"
        raise Invalid(FieldError(field="cursor", code="bad_cursor", message=message)) from None


async def create_user(call: ApiCall) -> web.Response:
    sent = call.sent(UserIn)
    async with call.services.database.transaction() as conn:
        person = await people.create(conn, call.actor, sent.name, sent.email, role=Role(sent.role))
    return answer(call, user_out(person), status=201)


async def list_users(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        found = await people.page(conn, call.actor, limit=asked.limit + 1, after=_after(asked, PersonId))
    shown = found[: asked.limit]
    more = shown[-1].person_id if len(found) > asked.limit else None
    return answer(call, {"items": [user_out(person) for person in shown], "next_cursor": more})


async def list_labels(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        found = await labels.page(conn, call.actor, limit=asked.limit + 1, after=_after(asked, LabelId))
    shown = found[: asked.limit]
    more = shown[-1].label_id if len(found) > asked.limit else None
    items = [{"id": label.label_id, "name": label.name} for label in shown]
    return answer(call, {"items": items, "next_cursor": more})


ENDPOINTS = (
    Endpoint(
        method="POST", path="/users", summary="Add a person", act=create_user,
        body=UserIn, answer=UserOut, status=201, problems=(409,),
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
