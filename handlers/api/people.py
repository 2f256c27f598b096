"""People and labels, for programs."""

from __future__ import annotations

from aiohttp import web

from db import labels, people
from db.states import Role
from handlers.api.endpoint import ApiCall, Endpoint, answer
from handlers.api.schemas import LabelOut, Page, UserIn, UserOut, user_out


async def create_user(call: ApiCall) -> web.Response:
    sent = call.sent(UserIn)
    async with call.services.database.transaction() as conn:
        person = await people.create(conn, call.actor, sent.name, sent.email, role=Role(sent.role))
    return answer(call, user_out(person), status=201)


async def list_users(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        page = await people.page(conn, call.actor, limit=asked.limit, cursor=asked.cursor)
    return answer(call, {"items": [user_out(p) for p in page.items], "next_cursor": page.next_cursor})


async def list_labels(call: ApiCall) -> web.Response:
    asked = call.asked(Page)
    async with call.services.database.connection() as conn:
        page = await labels.page(conn, call.actor, limit=asked.limit, cursor=asked.cursor)
    items = [{"id": label.label_id, "name": label.name} for label in page.items]
    return answer(call, {"items": items, "next_cursor": page.next_cursor})


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
