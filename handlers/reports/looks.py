"""Which blocks a workspace takes: Slack brings new ones to some workspaces before others."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import asyncpg
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from db import workspaces
from db.ids import WorkspaceId
from db.workspaces import Workspace
from handlers.charts import Drawer, NotDrawn
from handlers.services import Services
from handlers.views.reports import Chart, Look

REFUSALS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "unsupported_block_type"})
_KEY: Final = "charts_refused_at"
_TRIED_AGAIN: Final = timedelta(days=7)
# Uploads are processed after they are complete; until then Slack refuses blocks that show them. Seconds between looks.
_LOOKS_AT_FILE: Final = (0.0, 0.25, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0)

_log = logging.getLogger(__name__)


def look_of(workspace: Workspace, now: datetime) -> Look:
    """Slack's own charts, unless they were refused within the last week."""
    refused = workspace.settings.get(_KEY)
    if refused and now - datetime.fromisoformat(refused) < _TRIED_AGAIN:
        return Look.PLAIN
    return Look.NATIVE


async def remember_refusal(
    conn: asyncpg.Connection, services: Services, workspace_id: WorkspaceId, now: datetime
) -> None:
    await workspaces.note_charts_refused(conn, workspace_id, now)
    services.directory.forget_workspace(workspace_id)


async def pictures_of(charts: tuple[Chart, ...], drawer: Drawer, client: AsyncWebClient) -> tuple[str, ...]:
    """Ids of files with the drawn charts, shared nowhere yet; none when they cannot be drawn or uploaded, for whatever
    reason: without them the report still has its table and its words."""
    try:
        return await _uploaded(charts, drawer, client)
    except (NotDrawn, SlackClientError, aiohttp.ClientError, OSError, TimeoutError):
        _log.warning("charts could not be drawn or uploaded", exc_info=True)
        return ()


async def _uploaded(charts: tuple[Chart, ...], drawer: Drawer, client: AsyncWebClient) -> tuple[str, ...]:
    pictures = await drawer.draw([chart.spec() for chart in charts])
    ids = []
    for chart, picture in zip(charts, pictures, strict=True):
        uploaded = await client.files_upload_v2(content=picture, filename="chart.png", title=chart.title)
        file_id = str(uploaded["files"][0]["id"])
        await _processed(client, file_id)
        ids.append(file_id)
    return tuple(ids)


async def _processed(client: AsyncWebClient, file_id: str) -> None:
    """A message that shows it sooner is refused, and a schedule would be paused for it. Raises TimeoutError."""
    for pause in _LOOKS_AT_FILE:
        await asyncio.sleep(pause)
        info = await client.files_info(file=file_id)
        if info["file"].get("mimetype"):
            return
    raise TimeoutError(f"Slack has not processed file {file_id} in time")
