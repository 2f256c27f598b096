"""Files in Slack: what they are, their content as a stream, and sending one back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db.ids import MessageTs
from db.importing.problems import Flaw, TableFlaw

# Of other programs' spreadsheets it is said how to save them so that they can be read.
_TABLES: Final = frozenset(
    {".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".fods", ".numbers"}
)
_TABLE_TYPES: Final = frozenset({"csv", "tsv", "xlsx", "xls", "ods", "numbers"})
_CHUNK: Final = 1 << 18
# Between two chunks; the whole may take as long as it takes.
_PATIENCE: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_GONE: Final = frozenset({"file_not_found", "file_deleted", "file_not_visible"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFile:
    file_id: str
    name: str
    size: int
    user_id: str
    url: str
    is_table: bool
    _shares: Mapping[str, Any]

    def thread_in(self, channel_id: str) -> MessageTs | None:
        """The thread under the message that shared it in this channel."""
        for places in self._shares.values():
            for share in reversed(places.get(channel_id, [])):
                return MessageTs(share.get("thread_ts") or share["ts"])
        return None


def read_file(data: Mapping[str, Any]) -> SlackFile:
    name = str(data.get("name") or data.get("title") or "")
    external = data.get("is_external") or data.get("mode") == "external"
    suffix = PurePath(name).suffix.lower()
    return SlackFile(
        file_id=str(data["id"]),
        name=name,
        size=int(data.get("size") or 0),
        user_id=str(data.get("user") or ""),
        url=str(data.get("url_private_download") or data.get("url_private") or ""),
        is_table=not external and (suffix in _TABLES or data.get("filetype") in _TABLE_TYPES),
        _shares=data.get("shares") or {},
    )


async def look_up(client: AsyncWebClient, file_id: str) -> SlackFile:
    """Raises TableFlaw when it is gone or may not be seen."""
    try:
        answer = await client.files_info(file=file_id)
    except SlackApiError as error:
        code = error.response["error"]
        if code in _GONE:
            raise TableFlaw(Flaw.GONE) from error
        if code in ("access_denied", "missing_scope", "no_permission"):
            raise TableFlaw(Flaw.FORBIDDEN) from error
        raise
    return read_file(answer["file"])


async def content(client: AsyncWebClient, file_id: str) -> AsyncIterator[bytes]:
    """The file's bytes as they come. Raises TableFlaw when Slack does not give them, or not all of them."""
    file = await look_up(client, file_id)
    if not file.url:
        raise TableFlaw(Flaw.GONE)
    headers = {"Authorization": f"Bearer {client.token}"} if _is_slack(client, file.url) else {}
    received = 0
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE, auto_decompress=True) as session,
            session.get(file.url, headers=headers, allow_redirects=False) as response,
        ):
            _check(response)
            async for chunk in response.content.iter_chunked(_CHUNK):
                received += len(chunk)
                yield chunk
    except (TimeoutError, aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, OSError) as error:
        raise TableFlaw(Flaw.CUT_OFF, received=received, size=file.size) from error
    if received < file.size:
        raise TableFlaw(Flaw.CUT_OFF, received=received, size=file.size)


def _is_slack(client: AsyncWebClient, url: str) -> bool:
    """The token goes to Slack and to nobody else."""
    host = urlsplit(url).hostname or ""
    return host == urlsplit(client.base_url).hostname or host.endswith(".slack.com")


def _check(response: aiohttp.ClientResponse) -> None:
    if response.status in (404, 410):
        raise TableFlaw(Flaw.GONE)
    if response.status in (301, 302, 303, 307, 308):
        raise TableFlaw(Flaw.HTML)
    if response.status in (401, 403):
        raise TableFlaw(Flaw.FORBIDDEN)
    if response.status >= 400:
        raise TableFlaw(Flaw.CUT_OFF, received=0, size=0)
    if response.content_type == "text/html":
        raise TableFlaw(Flaw.HTML)


async def send(
    client: AsyncWebClient,
    file: BinaryIO,
    *,
    name: str,
    size: int,
    channel_id: str,
    thread_ts: str | None,
    comment: str | None = None,
) -> None:
    """Uploads from disk, without holding the file, and shares it."""
    file_id = await upload(client, file, name=name, size=size)
    await share(client, file_id, name=name, channel_id=channel_id, thread_ts=thread_ts, comment=comment)


async def upload(client: AsyncWebClient, file: BinaryIO, *, name: str, size: int) -> str:
    """Its id. Nobody sees it before it is shared."""
    ticket = await client.files_getUploadURLExternal(filename=name, length=size)
    async with (
        aiohttp.ClientSession(timeout=_PATIENCE) as session,
        session.post(ticket["upload_url"], data=file, headers={"Content-Length": str(size)}) as response,
    ):
        response.raise_for_status()
    return str(ticket["file_id"])


async def is_shared(client: AsyncWebClient, file_id: str) -> bool:
    """Whether an uploaded file has been shared; Slack knows nothing of one that was not."""
    try:
        answer = await client.files_info(file=file_id)
    except SlackApiError as error:
        if error.response["error"] in _GONE:
            return False
        raise
    file = answer["file"]
    return any(file.get(places) for places in ("shares", "channels", "groups", "ims"))


async def share(
    client: AsyncWebClient,
    file_id: str,
    *,
    name: str,
    channel_id: str,
    thread_ts: str | None,
    comment: str | None = None,
) -> None:
    await client.files_completeUploadExternal(
        files=[{"id": file_id, "title": name}],
        channel_id=channel_id,
        thread_ts=thread_ts,
        initial_comment=comment,
    )
