"""A Slack that takes what it is sent, pictures too, and says that all is well. Prints its port, and for every line it
is given how many pictures it has.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiohttp import web


class Slack:
    def __init__(self) -> None:
        self.url = ""
        self._uploaded = 0

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        if not request.path.startswith("/api/"):
            self._uploaded += request.path == "/upload"
            return web.Response(text="ok")
        file = {"id": "F1", "mimetype": "image/png"}
        return web.json_response(
            {"ok": True, "upload_url": f"{self.url}/upload", "file_id": "F1", "files": [file], "file": file}
        )

    def __str__(self) -> str:
        return str(self._uploaded)


async def main() -> None:
    slack = Slack()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    slack.url = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(slack, flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main())
