"""Everything the environment decides, read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from db.errors import Startup
from handlers.vault import BadKey, Vault

LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One attribute a variable (see `read_settings`); secrets stay out of the repr."""

    database_url: str | None = field(default=None, repr=False)
    direct_database_url: str | None = field(default=None, repr=False)
    data: Path = Path(".data")
    host: str = "127.0.0.1"
    port: int = 3000
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_bot_token: str | None = field(default=None, repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    slack_client_id: str | None = None
    slack_client_secret: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"
    public_url: str | None = None
    log: LogFormat = "json"
    allow_private_webhooks: bool = False

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def oauth(self) -> bool:
        return self.slack_client_id is not None

    @property
    def sealing_secret(self) -> str:
        """Without a key of its own, what webhooks are given is sealed by a secret that is there anyway."""
        return self.slack_signing_secret or self.slack_app_token or ""


class _Reader:
    """Collects what is wrong instead of stopping at the first of it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        """An empty value is none: compose files and `.env` files have lines such as `SLACK_APP_TOKEN=`."""
        return self._environment.get(name, "").strip() or None

    def secret(self, name: str) -> str | None:
        """Not so here: a check against an empty secret would let everybody in, so nobody shall mean it by accident."""
        value = self.text(name)
        if value is None and name in self._environment:
            self.problems.append(f"{name} is empty: give it a value, or unset it")
        return value

    def prefixed(self, name: str, *prefixes: str) -> str | None:
        value = self.text(name)
        if value is not None and not value.startswith(prefixes):
            self.problems.append(f"{name} must begin with {' or '.join(prefixes)}")
        return value

    def url(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.problems.append(f"{name} must be an http:// or https:// URL")
        return value

    def database(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            self.problems.append(f"{name} must begin with postgresql://")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not 0 <= int(value) <= 65535:
            self.problems.append(f"{name} must be a number from 0 to 65535, not {value!r}")
            return default
        return int(value)

    def keys(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None:
            try:
                Vault(value)
            except BadKey:
                self.problems.append(
                    f"{name} must be 32 random bytes in base64, as `openssl rand -base64 32` prints them "
                    "(several keys with commas between, the newest first, to change it)"
                )
        return value

    def yes(self, name: str) -> bool:
        value = (self.text(name) or "no").lower()
        if value not in ("yes", "no"):
            self.problems.append(f"{name} must be yes or no, not {value!r}")
        return value == "yes"

    def log(self, name: str) -> LogFormat:
        value = self.text(name)
        if value is None:
            return "text" if sys.stderr.isatty() else "json"
        if value not in ("text", "json"):
            self.problems.append(f"{name} must be text or json, not {value!r}")
            return "json"
        return cast("LogFormat", value)

    def together(self, *names: str) -> None:
        missing = [name for name in names if self.text(name) is None]
        if missing and len(missing) < len(names):
            self.problems.append(f"{', '.join(missing)} must be set too: {', '.join(names)} belong together")


def read_settings(environment: Mapping[str, str] | None = None, *, slack: bool = True) -> Settings:
    """Reads `os.environ` when no environment is given. Raises Startup naming every faulty variable.

    `slack` says whether what speaks with Slack is required: `migrate` works without it.
    """
    given = os.environ if environment is None else environment
    reader = _Reader(given)
    api_url = reader.url("SLACK_API_URL")
    public_url = reader.url("LODGE_PUBLIC_URL")
    data = reader.text("LODGE_DATA")
    settings = Settings(
        database_url=reader.database("DATABASE_URL"),
        direct_database_url=reader.database("LODGE_DIRECT_DATABASE_URL"),
        data=Path(data) if data else Path(".data"),
        host=reader.text("HOST") or "127.0.0.1",
        port=reader.port("PORT", 3000),
        slack_signing_secret=reader.secret("SLACK_SIGNING_SECRET"),
        slack_bot_token=reader.prefixed("SLACK_BOT_TOKEN", "xoxb-", "xoxe.xoxb-"),
        slack_app_token=reader.prefixed("SLACK_APP_TOKEN", "xapp-"),
        slack_client_id=reader.text("SLACK_CLIENT_ID"),
        slack_client_secret=reader.text("SLACK_CLIENT_SECRET"),
        secret_key=reader.keys("LODGE_SECRET_KEY"),
        slack_api_url=(api_url or "https://slack.com/api/").rstrip("/") + "/",
        public_url=public_url.rstrip("/") if public_url else None,
        log=reader.log("LODGE_LOG"),
        allow_private_webhooks=reader.yes("LODGE_ALLOW_PRIVATE_WEBHOOKS"),
    )
    if settings.direct_database_url and not settings.database_url:
        reader.problems.append(
            "DATABASE_URL must be set too: LODGE_DIRECT_DATABASE_URL is only for beside it"
        )
    if slack:
        _check_slack(reader, given, settings)
    if reader.problems:
        raise Startup(reader.problems)
    return settings


def _check_slack(reader: _Reader, given: Mapping[str, str], settings: Settings) -> None:
    # The key alone is of use too: it seals what webhooks are given.
    oauth = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
    if any(reader.text(name) for name in oauth):
        reader.together(*oauth, "LODGE_SECRET_KEY")
    if reader.text("SLACK_BOT_TOKEN") is None and reader.text("SLACK_CLIENT_ID") is None:
        reader.problems.append(
            "SLACK_BOT_TOKEN is missing: the bot token of your installed app "
            "(or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and LODGE_SECRET_KEY for installation by OAuth)"
        )
    if "SLACK_SIGNING_SECRET" not in given and settings.slack_app_token is None:
        reader.problems.append(
            "SLACK_SIGNING_SECRET is missing: it is on your app's Basic Information page "
            "(or set SLACK_APP_TOKEN for Socket Mode)"
        )
