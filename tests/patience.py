"""How fast a machine is shall decide nothing here: what gives up after seconds in production has time in tests.

A test of giving up sets its own few moments.
"""

from __future__ import annotations

from bot import runner
from bot.playground import config
from db import pool, route
from handlers import acting, commands, dedupe, late, loading, pointing, requesting, sources
from handlers.reports import answering


def of_people() -> None:
    """An answer that takes long is waited for, instead of being announced."""
    commands.PATIENCE = 45.0
    late.PATIENCE = 45.0
    loading.PATIENCE = 45.0
    acting.CHOICES_WITHIN = 45.0
    requesting.PATIENCE = 45.0
    runner.ANSWER_WITHIN = 45.0
    dedupe._PATIENCE = 45.0
    sources._PATIENCE = 45.0
    answering.NOTICE_AFTER = 45.0
    # What is said unasked comes between no two answers, but in tests of that.
    pointing.AFTER = 3600.0


def of_everybody() -> None:
    of_people()
    config.SECONDS = 60.0
    pool.ACQUIRE_WITHIN = 45.0
    route._PATIENCE = 45.0
