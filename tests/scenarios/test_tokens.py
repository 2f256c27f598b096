"""`/issue token`: a token is made in Slack, shown to one person once, works on the API, and ends when revoked."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp
import pytest

from db import people, workspaces
from db.access import Actor
from db.ids import WorkspaceId
from db.states import Role, Source
from tests.scenarios.conftest import Json, Lodge, said


async def form(lodge: Lodge, name: str = "ada") -> Json:
    person = lodge.person(name)
    await person.slash("general", "/issue token new")
    await lodge.settled()
    return await person.expect_modal()


async def make(lodge: Lodge, label: str, *, name: str = "ada", role: str = "member", days: str = "90") -> str:
    """The text of a new token, as the person reads it."""
    view = await form(lodge, name)
    values = {"name": {"name": label}, "role": {"role": role}, "days": {"days": days}}
    outcome = await lodge.person(name).submit(view["id"], values)
    assert outcome.outcome == "updated", outcome
    assert outcome.view is not None
    return next(text for text in said(outcome.view).split("\n") if text.startswith("ldg_"))


async def api(lodge: Lodge, token: str, method: str = "GET", path: str = "/issues") -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            f"{lodge.process.url}/api/v1{path}",
            headers={"Authorization": f"Bearer {token}"},
            json={"title": "By a program"} if method == "POST" else None,
        ) as answer,
    ):
        return answer.status


async def let_members(lodge: Lodge) -> None:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    admin = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    async with lodge.process.services.database.connection() as conn:
        await workspaces.ensure(conn, workspace_id)
        await workspaces.update_settings(conn, admin, settings={"policy": {"tokens": "member"}})
    lodge.process.services.directory.forget_workspace(workspace_id)


async def test_a_token_made_in_slack_works_on_the_api_until_it_is_revoked(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    token = await make(lodge, "ci <b> *x*")
    assert await api(lodge, token, "POST") == 201
    listed = await lodge.ask("ada", "token")
    assert "ci &lt;b&gt;" in said(listed)
    assert "used" in said(listed)
    assert token.split("_", 2)[2] not in said(listed)
    await ada.click("token_revoke", channel="general", ts=listed["ts"])
    await lodge.settled()
    redrawn = await ada.expect_message("general", lambda message: "is revoked" in said(message))
    assert token.split("_")[1] not in said(redrawn)
    assert await api(lodge, token) == 401
    assert "no tokens" in said(await lodge.ask("ada", "token"))


async def test_the_text_of_a_token_is_in_no_message_log_or_table(
    lodge: Lodge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await make(lodge, "ci")
    secret = token.split("_", 2)[2]
    await lodge.ask("ada", "token")
    assert secret not in caplog.text
    assert not [call for call in lodge.slack.calls if secret in str(call)]
    async with lodge.process.services.database.connection() as conn:
        kept = await conn.fetchval("SELECT string_agg(t::text, ' ') FROM tokens t")
    assert secret not in kept
    assert "$2b$12$" in kept


async def test_only_whom_the_workspace_lets_makes_tokens_and_not_above_their_role(lodge: Lodge) -> None:
    assert "admin" in said(await lodge.ask("grace", "token"))
    await let_members(lodge)
    view = await form(lodge, "grace")
    offered = {
        option["value"]
        for block in view["blocks"]
        if block.get("block_id") == "role"
        for option in block["element"]["options"]
    }
    assert offered == {"member", "guest"}
    await make(lodge, "hers", name="grace", role="guest")
    assert "hers" in said(await lodge.ask("ada", "token"))
    await make(lodge, "ada's own")
    assert "ada's own" not in said(await lodge.ask("grace", "token"))


async def test_a_nameless_token_is_refused_at_its_field(lodge: Lodge) -> None:
    view = await form(lodge)
    outcome = await lodge.person("ada").submit(view["id"], {"name": {"name": "  \u2028 "}})
    assert outcome.errors is not None
    assert set(outcome.errors) == {"name"}


async def test_a_token_ends_with_its_person_and_shrinks_with_their_role(lodge: Lodge) -> None:
    await let_members(lodge)
    token = await make(lodge, "hers", name="grace")
    services = lodge.process.services
    workspace_id = WorkspaceId(lodge.slack.team_id)
    admin = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    async with services.database.connection() as conn:
        grace = (await people.find(conn, admin, "grace"))[0].person_id
        await conn.execute("UPDATE people SET role = 'guest' WHERE person_id = $1", grace)
    assert await api(lodge, token, "GET", "/users") == 200
    services.tokens.forget(token.split("_")[1])
    async with services.database.connection() as conn:
        assert (await services.tokens.check(token, "here")).role is Role.GUEST
        await conn.execute("UPDATE people SET active = false WHERE person_id = $1", grace)
    services.tokens.forget(token.split("_")[1])
    assert await api(lodge, token) == 401


async def test_an_expiring_token_expires(lodge: Lodge) -> None:
    await make(lodge, "short", days="7")
    services = lodge.process.services
    async with services.database.connection() as conn:
        expires = await conn.fetchval("SELECT expires_at FROM tokens")
    assert timedelta(days=6) < expires - services.clock() <= timedelta(days=7)


async def test_a_form_sent_twice_makes_one_token(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    view = await form(lodge)
    values = {"name": {"name": "ci"}}
    await ada.submit(view["id"], values)
    submission = next(
        delivery.payload
        for delivery in reversed(lodge.slack.deliveries)
        if delivery.payload.get("type") == "view_submission"
    )
    assert "sent before" in await delivered_again(lodge, submission)
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM tokens") == 1


async def delivered_again(lodge: Lodge, payload: Json) -> str:
    """As Slack would a second later: a signature of its own, the same form."""
    body = urlencode({"payload": json.dumps(payload)})
    timestamp = str(int(time.time()) + 1)
    signed = hmac.new(
        lodge.slack.signing_secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256
    ).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={signed}",
    }
    url = f"{lodge.process.url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()
