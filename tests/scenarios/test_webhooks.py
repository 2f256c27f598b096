"""Webhooks made in Slack: who gets in, what their owners see and do, and what nobody else does."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from db import sealed, webhooks
from db.access import Actor
from db.ids import WorkspaceId
from db.states import Role
from handlers.hooks.upkeep import forget_old, renew_seals
from handlers.vault import Vault
from tests.handlers.hooks.bodies import SENTRY_ISSUE
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.redelivery import again
from tests.scenarios.webhooks import listed, make, shown_in


async def test_sentrys_own_secret_can_be_entered(lodge: Lodge) -> None:
    sender = await make(lodge, "sentry", "hmac")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_rotate", channel="general", ts=shown["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "webhook_secret_form")
    short = await ada.submit(form["id"], {"given": {"given": "short"}})
    assert short.errors is not None
    outcome = await ada.submit(form["id"], {"given": {"given": "sentry-client-secret-0123456789"}})
    assert outcome.outcome == "updated"
    assert (await sender.send(SENTRY_ISSUE))[0] == 401
    answer = await sender.send(
        SENTRY_ISSUE,
        {"Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": "1793606400"},
        secret="sentry-client-secret-0123456789",
    )
    assert answer[0] == 200
    assert "ReferenceError" in await listed(lodge)


async def test_a_secret_made_anew_is_the_only_one_and_its_form_sent_again_makes_no_other(
    lodge: Lodge,
) -> None:
    sender = await make(lodge, "generic", "hmac")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_rotate", channel="general", ts=shown["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "webhook_secret_form")
    outcome = await ada.submit(form["id"])
    assert outcome.view is not None
    anew = replace(sender, secret=shown_in(outcome.view)["secret"])
    assert (await sender.send({"title": "By the old one"}))[0] == 401
    assert (await anew.send({"title": "By the new one"}))[0] == 200
    for _ in range(2):
        await again(lodge, lodge.slack.deliveries[-1])
    assert (await anew.send({"title": "Still by the new one"}))[0] == 200


async def test_nobody_without_the_secret_gets_in(lodge: Lodge) -> None:
    for kind, auth in (("generic", "hmac"), ("generic", "bearer")):
        sender = await make(lodge, kind, auth)
        assert (await sender.send({"title": "x"}, secret="wrong"))[0] == 401
        async with aiohttp.ClientSession() as session:
            answer = await session.post(f"{lodge.process.url}{sender.path}", json={"title": "x"})
            assert answer.status == 401
            answer = await session.post(f"{lodge.process.url}/hooks/0123456789ab", json={"title": "x"})
            assert answer.status == 404
            answer = await session.post(
                f"{lodge.process.url}{sender.path}", data=io.BytesIO(b" " * 1_100_000)
            )
            assert answer.status == 413
    assert "No issue" in await listed(lodge)


async def test_the_form_tells_each_mistake_at_its_field(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue webhook new")
    view = await ada.expect_modal()
    values = {
        "name": {"name": "x"},
        "kind": {"kind": "github"},
        "auth": {"auth": "bearer"},
        "mapping": {"mapping": '{"titel": "x"}'},
    }
    outcome = await ada.submit(view["id"], values)
    assert outcome.errors is not None
    assert set(outcome.errors) == {"auth", "mapping"}
    assert "needs" in said(await lodge.ask("grace", "webhook"))


async def test_a_deleted_webhook_takes_nothing_and_leaves_its_issues(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"title": "Stays"})
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    await ada.expect_message("general", lambda message: "is deleted" in said(message))
    assert (await sender.send({"title": "Goes"}))[0] == 404
    assert "Stays" in await listed(lodge)


async def test_the_form_of_a_deleted_webhook_sent_again_makes_none(lodge: Lodge) -> None:
    await make(lodge, "generic", "hmac")
    form = next(each for each in lodge.slack.deliveries if each.payload.get("type") == "view_submission")
    ada = lodge.person("ada")
    shown = await lodge.ask("ada", "webhook")
    await ada.click("webhook_delete", channel="general", ts=shown["ts"])
    await lodge.settled()
    for _ in range(2):
        await again(lodge, form)
    assert "There are no webhooks" in said(await lodge.ask("ada", "webhook"))
    await make(lodge, "generic", "hmac")
    assert "generic hook" in said(await lodge.ask("ada", "webhook"))


async def test_secrets_are_sealed_and_can_be_sealed_anew(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    services = lodge.process.services
    async with services.database.connection() as conn:
        assert sender.secret not in await conn.fetchval("SELECT string_agg(h::text, '') FROM webhooks h")
        [kept] = await sealed.every_secret(conn)
    assert await renew_seals(services) == 0
    with pytest.raises(Exception, match="LODGE_SECRET_KEY"):
        Vault(None, derived_from="another").unseal(f"secret of webhook {sender.path[7:]}", kept.sealed)


async def test_another_workspace_neither_sees_nor_touches_it(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"nothing": 1})
    other = Actor(workspace_id=WorkspaceId("T0ELSE"), person_id=None, role=Role.ADMIN)
    async with lodge.process.services.database.connection() as conn:
        webhook_id = sender.path.rpartition("/")[2]
        assert await webhooks.listed(conn, other) == ()
        for call in (
            webhooks.mine(conn, other, webhook_id),
            webhooks.delete(conn, other, webhook_id),
            webhooks.rotate(conn, other, webhook_id, b"x"),
        ):
            with pytest.raises(Exception, match="no webhook"):
                await call


async def test_what_is_old_is_forgotten(lodge: Lodge) -> None:
    sender = await make(lodge, "generic", "hmac")
    await sender.send({"title": "done"})
    await sender.send({"nothing": 1})
    services = lodge.process.services
    async with services.database.connection() as conn:
        for days, left in ((6, 2), (8, 1), (31, 0)):
            await conn.execute("UPDATE webhook_arrivals SET at = $1", services.clock() - timedelta(days=days))
            await forget_old(services)
            assert await conn.fetchval("SELECT count(*) FROM webhook_arrivals") == left
