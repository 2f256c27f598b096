"""What Slack says to the tokens, and what the answer's head tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clients import CALL_TIMEOUT, TimelyClient, refusal
from bot.doctor.finding import Finding
from bot.settings import Settings

# Slack refuses a signature older than five minutes; half of that is a warning.
_SKEW_LIMIT: Final = 150.0
_SLACK: Final = "https://slack.com/api/"

_TOKEN_MENDS: Final = {
    "invalid_auth": "copy the Bot User OAuth Token (xoxb-) from OAuth & Permissions into SLACK_BOT_TOKEN",
    "account_inactive": "the app was removed from the workspace: install it again",
    "token_revoked": "the token was revoked: install the app again and copy the new one",
    "token_expired": "the token has ended: install the app again, and switch token rotation off or install by OAuth",
}
_AWAY = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)


async def slack(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.slack_bot_token
    if token is None:
        yield Finding(part="slack", text="tokens come by OAuth; each workspace is checked when it is used")
        return
    if token.startswith("xoxe."):
        mend = (
            "set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and LODGE_SECRET_KEY and install by OAuth, which renews "
            "tokens; or make the app anew without token rotation, which cannot be switched off"
        )
        yield Finding(
            part="slack", text="SLACK_BOT_TOKEN ends within 12 hours: the app rotates tokens", mend=mend
        )
    client = TimelyClient(token=token, base_url=settings.slack_api_url, timeout=CALL_TIMEOUT)
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = refusal(error)
        mend = _TOKEN_MENDS.get(code, "check SLACK_BOT_TOKEN") if code is not None else _strange(settings)
        yield Finding(part="slack", text=f"auth.test: {_said(error)}", mend=mend)
        return
    except _AWAY as error:
        mend = f"this machine must reach {settings.slack_api_url}"
        yield Finding(part="slack", text=f"no answer: {type(error).__name__}", mend=mend)
        return
    yield Finding(part="slack", text=f"signed in to {answer.get('team')} as {answer.get('user')}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for finding in (*_scopes(headers), *_skew(headers)):
        yield finding


def _said(error: SlackApiError) -> str:
    return str(error.response.get("error") or f"status {error.response.status_code}")


def _strange(settings: Settings) -> str:
    """Nothing is wrong with a token that Slack said nothing of."""
    return f"Slack has trouble, or something else answers at {settings.slack_api_url}: try again in a while"


def _scopes(headers: dict[str, str], manifest: Path = Path("manifest.yml")) -> list[Finding]:
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    if not manifest.exists() or not granted:
        return []
    wanted = set(yaml.safe_load(manifest.read_text())["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - granted)
    if missing:
        mend = "paste manifest.yml into App Manifest on your app's page, then install the app again"
        return [Finding(part="scopes", text=f"missing: {', '.join(missing)}", mend=mend)]
    return [Finding(part="scopes", text=f"all {len(wanted)} of manifest.yml are granted")]


def _skew(headers: dict[str, str]) -> list[Finding]:
    if "date" not in headers:
        return []
    skew = abs((parsedate_to_datetime(headers["date"]) - datetime.now(UTC)).total_seconds())
    if skew > _SKEW_LIMIT:
        mend = "set this machine's clock by NTP: Slack's requests are refused as too old"
        return [Finding(part="clock", text=f"{skew:.0f} s off Slack's", mend=mend)]
    return [Finding(part="clock", text="agrees with Slack's")]


async def signing(settings: Settings) -> AsyncIterator[Finding]:
    secret = settings.slack_signing_secret
    if secret is None:
        return
    looks_right = len(secret) == 32 and all(c in "0123456789abcdef" for c in secret)
    if not looks_right and settings.slack_api_url == _SLACK:
        mend = "copy the Signing Secret from Basic Information: 32 hexadecimal digits"
        yield Finding(part="signing secret", text="does not look like Slack's", mend=mend)
    else:
        yield Finding(part="signing secret", text="is set")


async def sockets(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_app_token is None:
        return
    client = TimelyClient(
        token=settings.slack_app_token, base_url=settings.slack_api_url, timeout=CALL_TIMEOUT
    )
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        code = refusal(error)
        mend = "make an app-level token with connections:write, and switch Socket Mode on"
        mend = mend if code is not None else _strange(settings)
        yield Finding(part="socket mode", text=_said(error), mend=mend)
    except _AWAY as error:
        yield Finding(part="socket mode", text=type(error).__name__, mend="this machine must reach Slack")
    else:
        yield Finding(part="socket mode", text="a connection can be opened")
