"""CSV by HTTP: counts, every bad line, and no issue twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from db import imports
from tests.handlers.api.conftest import Api

GOOD = b"title,description,priority,status\nA,one,high,OPEN\nB,two,low,IN_PROGRESS\nC,,medium,CLOSED\n"


async def sent(
    api: Api,
    data: bytes,
    *,
    query: str = "",
    token: str = "member",
    name: str = "issues.csv",
    key: str | None = None,
) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", data, filename=name, content_type="text/csv")
    headers = {"Idempotency-Key": key} if key else {}
    return await api.call("POST", f"/issues/import{query}", data=form, token=token, headers=headers)


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
        (b"PK\x03\x04", "workbook-broken"),
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


async def test_the_same_file_under_the_same_key_is_answered_as_it_was_the_first_time(api: Api) -> None:
    bad = GOOD + b"E,,,purple\n"
    first, again = await sent(api, bad, key="move-in"), await sent(api, bad, key="move-in")
    assert first.status == again.status == 201
    assert await first.json() == await again.json()
    refused = [await sent(api, b"title\n", key="empty") for _ in range(2)]
    assert [answer.status for answer in refused] == [422, 422]
    assert (await refused[0].json())["errors"] == (await refused[1].json())["errors"]


async def test_another_file_or_other_options_under_the_same_key_are_refused(api: Api) -> None:
    await sent(api, GOOD, key="move-in")
    for data, query in ((GOOD + b"D,,,open\n", ""), (GOOD, "?existing=update")):
        answer = await sent(api, data, query=query, key="move-in")
        assert answer.status == 422
        assert (await answer.json())["type"].endswith("key-reused")
    assert len((await (await api.call("GET", "/issues")).json())["items"]) == 3


async def test_an_import_whose_process_died_is_taken_up_by_the_same_request(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> Any:
        raise ConnectionError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(imports, "surveyed", dies)
        assert (await sent(api, GOOD, key="move-in")).status >= 500
    # As long as somebody may be at it nobody else is.
    assert (await sent(api, GOOD, key="move-in")).status == 503
    monkeypatch.setattr(imports, "ABANDONED", timedelta(0))
    answer = await sent(api, GOOD, key="move-in")
    assert (answer.status, (await answer.json())["created"]) == (201, 3)
