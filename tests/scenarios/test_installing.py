"""One bot in many workspaces: installed by OAuth, apart from each other, taken out, and put in again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
import yaml
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from bot.installations import StoredInstallations
from bot.oauth import SCOPES, Store
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from bot.rotating import token_purpose
from bot.settings import Settings
from db import installations, tokens
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.states import Role
from handlers.api.secrets import BadToken, make_secret
from handlers.errors import NotInstalled
from handlers.uninstalling import KEPT, remove_the_gone, renew_seals
from handlers.vault import Vault
from tests.faults.ports import free_port
from tests.scenarios.conftest import MANIFEST, Lodge, said
from tests.scenarios.test_loading import slow

HOME, OTHER = "T0HARBOUR", "T0OTHER"
KEY = Fernet.generate_key().decode()


@pytest.fixture
def settings(slack: LocalSlack, db_url: str) -> Settings:
    port = free_port()
    return Settings(
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


@pytest.fixture
async def process(slack: LocalSlack, settings: Settings) -> AsyncIterator[Process]:
    slack.add_team(OTHER, "Other")
    async with running(settings, Options()) as opened:
        slack.request_url = f"{opened.url}/slack/events"
        yield opened
        await slack.settled()


class Browser:
    """Follows redirects by hand, with a cookie of its own; Lodge's is for https, which loopback has not."""

    def __init__(self, process: Process, language: str = "en") -> None:
        self._process = process
        self._language = language
        self.cookie = ""

    async def get(self, url: str) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        headers = {"Cookie": self.cookie, "Accept-Language": self._language}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            given = answer.headers.get("Set-Cookie", "")
            if given and "deleted" not in given:
                assert "HttpOnly" in given
                assert "Secure" in given
                self.cookie = given.partition(";")[0]
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def begin(self) -> str:
        status, consent, _ = await self.get(f"{self._process.url}/slack/install")
        assert status == 302
        return consent

    async def decide(self, consent: str, team: str, decision: str = "allow") -> str:
        """Where Slack's page sends the browser back to."""
        parts = urlsplit(consent)
        form = {**dict(parse_qsl(parts.query)), "team": team, "decision": decision}
        page = f"{parts.scheme}://{parts.netloc}{parts.path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(page, data=form, allow_redirects=False) as answer,
        ):
            return str(answer.headers["Location"])

    async def install(self, team: str) -> str:
        status, _, page = await self.get(await self.decide(await self.begin(), team))
        assert status == 200, page
        return page


async def ask(slack: LocalSlack, process: Process, team: str, text: str) -> str:
    person = slack.person("ada", team=team)
    before = [message["ts"] for message in person.ephemerals("general")]
    await person.slash("general", f"/issue {text}")
    await slack.settled()
    found = await person.expect_message(
        "general", lambda message: message.get("is_ephemeral") and message["ts"] not in before
    )
    return said(found)


async def test_two_workspaces_install_and_see_nothing_of_each_other(
    slack: LocalSlack, process: Process
) -> None:
    assert "is installed in Harbour" in await Browser(process).install(HOME)
    assert "ist in Other installiert" in await Browser(process, "de-DE,de;q=0.9").install(OTHER)
    assert "LDG-1" in await ask(slack, process, HOME, "new Ours")
    assert "LDG-1" in await ask(slack, process, OTHER, "new Theirs")
    assert "Theirs" not in await ask(slack, process, HOME, "list")
    assert "Ours" not in await ask(slack, process, OTHER, "list")


async def test_before_it_is_installed_people_are_told_so(slack: LocalSlack, process: Process) -> None:
    assert "not installed" in await ask(slack, process, HOME, "list")
    await Browser(process).install(HOME)
    assert "No issue" in await ask(slack, process, HOME, "list")


async def test_an_installation_that_is_not_known_in_time_is_to_be_asked_for_again(
    slack: LocalSlack, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Browser(process).install(HOME)
    assert "No issue is open" in await ask(slack, process, HOME, "list")
    process.services.slack.forget(WorkspaceId(HOME))
    monkeypatch.setattr("handlers.requesting.PATIENCE", 0.0)
    async with slow(Lodge(slack=slack, process=process), "installations"):
        assert "try again in a few seconds" in await ask(slack, process, HOME, "list")


async def test_a_state_works_once_in_the_browser_that_began_and_in_time(
    slack: LocalSlack, process: Process
) -> None:
    browser = Browser(process)
    back = await browser.decide(await browser.begin(), HOME)
    assert (await Browser(process).get(back))[0] == 400
    assert (await browser.get(back.replace("state=", "state=x")))[0] == 400
    assert (await browser.get(back))[0] == 200
    status, _, page = await browser.get(back)
    assert status == 401
    assert "used before" in page
    late = await browser.decide(await browser.begin(), HOME)
    async with process.services.database.connection() as conn:
        await conn.execute("UPDATE oauth_states SET expires_at = now() - interval '1 second'")
    assert (await browser.get(late))[0] == 401


async def test_cancel_and_a_made_up_code_install_nothing(slack: LocalSlack, process: Process) -> None:
    browser = Browser(process)
    status, _, page = await browser.get(await browser.decide(await browser.begin(), HOME, "deny"))
    assert (status, "Cancel" in page) == (200, True)
    state = dict(parse_qsl(urlsplit(await browser.begin()).query))["state"]
    status, _, page = await browser.get(f"{process.url}/slack/oauth_redirect?code=<b>&state={state}")
    assert status == 401
    assert "<b>" not in page
    async with process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM installations") == 0


async def test_the_token_is_nowhere_in_the_database(slack: LocalSlack, process: Process) -> None:
    await Browser(process).install(HOME)
    async with process.services.database.connection() as conn:
        tables = await conn.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for table in tables:
            text = await conn.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table['relname']} t") or ""
            assert slack.token(HOME) not in text
            assert slack.token(HOME).encode().hex() not in text


async def test_a_removed_app_falls_silent_keeps_its_data_and_comes_back(
    slack: LocalSlack, process: Process
) -> None:
    await Browser(process).install(HOME)
    await ask(slack, process, HOME, "new Kept")
    services, secret = process.services, make_secret(cost=4)
    admin = Actor(workspace_id=WorkspaceId(HOME), person_id=None, role=Role.ADMIN)
    async with services.database.connection() as conn:
        await tokens.create(
            conn,
            admin,
            token_id=secret.token_id,
            name="ci",
            role=Role.MEMBER,
            secret_hash=secret.secret_hash,
        )
    await services.tokens.check(secret.text, "here")
    await slack.person("ada").uninstall_app()
    await slack.settled()
    with pytest.raises(BadToken):
        await services.tokens.check(secret.text, "here")
    with pytest.raises(NotInstalled):
        await services.slack.client(WorkspaceId(HOME))
    async with services.database.connection() as conn:
        assert await conn.fetchval("SELECT sealed_token FROM installations") is None
        assert await conn.fetchval("SELECT uninstalled_at FROM workspaces") is not None
    await Browser(process).install(HOME)
    assert "Kept" in await ask(slack, process, HOME, "list")
    assert (await services.tokens.check(secret.text, "here")).name == "ci"


async def test_late_news_of_a_removal_does_not_end_a_newer_installation(
    slack: LocalSlack, process: Process
) -> None:
    await Browser(process).install(HOME)
    async with process.services.database.connection() as conn:
        await conn.execute("UPDATE installations SET installed_at = now() + interval '1 minute'")
    slack.emit({"type": "app_uninstalled"})
    slack.emit({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    await slack.settled()
    assert "No issue" in await ask(slack, process, HOME, "list")


async def test_thirty_days_later_the_data_of_one_workspace_is_gone_and_only_of_it(
    slack: LocalSlack, process: Process
) -> None:
    for team in (HOME, OTHER):
        await Browser(process).install(team)
        await ask(slack, process, team, f"new In {team} +bug !high")
        await ask(slack, process, team, "comment LDG-1 hello")
        await ask(slack, process, team, "close LDG-1")
    await slack.person("ada", team=OTHER).uninstall_app()
    await slack.settled()
    services = process.services
    await remove_the_gone(services)
    async with services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issues") == 2
    later = services.clock() + KEPT + timedelta(minutes=1)
    await remove_the_gone(replace(services, clock=lambda: later))
    async with services.database.connection() as conn:
        tables = await conn.fetch(
            "SELECT table_name FROM information_schema.columns"
            " WHERE column_name = 'workspace_id' AND table_schema = 'public'"
        )
        for table in tables:
            left = await conn.fetch(f"SELECT DISTINCT workspace_id FROM {table['table_name']}")
            assert {row["workspace_id"] for row in left} <= {HOME}, table
    assert f"In {HOME}" in await ask(slack, process, HOME, "list status:closed")
    await Browser(process).install(OTHER)
    # A month is longer than people are remembered for.
    services.directory.forget_person(WorkspaceId(OTHER), SlackUserId(slack.person("ada", team=OTHER).id))
    assert "LDG-1" in await ask(slack, process, OTHER, "new Anew")


async def test_a_new_key_in_front_takes_over_and_the_old_one_can_go(
    slack: LocalSlack, process: Process
) -> None:
    await Browser(process).install(HOME)
    database, fresh = process.services.database, Fernet.generate_key().decode()
    both = Vault(f"{fresh},{KEY}")
    found = await StoredInstallations(database, both).find(team_id=HOME, enterprise_id=None)
    assert found is not None
    assert found.bot_token == slack.token(HOME)
    assert await StoredInstallations(database, Vault(fresh)).find(team_id=HOME, enterprise_id=None) is None
    assert await renew_seals(process.services, both) == 1
    assert await renew_seals(process.services, both) == 0
    alone = await StoredInstallations(database, Vault(fresh)).find(team_id=HOME, enterprise_id=None)
    assert alone is not None
    assert alone.bot_token == slack.token(HOME)


async def test_an_org_wide_install_is_one_workspace_for_all_its_teams(process: Process) -> None:
    services = process.services
    vault = Vault(KEY)
    found = StoredInstallations(services.database, vault)
    store = Store(services.database, vault, found, services.directory)
    await store.async_save(
        SlackInstallation(
            enterprise_id="E0ORG",
            enterprise_name="Org",
            bot_token="xoxb-org",
            bot_id="B1",
            bot_user_id="U1",
            user_id="U2",
            is_enterprise_install=True,
        )
    )
    for team in (None, "T0ONE", "T0TWO"):
        one = await found.find(team_id=team, enterprise_id="E0ORG")
        assert one is not None
        assert (one.workspace_id, one.bot_token, one.enterprise_id) == ("E0ORG", "xoxb-org", "E0ORG")
    assert await found.find(team_id="T0ONE", enterprise_id="E0ELSE") is None
    assert (await services.slack.client(WorkspaceId("E0ORG"))).token == "xoxb-org"


async def test_a_token_moved_to_another_workspaces_row_does_not_open(process: Process) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(token_purpose(WorkspaceId("T0ONE")), "xoxb-one")
    async with process.services.database.transaction() as conn:
        await installations.save(
            conn, WorkspaceId("T0TWO"), "Two", sealed_token=sealed, bot_user_id=SlackUserId("U1"), bot_id=None
        )
    found = StoredInstallations(process.services.database, vault)
    assert await found.find(team_id="T0TWO", enterprise_id=None) is None


def test_the_scopes_asked_for_are_the_manifests() -> None:
    wanted = yaml.safe_load(Path(MANIFEST).read_text())["oauth_config"]["scopes"]["bot"]
    assert list(SCOPES) == wanted


async def test_without_oauth_there_is_no_install_page(lodge: Lodge) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{lodge.process.url}/slack/install")
    assert answer.status == 404
