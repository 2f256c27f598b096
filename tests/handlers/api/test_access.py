import time
from typing import Any

import pytest

from handlers.api.app import ENDPOINTS
from handlers.api.secrets import BadToken, TokenChecker, TooManyTries, make_secret
from tests.handlers.api.conftest import Api

_ID = "0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
_BODIES: dict[str, Any] = {
    "POST /users": {"name": "Mallory"},
    "POST /issues": {"title": "Theirs"},
    "PATCH /issues/{id}": {"title": "Theirs"},
    "POST /issues/bulk-status": {"ids": [_ID], "status": "closed"},
    "POST /issues/{id}/comments": {"body": "Theirs"},
    "PUT /issues/{id}/labels": {"labels": ["theirs"]},
}
ROUTES = [f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS if not endpoint.upload]


def _call(route: str) -> tuple[str, str, dict[str, Any]]:
    method, path = route.split(" ")
    body = _BODIES.get(route)
    return method, path.replace("{id}", _ID), {"json": body} if body is not None else {}


def test_every_route_that_takes_a_body_is_tried() -> None:
    assert {r for r in ROUTES if r.split(" ")[0] != "GET"} == set(_BODIES)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("token", [None, "nonsense", "ldg_aaaaaaaaaaaa_" + "a" * 43, "expired", "revoked"])
async def test_no_route_answers_without_a_valid_token(api: Api, route: str, token: str | None) -> None:
    method, path, options = _call(route)
    answer = await api.call(method, path, token=token, **options)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (await answer.json())["type"].endswith("#unauthorized")


@pytest.mark.parametrize("route", [r for r in ROUTES if "{id}" in r or "bulk" in r])
async def test_another_workspaces_token_finds_nothing(api: Api, route: str) -> None:
    made = await api.create()
    method, path, options = _call(route)
    if "bulk" in route:
        options = {"json": {"ids": [made["id"]], "status": "closed"}}
    answer = await api.call(method, path.replace(_ID, made["id"]), token="elsewhere", **options)
    assert answer.status in (404, 422)
    unchanged = await (await api.call("GET", f"/issues/{made['id']}")).json()
    assert {k: unchanged[k] for k in ("title", "status", "version", "comments", "labels")} == {
        "title": "Login fails", "status": "open", "version": 1, "comments": [], "labels": [],
    }  # fmt: skip


async def test_another_workspaces_lists_are_empty(api: Api) -> None:
    await api.create(labels=["bug"])
    for path in ("/issues", "/labels", "/users"):
        assert (await (await api.call("GET", path, token="elsewhere")).json())["items"] == []


async def test_a_guest_sees_only_what_they_filed(api: Api) -> None:
    theirs = await api.create()
    own = await (await api.call("POST", "/issues", token="guest", json={"title": "Mine"})).json()
    listed = await (await api.call("GET", "/issues", token="guest")).json()
    assert [item["id"] for item in listed["items"]] == [own["id"]]
    assert (await api.call("GET", f"/issues/{theirs['id']}", token="guest")).status == 404
    assert (await api.call("PATCH", f"/issues/{own['id']}", token="guest", json={"title": "x"})).status == 403
    assert (await api.call("POST", "/users", token="guest", json={"name": "x"})).status == 403


async def test_a_verified_token_costs_bcrypt_once(api: Api) -> None:
    text = api.tokens["member"]
    await api.checker.check(text, "127.0.0.1")
    began = time.perf_counter()
    for _ in range(100):
        await api.checker.check(text, "127.0.0.1")
    # A hundred bcrypt checks, even of the cheapest kind, take longer than this by far.
    assert time.perf_counter() - began < 0.1


async def test_wrong_tokens_slow_their_sender_down_and_nobody_else(api: Api) -> None:
    wrong = "ldg_aaaaaaaaaaaa_" + "a" * 43
    for _ in range(5):
        with pytest.raises(BadToken):
            await api.checker.check(wrong, "10.0.0.1")
    with pytest.raises(TooManyTries) as refused:
        await api.checker.check(wrong, "10.0.0.1")
    assert 1 <= refused.value.retry_after <= 60
    assert await api.checker.check(api.tokens["member"], "10.0.0.2")


async def test_a_known_token_is_served_even_where_wrong_ones_come_from(api: Api) -> None:
    await api.checker.check(api.tokens["member"], "10.0.0.1")
    for _ in range(5):
        with pytest.raises(BadToken):
            await api.checker.check("nonsense", "10.0.0.1")
    assert await api.checker.check(api.tokens["member"], "10.0.0.1")


async def test_a_revoked_token_is_forgotten_after_its_time(api: Api) -> None:
    clock = [0.0]
    checker = TokenChecker(api.database, keep=15, now=lambda: clock[0])
    text = api.tokens["member"]
    token = await checker.check(text, "127.0.0.1")
    async with api.database.connection() as conn:
        await conn.execute("UPDATE tokens SET revoked_at = now() WHERE token_id = $1", token.token_id)
    clock[0] = 16
    with pytest.raises(BadToken):
        await checker.check(text, "127.0.0.1")
    checker.close()


def test_a_secret_is_never_longer_than_bcrypt_reads() -> None:
    secret = make_secret(cost=4)
    assert len(secret.text.split("_", 2)[2].encode()) <= 72
    assert secret.text not in repr(secret)


async def test_last_use_is_noted(api: Api) -> None:
    await api.call("GET", "/issues")
    async with api.database.connection() as conn:
        used = await conn.fetchval("SELECT count(*) FROM tokens WHERE last_used_at IS NOT NULL")
    assert used == 1
