"""Ports for servers that must know theirs before they start, and keep it when they are started again."""

from __future__ import annotations

import os
import random
import socket

# Below the ports that systems give to outgoing connections: no connection takes one while nobody listens on it.
_LOWEST, _HIGHEST = 12_000, 32_000


def free_port() -> int:
    """Of those that belong to this process of the test run."""
    worker = int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
    mine = [port for port in range(_LOWEST, _HIGHEST) if port % 16 == worker % 16]
    for port in random.SystemRandom().sample(mine, len(mine)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
