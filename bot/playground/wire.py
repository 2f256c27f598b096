"""The JSON that goes over Slack's wire."""

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
dumps: Callable[[Any], str] = _encoder.encode
loads: Callable[[str | bytes], Any] = json.loads


class SlackError(Exception):
    """A call refused the way Slack refuses it: `{"ok": false, "error": code}`."""

    def __init__(self, code: str, *, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.extra = extra

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages is not None:
            body["errors"] = [text.removeprefix("[ERROR] ") for text in self.messages]
            body["response_metadata"] = {"messages": self.messages}
        return body


class RateLimitedError(SlackError):
    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after
