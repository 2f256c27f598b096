"""A client in a process of its own: sends the prepared requests of a file, and prints what it measured.

`python -m tests.bench.calls PORT AT_ONCE FILE`
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop

from tests.bench import load


@dataclass(slots=True)
class Called:
    """`busy` is the time in seconds that the server's process had a CPU for."""

    requests: int = 0
    seconds: float = 0.0
    busy: float = 0.0
    p50: float = 0.0

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def per_busy_second(self) -> float:
        return self.requests / self.busy

    def add(self, other: Called) -> None:
        self.requests += other.requests
        self.seconds += other.seconds
        self.busy += other.busy
        self.p50 = max(self.p50, other.p50)


def request(method: str, path: str, *, token: str | None = None, body: object = None, **more: str) -> bytes:
    """A whole HTTP request."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Host": "127.0.0.1", "Accept": "*/*", **more}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


async def send(port: int, pid: int, requests: Sequence[bytes], at_once: int, folder: Path) -> Called:
    """Has them all sent by a process of its own; `pid` is the server's."""
    file = folder / "requests"
    file.write_bytes(pickle.dumps(list(requests)))
    server = psutil.Process(pid)
    before = server.cpu_times()
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.calls", str(port), str(at_once), str(file),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await client.communicate()
    assert client.returncode == 0, "the client failed"
    after = server.cpu_times()
    busy = after.user + after.system - before.user - before.system
    return Called(busy=busy, **json.loads(told))


async def main() -> None:
    port, at_once, file = sys.argv[1:]
    requests = pickle.loads(Path(file).read_bytes())
    result = await load.run(int(port), requests, int(at_once))
    print(
        json.dumps(
            {"requests": len(result.latencies), "seconds": result.seconds, "p50": result.percentile(50)}
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
