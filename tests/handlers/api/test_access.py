import asyncio
import json
from typing import Any

import bcrypt
import pytest
from aiohttp import FormData

from handlers.api.app import create_api
from handlers.api.secrets import BadToken, TokenChecker, TooManyTries, make_secret
from tests.handlers.api.conftest import Api

_ID = "0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
# What is there for everybody; any other route, also one that is added, wants a token.
_OPEN = {"/openapi.json", "/docs"}
_BODIES: dict[str, Any] = {
    "POST /v1/users": {"name": "Mallory"},
    "POST /v1/issues": {"title": "Theirs"},
    "PATCH /v1/issues/{id}": {"title": "Theirs"},
    "DELETE /v1/issues/{id}": None,
    "POST /v1/issues/bulk-status": {"ids": [_ID], "status": "closed"},
    "POST /v1/issues/import": None,
    "POST /v1/issues/{id}/comments": {"body": "Theirs"},
    "PUT /v1/issues/{id}/labels": {"labels": ["theirs"]},
}


def _routes() -> list[str]:
    """Every route of the application as the bot mounts it."""
    nobody: Any = None
    app = create_api(nobody, nobody)
    routes = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    return sorted(f"{method} {path}" for method, path in routes if path not in _OPEN and method != "HEAD")


ROUTES = _routes()


def _call(route: str, issue: str = _ID) -> tuple[str, str, dict[str, Any]]:
    method, path = route.split(" ")
    path = path.removeprefix("/v1").replace("{id}", issue)
    if route.endswith("/import"):
        form = FormData()
        form.add_field("file", b"title\nTheirs\n", filename="a.csv")
        return method, path, {"data": form}
    body = _BODIES.get(route)
    return method, path, {"json": json.loads(json.dumps(body).replace(_ID, issue))} if body else {}


def test_every_route_that_changes_something_is_tried() -> None:
    assert {route for route in ROUTES if not route.startswith("GET ")} == set(_BODIES)
    assert len(ROUTES) >= 13


@pytest.mark.parametrize("route", ROUTES)
async def test_no_route_answers_without_a_valid_token(api: Api, route: str) -> None:
    checker_allows = 5
    for count, token in enumerate([None, "nonsense", "ldg_aaaaaaaaaaaa_" + "a" * 43, "expired", "revoked"]):
        assert count < checker_allows
        method, path, options = _call(route)
        answer = await api.call(method, path, token=token, **options)
        assert (answer.status, token) == (401, token)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await answer.json())["type"].endswith("#unauthorized")
    basic = await api.client.request(
        "GET",
        f"/api/v1{_call(route)[1]}",
        headers={"Authorization": "Basic YTpi", "X-Forwarded-For": "10.0.0.9"},
    )
    assert basic.status in (401, 405, 429)


_MARK = "Quagmire"


async def _marked(api: Api) -> dict[str, Any]:
    made = await api.create(title=f"{_MARK} title", description=f"{_MARK} text", labels=[f"{_MARK} label"])
    await api.call("POST", f"/issues/{made['id']}/comments", json={"body": f"{_MARK} comment"})
    return made


async def _state(api: Api) -> list[Any]:
    """Everything about the marked issue that could be changed."""
    async with api.database.connection() as conn:
        return [
            [tuple(row) for row in await conn.fetch(statement)]
            for statement in (
                "SELECT * FROM issues WHERE title LIKE 'Quagmire%'",
                "SELECT c.* FROM comments c JOIN issues i USING (issue_id) WHERE i.title LIKE 'Quagmire%'",
                "SELECT l.* FROM issue_labels l JOIN issues i USING (issue_id) WHERE i.title LIKE 'Quagmire%'",
            )
        ]


@pytest.mark.parametrize("route", ROUTES)
async def test_who_may_not_see_an_issue_neither_reads_nor_changes_it(api: Api, route: str) -> None:
    """A token of another workspace, and one of a guest who neither filed it nor is assigned it."""
    made = await _marked(api)
    before = await _state(api)
    for token in ("elsewhere", "guest"):
        method, path, options = _call(route, made["id"])
        answer = await api.call(method, path, token=token, **options)
        said = await answer.text()
        assert answer.status < 500, said
        # A guest may see which labels there are.
        said = said if token == "elsewhere" else said.replace(f"{_MARK} label", "")
        assert _MARK not in said, (token, said)
        if "{id}" in route:
            assert answer.status in (403, 404), (token, said)
    assert await _state(api) == before


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


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every secret that bcrypt was asked about."""
    asked: list[bytes] = []
    real = bcrypt.checkpw

    def spy(secret: bytes, against: bytes) -> bool:
        asked.append(secret)
        return real(secret, against)

    monkeypatch.setattr(bcrypt, "checkpw", spy)
    return asked


async def test_a_token_costs_bcrypt_once_however_many_ask_at_once(api: Api, hashed: list[bytes]) -> None:
    clock = [0.0]
    checker = TokenChecker(api.database, keep=15, now=lambda: clock[0])
    text = api.tokens["member"]
    found = await asyncio.gather(*(checker.check(text, "127.0.0.1") for _ in range(50)))
    assert len({token.token_id for token in found}) == 1
    assert len(hashed) == 1
    clock[0] = 16
    await asyncio.gather(*(checker.check(text, "127.0.0.1") for _ in range(50)))
    assert len(hashed) == 1
    checker.close()


async def test_a_token_whose_hash_was_changed_is_hashed_again(api: Api, hashed: list[bytes]) -> None:
    clock = [0.0]
    checker = TokenChecker(api.database, keep=15, now=lambda: clock[0])
    token = await checker.check(api.tokens["member"], "127.0.0.1")
    async with api.database.connection() as conn:
        await conn.execute(
            "UPDATE tokens SET secret_hash = $2 WHERE token_id = $1",
            token.token_id,
            bcrypt.hashpw(b"other", bcrypt.gensalt(4)).decode(),
        )
    clock[0] = 16
    with pytest.raises(BadToken):
        await checker.check(api.tokens["member"], "127.0.0.1")
    assert len(hashed) == 2
    checker.close()


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
