"""`python -m bot serve`, where a dead worker's jobs are taken over after seconds instead of half a minute, and
an answer that takes long is waited for."""

from __future__ import annotations

from datetime import timedelta

from bot.process import Options, run
from bot.settings import read_settings
from bot.worker import Pace
from tests import patience

if __name__ == "__main__":
    patience.of_people()
    run(read_settings(), Options(pace=Pace(heartbeat=timedelta(seconds=4))))
