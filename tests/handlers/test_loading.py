"""Whoever waits for a form may close what says so; anything else that goes wrong is not passed over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers import loading
from handlers.views.blocks import Json
from handlers.words import words


class Refusing(AsyncWebClient):
    def __init__(self, error: str) -> None:
        self.error = error

    async def views_update(self, **_: Any) -> Any:
        raise SlackApiError(self.error, {"ok": False, "error": self.error})  # type: ignore[no-untyped-call] # slack_sdk


async def opened_late(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    ready = asyncio.Event()

    async def making() -> Json:
        await ready.wait()
        return {"type": "modal"}

    async def opens(view: Json) -> str:
        assert view["callback_id"] == "loading"
        ready.set()
        return "V1"

    monkeypatch.setattr(loading, "PATIENCE", 0.0)
    assert await loading.present(opens, Refusing(error), making(), words("en")) is None


async def test_a_view_that_was_closed_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    await opened_late(monkeypatch, "not_found")


async def test_a_form_that_slack_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SlackApiError):
        await opened_late(monkeypatch, "invalid_arguments")
