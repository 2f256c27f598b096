import asyncio
from datetime import timedelta

import pytest
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent

from bot.worker import JobWorker


async def test_a_first_probe_that_came_before_listening_is_no_failure(
    db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes: list[timedelta] = []
    real = QueueManager.listener_healthy

    async def lost_at_first(
        self: QueueManager, timeout: timedelta = timedelta(seconds=10)
    ) -> HealthCheckEvent:
        probes.append(timeout)
        if len(probes) == 1:
            raise FailingListenerError
        return await real(self, timeout)

    monkeypatch.setattr(QueueManager, "listener_healthy", lost_at_first)
    worker = JobWorker(db_url)
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
        while len(probes) < 2:
            await asyncio.sleep(0.02)
    assert probes[0] < probes[1]
    assert worker.healthy
    worker.stop()
    await asyncio.wait_for(task, 60)
