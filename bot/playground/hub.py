"""Pages that are open, and what is pushed to them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from bot.playground.wire import Json, dumps


class Hub:
    """A page is a queue of ready JSON texts; None tells it to close."""

    def __init__(self) -> None:
        self._pages: dict[str, set[asyncio.Queue[str | None]]] = defaultdict(set)

    def open(self, user_id: str) -> asyncio.Queue[str | None]:
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages[user_id].add(page)
        return page

    def close(self, user_id: str, page: asyncio.Queue[str | None]) -> None:
        self._pages[user_id].discard(page)

    def close_all(self) -> None:
        for pages in self._pages.values():
            for page in pages:
                page.put_nowait(None)

    def push(self, users: Iterable[str], kind: str, body: Json) -> None:
        text: str | None = None
        for user_id in users:
            for page in self._pages.get(user_id, ()):
                if text is None:
                    text = dumps({"push": kind, **body})
                page.put_nowait(text)
