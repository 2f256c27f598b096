"""Open modals: every person's stack of views, and App Home views."""

import copy
from collections import defaultdict
from dataclasses import dataclass

from bot.playground.config import PlaygroundConfig
from bot.playground.directory import Installation
from bot.playground.ids import new_id, view_hash
from bot.playground.inputs import named, state_values
from bot.playground.wire import Json, SlackError

MAX_STACK = 3
_FIELDS = (
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
)


@dataclass(slots=True, kw_only=True)
class OpenView:
    view: Json
    user_id: str
    team_id: str

    @property
    def id(self) -> str:
        return str(self.view["id"])


class Modals:
    def __init__(self) -> None:
        self._by_id: dict[str, OpenView] = {}
        self._stacks: dict[str, list[OpenView]] = defaultdict(list)

    def stack(self, user_id: str) -> list[OpenView]:
        return self._stacks[user_id]

    def get(self, view_id: str) -> OpenView | None:
        return self._by_id.get(view_id)

    def by_external_id(self, team_id: str, external_id: str) -> OpenView | None:
        for item in self._by_id.values():
            if item.team_id == team_id and item.view.get("external_id") == external_id:
                return item
        return None

    def open(self, item: OpenView) -> list[OpenView]:
        """Start a new stack; answers with what stood open before."""
        before = self.clear(item.user_id)
        self._add(item)
        return before

    def push(self, item: OpenView) -> None:
        stack = self._stacks[item.user_id]
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        item.view["root_view_id"] = stack[0].id
        item.view["previous_view_id"] = stack[-1].id
        self._add(item)

    def _add(self, item: OpenView) -> None:
        self._by_id[item.id] = item
        self._stacks[item.user_id].append(item)

    def pop(self, item: OpenView) -> None:
        stack = self._stacks[item.user_id]
        if item in stack:
            stack.remove(item)
        self._by_id.pop(item.id, None)

    def clear(self, user_id: str) -> list[OpenView]:
        stack = self._stacks.pop(user_id, [])
        for item in stack:
            self._by_id.pop(item.id, None)
        return stack


def build(
    payload: Json, app: Installation, config: PlaygroundConfig, now: float, old: Json | None = None
) -> Json:
    """The view Slack keeps of what the app sent; `old` is the one it replaces."""
    view: Json = {
        "id": old["id"] if old else new_id("V"),
        "team_id": app.team_id,
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        "external_id": "",
        "submit_disabled": False,
        "previous_view_id": old["previous_view_id"] if old else None,
        "root_view_id": None,
        "app_id": config.app_id,
        "app_installed_team_id": app.team_id,
        "bot_id": app.bot_id,
        "hash": view_hash(now),
    }
    view |= {key: payload[key] for key in _FIELDS if payload.get(key) is not None}
    if old is not None and not payload.get("external_id"):
        view["external_id"] = old["external_id"]
    view["root_view_id"] = old["root_view_id"] if old else view["id"]
    view["blocks"] = named(payload["blocks"])
    view["state"] = {
        "values": state_values(
            view["blocks"], old["blocks"] if old else None, old["state"]["values"] if old else None
        )
    }
    return view


def snapshot(view: Json) -> Json:
    """The view as it is now, untouched by what people enter later."""
    return {**view, "state": copy.deepcopy(view["state"])}


def check_hash(view: Json, given: str | None) -> None:
    if given and given != view["hash"]:
        raise SlackError("hash_conflict")
