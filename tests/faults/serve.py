"""`python -m bot serve`, where a dead worker's jobs are taken over after seconds instead of half a minute."""

from __future__ import annotations

from datetime import timedelta

from bot.process import Options, run
from bot.settings import read_settings
from bot.worker import Pace

if __name__ == "__main__":
    run(read_settings(), Options(pace=Pace(heartbeat=timedelta(seconds=4))))
