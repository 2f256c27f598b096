"""`python -m bot serve`, where a dead worker's jobs are taken over after seconds instead of half a minute, and
an answer that takes long is waited for, unless LODGE_FAULT_ANSWER_WITHIN says how many seconds an event has."""

from __future__ import annotations

import os
from datetime import timedelta

from bot import runner
from bot.process import Options, run
from bot.settings import read_settings
from bot.worker import Pace
from tests import patience

if __name__ == "__main__":
    patience.of_people()
    runner.ANSWER_WITHIN = float(os.environ.get("LODGE_FAULT_ANSWER_WITHIN", runner.ANSWER_WITHIN))
    run(read_settings(), Options(pace=Pace(heartbeat=timedelta(seconds=4))))
