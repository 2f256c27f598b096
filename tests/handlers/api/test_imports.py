"""CSV by HTTP: counts, every bad line, and no issue twice."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.handlers.api.conftest import Api

GOOD = b"title,description,priority,status\nA,one,high,OPEN\nB,two,low,IN_PROGRESS\nC,,medium,CLOSED\n"


async def sent(
    api: Api, data: bytes, *, query: str = "", token: str = "member", name: str = "issues.csv"
) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", data, filename=name, content_type="text/csv")
    return await api.call("POST", f"/issues/import{query}", data=form, token=token)


async def test_a_file_becomes_issues_once(api: Api) -> None:
    first = await sent(api, GOOD)
    assert first.status == 201, await first.text()
    assert {k: v for k, v in (await first.json()).items() if k != "id"} == {
        "rows": 3, "created": 3, "updated": 0, "skipped": 0, "failed": 0, "errors": []}  # fmt: skip
    again = await sent(api, GOOD)
    assert (again.status, (await again.json())["skipped"]) == (200, 3)
    listed = await (await api.call("GET", "/issues?q=sort:created")).json()
    assert {item["title"] for item in listed["items"]} == {"A", "B", "C"}


async def test_bad_rows_are_told_by_line_and_the_rest_comes_along(api: Api) -> None:
    answer = await (await sent(api, GOOD + b",no title,,\nE,,,purple\n")).json()
    assert (answer["created"], answer["failed"]) == (3, 2)
    assert [(error["line"], error["code"]) for error in answer["errors"]] == [
        (5, "no-title"),
        (6, "unknown-status"),
    ]


async def test_all_or_nothing_writes_nothing(api: Api) -> None:
    answer = await sent(api, GOOD + b"E,,,purple\n", query="?all_or_nothing=true")
    assert answer.status == 422
    assert [error["line"] for error in (await answer.json())["errors"]] == [5]
    assert (await (await api.call("GET", "/issues")).json())["items"] == []


async def test_a_file_that_cannot_be_read_is_refused_in_words(api: Api) -> None:
    for data, code in (
        (b"", "empty"),
        (b"title\n", "header-only"),
        (b"A,high\nB,low\n", "no-header"),
        (b"PK\x03\x04", "workbook"),
    ):
        answer = await sent(api, data)
        assert answer.status == 422
        body = await answer.json()
        assert body["errors"][0]["code"] == code
        assert len(body["detail"]) > 10


async def test_what_is_no_form_is_refused(api: Api) -> None:
    assert (await api.call("POST", "/issues/import", json={"file": "x"})).status == 415
    form = aiohttp.FormData()
    form.add_field("other", b"x", filename="x.csv")
    assert (await api.call("POST", "/issues/import", data=form)).status == 422


async def test_a_guest_token_imports_nothing(api: Api) -> None:
    assert (await sent(api, GOOD, token="guest")).status == 403
