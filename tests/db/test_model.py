"""Random sequences of operations by several people: after each, the database is what the model says."""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from db.pool import open_database
from tests.db.tracker import Tracker


# As many examples as somebody asks for take as long as they take.
@pytest.mark.timeout(0 if "LODGE_MODEL_EXAMPLES" in os.environ else 180)
def test_any_sequence_of_operations_and_undos_matches_the_model(db_url: str) -> None:
    loop = asyncio.new_event_loop()
    database = loop.run_until_complete(open_database(db_url, min_size=1, max_size=2))
    machine = type("Machine", (Tracker,), {"database": database, "loop": loop})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=int(os.environ.get("LODGE_MODEL_EXAMPLES", "60")),
                stateful_step_count=30,
                deadline=None,
                derandomize="LODGE_MODEL_EXAMPLES" not in os.environ,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
