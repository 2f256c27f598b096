"""What a listener is called with: what it names, and no more.

Bolt gathers all that any listener could ask for, for each of them; that takes as long as all the rest it does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from slack_bolt.listener.async_listener import AsyncCustomListener, AsyncListener
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.payload_utils import to_event, to_view

# By the names that Bolt gives them: https://docs.slack.dev/tools/bolt-python/reference/kwargs_injection/async_args.html
FOUND: Final[Mapping[str, Callable[[AsyncBoltRequest], Any]]] = {
    "ack": lambda request: request.context.ack,
    "asker": lambda request: request.context["asker"],
    "body": lambda request: request.body,
    "client": lambda request: request.context.client,
    "complete": lambda request: request.context.complete,
    "context": lambda request: request.context,
    "event": lambda request: to_event(request.body),
    "fail": lambda request: request.context.fail,
    "view": lambda request: to_view(request.body),
}


def names_of(listener: AsyncListener) -> tuple[str, ...] | None:
    """The arguments it takes; None where Bolt has to gather them."""
    if not isinstance(listener, AsyncCustomListener):
        return None
    names = tuple(listener.arg_names)
    if inspect.ismethod(listener.ack_function) and names[:1] == ("self",):
        names = names[1:]
    return names if FOUND.keys() >= set(names) else None


def arguments(names: tuple[str, ...], request: AsyncBoltRequest) -> dict[str, Any]:
    return {name: FOUND[name](request) for name in names}
