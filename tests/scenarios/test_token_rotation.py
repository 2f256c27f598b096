"""An app whose tokens end after twelve hours: each is renewed in time, once, whoever and however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.installations import StoredInstallations
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from bot.rotating import AHEAD, InstallingClient, Rotation
from bot.settings import Settings
from db.ids import WorkspaceId
from handlers.uninstalling import renew_seals
from handlers.vault import Vault
from tests.faults.ports import free_port
from tests.scenarios.conftest import MANIFEST
from tests.scenarios.test_installing import HOME, KEY, Browser, ask

HOURS = 3600.0


class Clock:
    """Slack's and the bot's together; PostgreSQL keeps its own."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
        self._slack.advance(seconds)


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["settings"]["token_rotation_enabled"] = True
    async with LocalSlack(manifest=manifest, rate_limits="off") as local:
        yield local


@pytest.fixture
def clock(slack: LocalSlack) -> Clock:
    return Clock(slack)


@pytest.fixture
async def process(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Process]:
    port = free_port()
    settings = Settings(
        database_url=db_url,
        port=port,
        slack_signing_secret=slack.signing_secret,
        slack_client_id=slack.config.client_id,
        slack_client_secret=slack.config.client_secret,
        secret_key=KEY,
        slack_api_url=slack.api_url,
        public_url=f"http://127.0.0.1:{port}",
        log="text",
    )
    async with running(settings, Options(clock=clock)) as opened:
        slack.request_url = f"{opened.url}/slack/events"
        await Browser(opened).install(HOME)
        yield opened
        await slack.settled()


def rotation(process: Process, slack: LocalSlack, clock: Clock) -> Rotation:
    """As another replica has it."""
    return Rotation(
        process.services.database,
        Vault(KEY),
        InstallingClient(base_url=slack.api_url),
        clock,
        client_id=slack.config.client_id,
        client_secret=slack.config.client_secret,
    )


def exchanges(slack: LocalSlack) -> int:
    return sum(call.args.get("grant_type") == "refresh_token" for call in slack.calls_of("oauth.v2.access"))


async def test_a_token_is_renewed_before_its_end_and_the_old_one_serves_until_then(
    slack: LocalSlack, process: Process, clock: Clock
) -> None:
    first, mine = slack.token(HOME), rotation(process, slack, clock)
    assert first.startswith("xoxe.xoxb-")
    await mine.renew_due()
    assert exchanges(slack) == 0
    clock.advance(12 * HOURS - AHEAD.total_seconds() + 60)
    await mine.renew_due()
    await mine.renew_due()
    assert exchanges(slack) == 1
    assert slack.token(HOME) != first
    # Whoever still holds the old one can go on with it.
    assert (await AsyncWebClient(token=first, base_url=slack.api_url).auth_test())["ok"]
    assert "LDG-1" in await ask(slack, process, HOME, "new Renewed")
    process.services.slack.forget(WorkspaceId(HOME))
    client = await process.services.slack.client(WorkspaceId(HOME))
    assert client.token == slack.token(HOME)
    clock.advance(4 * HOURS)
    assert (await client.auth_test())["ok"]
    with pytest.raises(SlackApiError, match="token_expired"):
        await AsyncWebClient(token=first, base_url=slack.api_url).auth_test()


async def test_many_replicas_renew_once(slack: LocalSlack, process: Process, clock: Clock) -> None:
    clock.advance(11 * HOURS)
    await asyncio.gather(*(rotation(process, slack, clock).renew_due() for _ in range(5)))
    assert exchanges(slack) == 1


async def test_after_a_night_without_a_process_the_next_request_renews(
    slack: LocalSlack, process: Process, clock: Clock
) -> None:
    clock.advance(30 * HOURS)
    replicas = [
        StoredInstallations(process.services.database, Vault(KEY), rotation=rotation(process, slack, clock))
        for _ in range(4)
    ]
    found = await asyncio.gather(*(each.find(team_id=HOME, enterprise_id=None) for each in replicas))
    assert {each.bot_token for each in found if each is not None} == {slack.token(HOME)}
    assert exchanges(slack) == 1


async def test_slack_away_loses_nothing(slack: LocalSlack, process: Process, clock: Clock) -> None:
    clock.advance(11 * HOURS)
    mine = rotation(process, slack, clock)
    slack.faults.add(method="oauth.v2.access", status=500)
    await mine.renew_due()
    assert "No issue" in await ask(slack, process, HOME, "list")
    await mine.renew_due()
    clock.advance(2 * HOURS)
    found = await StoredInstallations(process.services.database, Vault(KEY)).find(
        team_id=HOME, enterprise_id=None
    )
    assert found is not None
    assert found.bot_token == slack.token(HOME)


async def test_a_refusal_is_logged_and_installing_again_mends_it(
    slack: LocalSlack, process: Process, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.advance(11 * HOURS)
    slack.faults.add(method="oauth.v2.access", error="invalid_refresh_token")
    await rotation(process, slack, clock).renew_due()
    assert "must be installed again" in caplog.text
    clock.advance(2 * HOURS)
    await Browser(process).install(HOME)
    assert "No issue" in await ask(slack, process, HOME, "list")


async def test_refresh_tokens_are_sealed_and_take_new_keys(
    slack: LocalSlack, process: Process, clock: Clock
) -> None:
    async with process.services.database.connection() as conn:
        row = await conn.fetchrow("SELECT sealed_refresh, expires_at FROM installations")
    secret = slack.state.installations[HOME].refresh_token
    assert secret
    assert secret.encode() not in row["sealed_refresh"]
    fresh = "A" * 43 + "="
    assert await renew_seals(process.services, Vault(f"{fresh},{KEY}")) == 2
    clock.advance(11 * HOURS)
    alone = rotation(process, slack, clock)
    alone._vault = Vault(fresh)
    await alone.renew_due()
    assert exchanges(slack) == 1
    await slack.person("ada").uninstall_app()
    await slack.settled()
    async with process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT sealed_refresh IS NULL AND expires_at IS NULL FROM installations")
