"""`python -m bot doctor`: what commonly keeps an installation from working, and how to mend each."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.maintenance import opened
from bot.settings import Settings, read_settings
from db.errors import LodgeError, Startup
from db.migrate import applied_checksums, known_migrations, outstanding

# Slack refuses a signature older than five minutes; half of that is a warning.
_SKEW_LIMIT = 150.0
_DISK_FLOOR = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`mend` says what to do; None when all is well."""

    part: str
    text: str
    mend: str | None = None


async def diagnose() -> int:
    """Prints a line for each finding; returns 1 when something needs mending."""
    try:
        settings = read_settings()
    except Startup as error:
        _print([Finding(part="environment", text=p, mend="see docs/install.md") for p in error.problems])
        return 1
    findings = [Finding(part="environment", text="every variable can be read")]
    for check in (database, disk, slack, signing, sockets, public_url):
        findings += [finding async for finding in check(settings)]
    _print(findings)
    return 1 if any(finding.mend for finding in findings) else 0


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        sys.stdout.write(f"{'FIX ' if finding.mend else 'ok  '}{finding.part}: {finding.text}\n")
        if finding.mend:
            sys.stdout.write(f"      {finding.mend}\n")


async def database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with opened(settings) as opened_database, opened_database.connection() as conn:
            number = int(await conn.fetchval("SHOW server_version_num")) // 10_000
            if number < 16:
                yield Finding(
                    part="database", text=f"PostgreSQL {number}", mend="Lodge needs PostgreSQL 16 or newer"
                )
            else:
                yield Finding(part="database", text=f"PostgreSQL {number} answers")
            todo = outstanding(known_migrations(), await applied_checksums(conn))
            skew = abs((await conn.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
    except LodgeError as error:
        yield Finding(part="database", text=str(error), mend="check DATABASE_URL, and that the server runs")
        return
    if todo:
        names = ", ".join(f"{m.version:04}" for m in todo)
        yield Finding(part="migrations", text=f"not applied: {names}", mend="run: python -m bot migrate")
    else:
        yield Finding(part="migrations", text="up to date")
    if skew > 5:
        yield Finding(part="clock", text=f"{skew:.0f} s off the database's", mend="set both clocks by NTP")


async def disk(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database_url is not None:
        return
    free = (await asyncio.to_thread(shutil.disk_usage, settings.data)).free
    if free < _DISK_FLOOR:
        mend = "free some space: PostgreSQL stops where it cannot write"
        yield Finding(part="disk", text=f"{free // 1_000_000} MB free in {settings.data}", mend=mend)
    else:
        yield Finding(part="disk", text=f"{free // 1_000_000_000} GB free")


_TOKEN_MENDS = {
    "invalid_auth": "copy the Bot User OAuth Token (xoxb-) from OAuth & Permissions into SLACK_BOT_TOKEN",
    "account_inactive": "the app was removed from the workspace: install it again",
    "token_revoked": "the token was revoked: install the app again and copy the new one",
}


async def slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        yield Finding(part="slack", text="tokens come by OAuth; each workspace is checked when it is used")
        return
    client = AsyncWebClient(token=settings.slack_bot_token, base_url=settings.slack_api_url)
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error"))
        yield Finding(
            part="slack", text=f"auth.test: {code}", mend=_TOKEN_MENDS.get(code, "check SLACK_BOT_TOKEN")
        )
        return
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        mend = f"this machine must reach {settings.slack_api_url}"
        yield Finding(part="slack", text=f"no answer: {type(error).__name__}", mend=mend)
        return
    yield Finding(part="slack", text=f"signed in to {answer.get('team')} as {answer.get('user')}")
    for finding in (*_scopes(answer.headers), *_skew(answer.headers)):
        yield finding


def _manifest() -> Path | None:
    here = Path("manifest.yml")
    return here if here.exists() else None


def _scopes(headers: dict[str, str]) -> list[Finding]:
    lowered = {name.lower(): value for name, value in headers.items()}
    granted = {scope.strip() for scope in lowered.get("x-oauth-scopes", "").split(",") if scope.strip()}
    manifest = _manifest()
    if manifest is None or not granted:
        return []
    wanted = set(yaml.safe_load(manifest.read_text())["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - granted)
    if missing:
        mend = "paste manifest.yml into App Manifest on your app's page, then install the app again"
        return [Finding(part="scopes", text=f"missing: {', '.join(missing)}", mend=mend)]
    return [Finding(part="scopes", text=f"all {len(wanted)} of manifest.yml are granted")]


def _skew(headers: dict[str, str]) -> list[Finding]:
    lowered = {name.lower(): value for name, value in headers.items()}
    if "date" not in lowered:
        return []
    skew = abs((parsedate_to_datetime(lowered["date"]) - datetime.now(UTC)).total_seconds())
    if skew > _SKEW_LIMIT:
        mend = "set this machine's clock by NTP: Slack's requests are refused as too old"
        return [Finding(part="clock", text=f"{skew:.0f} s off Slack's", mend=mend)]
    return [Finding(part="clock", text="agrees with Slack's")]


async def signing(settings: Settings) -> AsyncIterator[Finding]:
    secret = settings.slack_signing_secret
    if secret is None:
        return
    if len(secret) != 32 or not all(c in "0123456789abcdef" for c in secret):
        mend = "copy the Signing Secret from Basic Information: 32 hexadecimal digits"
        if settings.slack_api_url == "https://slack.com/api/":
            yield Finding(part="signing secret", text="does not look like Slack's", mend=mend)
            return
    yield Finding(part="signing secret", text="is set")


async def sockets(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_app_token is None:
        return
    client = AsyncWebClient(token=settings.slack_app_token, base_url=settings.slack_api_url)
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        mend = "make an app-level token with connections:write, and switch Socket Mode on"
        yield Finding(part="socket mode", text=str(error.response.get("error")), mend=mend)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        yield Finding(part="socket mode", text=type(error).__name__, mend="this machine must reach Slack")
    else:
        yield Finding(part="socket mode", text="a connection can be opened")


async def public_url(settings: Settings) -> AsyncIterator[Finding]:
    if settings.socket_mode or settings.public_url is None:
        return
    url = f"{settings.public_url}/healthz"
    try:
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            fine = answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        fine = False
    if fine:
        yield Finding(part="public address", text=f"{url} answers (lodge {version('lodge')})")
    else:
        mend = "start the bot, and point your reverse proxy at HOST:PORT; Slack must reach it over https"
        yield Finding(part="public address", text=f"{url} does not answer", mend=mend)
