"""Whether what the database keeps sealed can be opened: tokens of workspaces, and secrets of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from bot.doctor.finding import Finding
from bot.settings import Settings
from db import installations, sealed
from handlers.vault import Sealed, Vault

_KEY: Final = "LODGE_SECRET_KEY"
_SECRETS: Final = "webhook secrets"
_OLD_KEY: Final = "put the key they were sealed by behind the new one, LODGE_SECRET_KEY=new,old"
_INSTALL: Final = "each of these workspaces installs the app again"
_NEW_SECRETS: Final = (
    "press Change secret in /issue webhook for those that come in, and make those that go out anew"
)
_NO_KEY: Final = (
    "without LODGE_SECRET_KEY they are sealed by SLACK_SIGNING_SECRET, or by SLACK_APP_TOKEN where that is not set: "
    f"set it back to what it was; if it is lost, {_NEW_SECRETS}. With a LODGE_SECRET_KEY Slack's own secrets can change"
)
_SHOWN: Final = 5


async def kept_secrets(conn: asyncpg.Connection, settings: Settings) -> list[Finding]:
    vault = Vault(settings.secret_key, derived_from=settings.sealing_secret)
    tokens = await installations.every_sealed(conn)
    secrets = await sealed.every_secret(conn)
    # Without a key there is no installation by OAuth, and nobody asks for the tokens of an earlier one.
    lost = sorted({name for name, token in tokens if not _opens(vault, token)}) if settings.secret_key else []
    locked = [f"{each.name} ({each.workspace_id})" for each in secrets if not _opens(vault, each.sealed)]
    found = []
    if lost:
        mend = f"{_OLD_KEY}; if it is lost, {_INSTALL}"
        found.append(Finding(part=_KEY, text=f"does not open the tokens of {_few(lost)}", mend=mend))
    if locked and settings.secret_key:
        mend = f"{_OLD_KEY}; if it is lost, {_NEW_SECRETS}"
        found.append(
            Finding(part=_KEY, text=f"does not open the secrets of webhooks: {_few(locked)}", mend=mend)
        )
    elif locked:
        found.append(Finding(part=_SECRETS, text=f"cannot be opened: {_few(locked)}", mend=_NO_KEY))
    if found:
        return found
    if settings.secret_key:
        return [Finding(part=_KEY, text="opens every token and secret that is kept")]
    return [Finding(part=_SECRETS, text="can all be opened")] if secrets else []


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")


def _opens(vault: Vault, token: bytes) -> bool:
    try:
        vault.renewed(token)
    except Sealed:
        return False
    return True
