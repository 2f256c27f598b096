"""The mistakes people make when they install Lodge, one by one: each is found, named, and told how to mend."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from bot.doctor import diagnose, examine, signing_in, storage
from bot.doctor.finding import Finding
from bot.maintenance import migrate_database
from bot.playground import LocalSlack
from bot.settings import Settings
from db import installations, outgoing, webhooks
from db.ids import SlackUserId, WorkspaceId
from db.migrate import MigrationError
from db.webhooks import Auth, HookDraft, Kind
from handlers.vault import Vault
from tests.conftest import with_database
from tests.db.worlds import make_world

ROOT = Path(__file__).parents[2]
# And what has passed since, before somebody looked.
ABOUT_TEN_MINUTES = re.compile(r"\b6\d\d s\b")


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as local:
        yield local


@pytest.fixture
def environment(slack: LocalSlack, db_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """One in which all is well."""
    monkeypatch.chdir(ROOT)
    return {
        "DATABASE_URL": db_url,
        "SLACK_API_URL": slack.api_url,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
    }


async def mends(environment: dict[str, str]) -> dict[str, Finding]:
    """What is to be mended, by part."""
    return {finding.part: finding for finding in await examine(environment) if finding.mend}


async def serving(handler: object) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_get("/healthz", handler)  # type: ignore[arg-type]  # a handler or another
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_where_all_is_well_nothing_is_to_be_mended(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await diagnose(environment) == 0
    said = capsys.readouterr().out
    assert "FIX" not in said
    for part in ("environment", "database", "migrations", "jobs", "slack", "scopes", "signing secret"):
        assert f"ok  {part}: " in said
    for name in ("DATABASE_URL", "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"):
        assert environment[name] not in said


async def test_variables_missing_or_wrong(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    del environment["SLACK_BOT_TOKEN"]
    assert await diagnose(environment | {"PORT": "many"}) == 1
    said = capsys.readouterr().out
    assert "FIX environment: SLACK_BOT_TOKEN is missing" in said
    assert "FIX environment: PORT must be" in said


async def test_a_database_that_cannot_be_reached_or_refuses(
    environment: dict[str, str], server_dsn: str
) -> None:
    for dsn, told in (
        ("postgresql://lodge:hunter2@127.0.0.1:9/lodge", "cannot be reached"),
        (with_database(server_dsn, "no_such_database"), "no_such_database"),
    ):
        found = (await mends(environment | {"DATABASE_URL": dsn}))["database"]
        assert told in found.text
        assert "hunter2" not in found.text
        assert "DATABASE_URL" in (found.mend or "")


async def test_a_server_that_is_too_old(environment: dict[str, str], empty_db_url: str) -> None:
    """One that says so of itself; nothing is written into it."""
    conn = await asyncpg.connect(empty_db_url)
    await conn.execute(
        """
        CREATE FUNCTION public.current_setting(name text) RETURNS text LANGUAGE sql AS
            $$ SELECT CASE WHEN name = 'server_version_num' THEN '150018' ELSE pg_catalog.current_setting(name) END $$
        """
    )
    old = f"{empty_db_url}{'&' if '?' in empty_db_url else '?'}search_path=public,pg_catalog"
    found = [each for each in await examine(environment | {"DATABASE_URL": old}) if each.part == "database"]
    assert [each.text for each in found] == ["PostgreSQL 15 answers"]
    assert "16 or newer" in (found[0].mend or "")
    with pytest.raises(MigrationError, match="PostgreSQL 15 is too old"):
        await migrate_database(Settings(database_url=old))
    assert await conn.fetchval("SELECT to_regclass('public.schema_migrations')") is None
    await conn.close()


async def test_migrations_that_are_outstanding(environment: dict[str, str], empty_db_url: str) -> None:
    found = (await mends(environment | {"DATABASE_URL": empty_db_url}))["migrations"]
    assert "0001" in found.text
    assert "migrate" in (found.mend or "")


async def test_no_process_takes_jobs_and_jobs_have_failed(environment: dict[str, str], db_url: str) -> None:
    conn = await asyncpg.connect(db_url)
    await conn.execute(
        "INSERT INTO pgqueuer (priority, entrypoint, status, execute_after)"
        " VALUES (0, 'announce', 'queued', now() - interval '10 minutes')"
    )
    found = (await mends(environment))["jobs"]
    assert ABOUT_TEN_MINUTES.search(found.text)
    assert "lodge serve" in (found.mend or "")
    await conn.execute("UPDATE pgqueuer SET status = 'failed'")
    found = (await mends(environment))["jobs"]
    assert "1 failed for good" in found.text
    await conn.execute("DELETE" + (found.mend or "").partition("DELETE")[2])
    assert "jobs" not in await mends(environment)
    await conn.close()


async def test_jobs_that_wait_for_others_of_their_kind_are_no_fault(
    environment: dict[str, str], db_url: str
) -> None:
    """As reports with pictures do, of which few are made at a time."""
    conn = await asyncpg.connect(db_url)
    await conn.execute(
        """
        INSERT INTO pgqueuer (priority, entrypoint, status, execute_after, heartbeat)
        SELECT 0, 'report with pictures', status::pgqueuer_status, now() - interval '10 minutes', now()
        FROM unnest(ARRAY['queued', 'queued', 'picked']) status"""
    )
    assert "jobs" not in await mends(environment)
    # Whoever had it is not heard of any more.
    await conn.execute("UPDATE pgqueuer SET heartbeat = now() - interval '5 minutes'")
    assert ABOUT_TEN_MINUTES.search((await mends(environment))["jobs"].text)
    # Between one that is done and the next.
    await conn.execute("DELETE FROM pgqueuer WHERE status = 'picked'")
    await conn.execute(
        """
        INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority, created)
        VALUES (1, 'picked', 'report with pictures', 0, now() - interval '1 minute'),
               (2, 'picked', 'announce', 0, now())"""
    )
    assert "jobs" not in await mends(environment)
    await conn.execute("UPDATE pgqueuer SET entrypoint = 'deliver'")
    assert ABOUT_TEN_MINUTES.search((await mends(environment))["jobs"].text)
    await conn.close()


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked", "token_expired"])
async def test_a_token_that_is_refused(environment: dict[str, str], slack: LocalSlack, code: str) -> None:
    slack.faults.add(method="auth.test", error=code, times=None)
    found = (await mends(environment))["slack"]
    assert code in found.text
    assert found.mend == signing_in._TOKEN_MENDS[code]


async def test_slack_that_cannot_be_reached(environment: dict[str, str], slack: LocalSlack) -> None:
    found = (await mends(environment | {"SLACK_API_URL": "http://127.0.0.1:9/api/"}))["slack"]
    assert "must reach" in (found.mend or "")


@pytest.mark.parametrize(
    ("part", "method"), [("slack", "auth.test"), ("socket mode", "apps.connections.open")]
)
async def test_what_answers_in_slacks_place_is_no_reason_for_another_token(
    environment: dict[str, str], slack: LocalSlack, part: str, method: str
) -> None:
    slack.faults.add(method=method, status=502, times=None)
    found = (await mends(environment | {"SLACK_APP_TOKEN": slack.app_token}))[part]
    assert "502" in found.text
    assert slack.api_url in (found.mend or "")
    assert "token" not in (found.mend or "").lower()


async def test_a_token_that_ends_by_itself(environment: dict[str, str]) -> None:
    found = [f for f in await examine(environment | {"SLACK_BOT_TOKEN": "xoxe.xoxb-1"}) if f.part == "slack"]
    assert "12 hours" in found[0].text
    assert "OAuth" in (found[0].mend or "")


async def test_scopes_of_an_older_manifest(environment: dict[str, str], slack: LocalSlack) -> None:
    slack.state.installations[slack.team_id].scopes = ["commands", "chat:write"]
    found = (await mends(environment))["scopes"]
    assert "files:read" in found.text
    assert "install the app again" in (found.mend or "")


def test_a_clock_that_is_wrong() -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    [found] = signing_in._skew({"date": late})
    assert ABOUT_TEN_MINUTES.match(found.text)
    assert "NTP" in (found.mend or "")


async def test_a_signing_secret_that_is_none_of_slacks() -> None:
    wrong = Settings(slack_signing_secret="xoxb-copied-from-the-wrong-box")
    [found] = [finding async for finding in signing_in.signing(wrong)]
    assert "32 hexadecimal digits" in (found.mend or "")
    right = Settings(slack_signing_secret="0123456789abcdef" * 2)
    assert [finding.mend async for finding in signing_in.signing(right)] == [None]


async def test_socket_mode_with_a_token_slack_refuses(environment: dict[str, str], slack: LocalSlack) -> None:
    good = environment | {"SLACK_APP_TOKEN": slack.app_token}
    assert "socket mode" not in await mends(good)
    found = (await mends(environment | {"SLACK_APP_TOKEN": "xapp-wrong"}))["socket mode"]
    assert "invalid_auth" in found.text
    assert "connections:write" in (found.mend or "")


async def test_a_public_address_that_leads_elsewhere(environment: dict[str, str]) -> None:
    async def fine(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def parked(_: web.Request) -> web.Response:
        return web.Response(text="<h1>This domain is for sale</h1>", content_type="text/html")

    async def gone(_: web.Request) -> web.Response:
        return web.Response(status=502)

    for handler, told in ((fine, None), (parked, "something else"), (gone, "502")):
        runner, url = await serving(handler)
        found = (await mends(environment | {"LODGE_PUBLIC_URL": url})).get("public address")
        await runner.cleanup()
        assert (found is None) if told is None else (found is not None and told in found.text)
    found = (await mends(environment | {"LODGE_PUBLIC_URL": "http://127.0.0.1:9"}))["public address"]
    assert "does not answer" in found.text
    assert "reverse proxy" in (found.mend or "")


async def test_a_public_address_without_https(environment: dict[str, str]) -> None:
    given = environment | {"LODGE_PUBLIC_URL": "http://lodge.invalid"}
    told = [finding.text for finding in await examine(given) if finding.part == "public address"]
    assert "is not https" in told[0]


async def test_oauth_without_an_address_and_a_key_that_was_changed(
    environment: dict[str, str], db_url: str
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    conn = await asyncpg.connect(db_url)
    sealed = Vault(old).seal("bot token of T1", "xoxb-1")
    await installations.save(
        conn, WorkspaceId("T1"), "One", sealed_token=sealed, bot_user_id=SlackUserId("U1"), bot_id=None
    )
    await conn.close()
    del environment["SLACK_BOT_TOKEN"]
    given = environment | {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "hush"}
    found = await mends(given | {"LODGE_SECRET_KEY": new})
    assert "T1" in found["LODGE_SECRET_KEY"].text
    assert "new,old" in (found["LODGE_SECRET_KEY"].mend or "")
    assert "LODGE_PUBLIC_URL" in (found["public address"].mend or "")
    assert "LODGE_SECRET_KEY" not in await mends(given | {"LODGE_SECRET_KEY": f"{new},{old}"})


async def webhooks_sealed_by(vault: Vault, db_url: str) -> None:
    """One that comes in and one that goes out."""
    conn = await asyncpg.connect(db_url)
    world = await make_world(conn)
    draft = HookDraft(name="alerts", kind=Kind.GENERIC, auth=Auth.HMAC)
    secret = vault.seal("any", "hush")
    await webhooks.create(conn, world.ada, draft, webhook_id="in", sealed_secret=secret)
    await outgoing.create(
        conn, world.ada, webhook_id="out", name="mirror", url="https://example.com", sealed_secret=secret
    )
    await conn.close()


async def test_a_key_that_does_not_open_the_secrets_of_webhooks(
    environment: dict[str, str], db_url: str
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    await webhooks_sealed_by(Vault(old), db_url)
    found = (await mends(environment | {"LODGE_SECRET_KEY": new}))["LODGE_SECRET_KEY"]
    assert found.text == "does not open the secrets of webhooks: alerts (T1), mirror (T1)"
    assert "new,old" in (found.mend or "")
    assert "Change secret in /issue webhook" in (found.mend or "")
    assert "LODGE_SECRET_KEY" not in await mends(environment | {"LODGE_SECRET_KEY": f"{new},{old}"})


async def test_a_signing_secret_that_was_changed_without_a_key(
    environment: dict[str, str], db_url: str
) -> None:
    await webhooks_sealed_by(Vault(None, derived_from=environment["SLACK_SIGNING_SECRET"]), db_url)
    assert "webhook secrets" not in await mends(environment)
    # A key that came later opens what was sealed before there was one.
    assert "LODGE_SECRET_KEY" not in await mends(
        environment | {"LODGE_SECRET_KEY": Fernet.generate_key().decode()}
    )
    found = (await mends(environment | {"SLACK_SIGNING_SECRET": "0123456789abcdef" * 2}))["webhook secrets"]
    assert found.text == "cannot be opened: alerts (T1), mirror (T1)"
    assert "SLACK_SIGNING_SECRET" in (found.mend or "")


async def test_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(storage, "_DISK_FLOOR", 10**18)
    [found] = [finding async for finding in storage.disk(Settings(data=tmp_path))]
    assert "free some space" in (found.mend or "")
