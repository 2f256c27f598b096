"""A webhook made in Slack, and the other program that was given its address and secret."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.handlers.hooks.bodies import ALERTS
from tests.scenarios.conftest import Json, Lodge, said


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Another program, which was given the address and the secret."""

    lodge: Lodge
    path: str
    secret: str
    auth: str

    async def send(
        self, body: Any, headers: dict[str, str] | None = None, *, secret: str | None = None
    ) -> tuple[int, Json]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        secret = secret or self.secret
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.auth == "bearer":
            sent["Authorization"] = f"Bearer {secret}"
        else:
            signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            sent["X-Hub-Signature-256"] = f"sha256={signature}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.lodge.process.url}{self.path}", data=raw, headers=sent) as answer,
        ):
            return answer.status, await answer.json()


async def make(lodge: Lodge, kind: str, auth: str, mapping: str = "", channel: str = "general") -> Sender:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue webhook new")
    view = await ada.expect_modal(lambda shown: shown["callback_id"] == "webhook_form")
    values: Json = {
        "name": {"name": f"{kind} hook"},
        "kind": {"kind": kind},
        "auth": {"auth": auth},
        "mapping": {"mapping": mapping},
    }
    if channel:
        values["channel"] = {"channel": lodge.slack.channel(channel).id}
    outcome = await ada.submit(view["id"], values)
    assert outcome.outcome == "updated", outcome
    assert outcome.view is not None
    return Sender(lodge=lodge, auth=auth, **shown_in(outcome.view))


def shown_in(view: Json) -> dict[str, str]:
    address, secret = (
        block["elements"][0]["elements"][0]["text"]
        for block in view["blocks"]
        if block["type"] == "rich_text"
    )
    return {"path": re.sub(r"^https?://[^/]+", "", address), "secret": secret}


def alert(status: str, *, starts: str = "08:00", ends: str = "08:30", name: str = "7f2a") -> Json:
    body = copy.deepcopy(ALERTS)
    one = body["alerts"][0]
    one |= {"status": status, "fingerprint": name, "startsAt": f"2026-11-02T{starts}:00Z"}
    if status == "resolved":
        one["endsAt"] = f"2026-11-02T{ends}:00Z"
    body["alerts"] = [one]
    return body


async def listed(lodge: Lodge, query: str = "status:open,closed") -> str:
    return said(await lodge.ask("ada", f"list {query}"))
