"""Whether what Slack is told to call leads here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.metadata import version
from urllib.parse import urlsplit

import aiohttp

from bot.doctor.finding import Finding
from bot.settings import Settings

_AWAY = "start the bot, and point your reverse proxy at HOST:PORT; Slack must reach it over https"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def public_url(settings: Settings) -> AsyncIterator[Finding]:
    if settings.public_url is None:
        if settings.oauth:
            mend = "set LODGE_PUBLIC_URL to the address people install at, as https://lodge.example.com"
            yield Finding(part="public address", text="not set, but OAuth leads back to it", mend=mend)
        return
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        mend = (
            "end TLS in a reverse proxy, and begin LODGE_PUBLIC_URL with https://: Slack calls nothing else"
        )
        yield Finding(part="public address", text=f"{settings.public_url} is not https", mend=mend)
    if settings.socket_mode:
        return
    url = f"{settings.public_url}/healthz"
    told = await _ask(url)
    if told is None:
        yield Finding(part="public address", text=f"{url} answers (lodge {version('lodge')})")
    else:
        yield Finding(part="public address", text=f"{url} {told}", mend=_AWAY)


async def _ask(url: str) -> str | None:
    """What is wrong with the answer; None when it is Lodge's own."""
    try:
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if answer.status != 200:
                return f"answers {answer.status}"
            try:
                ours = await answer.json() == {"ok": True}
            except (aiohttp.ContentTypeError, ValueError):
                ours = False
            return None if ours else "is answered by something else than Lodge"
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"does not answer: {type(error).__name__}"
