"""What a sender was told is taken is there, once, also when the database dies in the middle."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.playground import LocalSlack
from db.ids import WorkspaceId
from handlers.vault import Vault
from tests.faults.senders import deliver, filed, make_hook
from tests.faults.whole import ROOT, Server, serving

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

NUMBER = 600


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as local:
        yield local


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="lodge-fault-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        opened = Server(Path(folder))
        yield opened
        opened.close()


async def test_deliveries_survive_the_death_of_the_database(
    slack: LocalSlack, server: Server, tmp_path: Path
) -> None:
    workspace_id = WorkspaceId("T0SENDERS")
    async with serving(slack, server.dsn, tmp_path) as bot:
        vault = Vault(None, derived_from=slack.signing_secret)
        to = await make_hook(server.dsn, workspace_id, vault)
        told = await deliver(bot.url, to, NUMBER, at_once=16, killed_midway=server)
    assert await filed(server.dsn, workspace_id) == (NUMBER, NUMBER)
    assert told.answers[200] >= NUMBER
    assert told.answers[503] > 0
    assert told.without_pause == 0
    assert set(told.answers) <= {200, 503}
