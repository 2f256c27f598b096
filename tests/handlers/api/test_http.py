"""What HTTP itself promises: methods, caching, compression, limits, repeats."""

import asyncio
import gzip
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from handlers.api.endpoint import BODY_LIMIT
from tests.handlers.api.conftest import Api


async def test_head_is_get_without_a_body(api: Api) -> None:
    made = await api.create()
    for path in ("/issues", f"/issues/{made['id']}", "/labels"):
        answer = await api.call("HEAD", path)
        assert (answer.status, await answer.read()) == (200, b"")
    assert (await api.call("HEAD", "/issues", token=None)).status == 401


async def test_other_methods_name_those_that_are_allowed(api: Api) -> None:
    for method in ("OPTIONS", "PUT", "DELETE", "TRACE"):
        answer = await api.call(method, "/issues", headers={"Origin": "https://elsewhere.example"})
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")
        assert (await answer.json())["type"].endswith("#method-not-allowed")


async def test_no_other_origin_is_let_in(api: Api) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = await api.call(method, "/issues", headers=headers)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_an_issue_that_is_the_same_is_not_sent_again(api: Api) -> None:
    made = await api.create()
    path = f"/issues/{made['id']}"
    tag = (await api.call("GET", path)).headers["ETag"]
    same = await api.call("GET", path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status, await same.read(), same.headers["ETag"]) == (304, b"", tag)
    await api.call("POST", f"{path}/comments", json={"body": "News, and the version is the same"})
    other = await api.call("GET", path, headers={"If-None-Match": tag})
    assert other.status == 200
    assert other.headers["ETag"] != tag
    changed = await api.call(
        "PATCH", path, json={"title": "New"}, headers={"If-Match": other.headers["ETag"]}
    )
    assert changed.status == 200
    late = await api.call("PATCH", path, json={"title": "Late"}, headers={"If-Match": tag})
    assert late.status == 412


async def test_lists_link_to_their_next_page(api: Api) -> None:
    for number in range(3):
        await api.create(title=f"Issue {number}", labels=[f"label {number}"])
        await api.call("POST", "/users", json={"name": f"Person {number}"})
    for path in ("/issues?q=status%3Aopen&limit=2", "/labels?limit=2", "/users?limit=2"):
        first = await api.call("GET", path)
        page = await first.json()
        address, _, relation = first.headers["Link"].partition("; ")
        assert relation == 'rel="next"'
        following = urlsplit(address.strip("<>"))
        asked = dict(parse_qsl(following.query))
        assert asked["cursor"] == page["next_cursor"]
        assert asked["limit"] == "2"
        second = await api.call("GET", following.path.removeprefix("/api/v1"), params=asked)
        shown = {item["id"] for item in (await second.json())["items"]}
        assert shown
        assert not shown & {item["id"] for item in page["items"]}


async def test_the_last_page_has_no_link(api: Api) -> None:
    await api.create()
    assert "Link" not in (await api.call("GET", "/issues")).headers


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("br", False)],
)
async def test_who_does_not_accept_gzip_does_not_get_it(api: Api, accepted: str, compressed: bool) -> None:
    await api.create(description="x" * 5000)
    answer = await api.call("GET", "/issues", headers={"Accept-Encoding": accepted})
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert (answer.headers.get("Content-Encoding") == "gzip") is compressed
    assert len((await answer.json())["items"]) == 1


async def test_bodies_may_be_compressed_and_are_limited_as_they_unfold(api: Api) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    small = gzip.compress(json.dumps({"title": "Packed"}).encode())
    assert (await api.call("POST", "/issues", data=small, headers=headers)).status == 201
    bomb = gzip.compress(b" " * (BODY_LIMIT * 20))
    answer = await api.call("POST", "/issues", data=bomb, headers=headers)
    assert (answer.status, (await answer.json())["type"]) == (413, "/api/docs#too-large")
    whole = json.dumps({"title": "x", "description": "y" * BODY_LIMIT}).encode()
    answer = await api.call("POST", "/issues", data=whole, headers={"Content-Type": "application/json"})
    assert answer.status == 413


async def _thing(api: Api, route: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A path, a body, and another body."""
    made = await api.create()
    things: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
        "users": ("/users", {"name": "Robin"}, {"name": "Other"}),
        "mailed": ("/users", {"name": "Robin", "email": "r@example.com"}, {"name": "Other"}),
        "issues": ("/issues", {"title": "Once"}, {"title": "Other"}),
        "labelled": ("/issues", {"title": "Once", "labels": ["new"]}, {"title": "Other"}),
        "comments": (f"/issues/{made['id']}/comments", {"body": "Once"}, {"body": "Other"}),
        "bulk": (
            "/issues/bulk-status",
            {"ids": [made["id"]], "status": "closed"},
            {"ids": [made["id"]], "status": "open"},
        ),
    }
    return things[route]


async def _counted(api: Api) -> list[int]:
    async with api.database.connection() as conn:
        return [
            await conn.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("issues", "comments", "people", "events", "changes")
        ]


@pytest.mark.parametrize("route", ["users", "mailed", "issues", "labelled", "comments", "bulk"])
async def test_a_repeated_request_has_one_effect_and_one_answer(api: Api, route: str) -> None:
    path, body, other = await _thing(api, route)
    before = await _counted(api)
    headers = {"Idempotency-Key": "k-1"}

    async def send(what: dict[str, Any]) -> tuple[int, Any]:
        answer = await api.call("POST", path, token="admin", json=what, headers=headers)
        return answer.status, await answer.json()

    answers = await asyncio.gather(*(send(body) for _ in range(6)))
    after = await _counted(api)
    assert [status for status, _ in answers] == [answers[0][0]] * 6, answers
    assert [said for _, said in answers] == [answers[0][1]] * 6
    assert await send(body) == answers[0]
    assert await _counted(api) == after
    assert [new - old for new, old in zip(after, before, strict=True)][:3] == {
        "users": [0, 0, 1],
        "mailed": [0, 0, 1],
        "issues": [1, 0, 0],
        "labelled": [1, 0, 0],
        "comments": [0, 1, 0],
        "bulk": [0, 0, 0],
    }[route]
    status, said = await send(other)
    assert (status, said["type"]) == (422, "/api/docs#key-reused")
    assert await _counted(api) == after


async def test_a_key_is_each_tokens_own(api: Api) -> None:
    headers = {"Idempotency-Key": "shared"}
    mine = await (await api.call("POST", "/issues", json={"title": "Mine"}, headers=headers)).json()
    theirs = await api.call("POST", "/issues", token="admin", json={"title": "Theirs"}, headers=headers)
    assert (await theirs.json())["id"] != mine["id"]


async def test_fields_are_called_as_they_were_sent(api: Api) -> None:
    nobody = "0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
    for field in ("assignee_id", "reporter_id", "parent_id"):
        answer = await api.call("POST", "/issues", json={"title": "x", field: nobody})
        assert answer.status == 422
        assert [error["field"] for error in (await answer.json())["errors"]] == [field]


async def test_bad_parameters_are_told_all_at_once(api: Api) -> None:
    answer = await api.call("GET", "/issues", params={"limit": "1000", "q": "x" * 1001, "page": "2"})
    assert answer.status == 422
    assert {error["field"] for error in (await answer.json())["errors"]} == {"limit", "q", "page"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="\x1f"\r\n\r\na\r\n--x--',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\na\r\n--x--',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\nContent-Length: z\r\n\r\na\r\n--x--',
        ),
    ],
)
async def test_a_form_that_is_broken_is_told_so(api: Api, kind: str, body: bytes) -> None:
    answer = await api.call("POST", "/issues/import", data=body, headers={"Content-Type": kind})
    assert answer.status in (400, 422), await answer.text()
    assert answer.content_type == "application/problem+json"


async def test_an_error_of_our_own_is_found_by_its_reference(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("db.labels.page", broken)
    answer = await api.call("GET", "/labels")
    problem = await answer.json()
    assert (answer.status, problem["type"]) == (500, "/api/docs#internal")
    assert "secret" not in str(problem)
    assert problem["reference"] == answer.headers.get("X-Request-Id", problem["reference"])
    assert "RuntimeError" in caplog.text
