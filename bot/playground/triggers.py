"""The short-lived handles a payload carries: trigger_ids and response_urls."""

from dataclasses import dataclass

from bot.playground.clock import Clock
from bot.playground.config import PlaygroundConfig
from bot.playground.ids import new_id, trigger_id
from bot.playground.wire import SlackError

RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True, kw_only=True)
class Trigger:
    user_id: str
    team_id: str
    made_at: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    team_id: str
    channel_id: str
    user_id: str
    made_at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    uses: int = 0


class Triggers:
    def __init__(self, clock: Clock, config: PlaygroundConfig) -> None:
        self._clock = clock
        self._config = config
        self._open: dict[str, Trigger] = {}

    def issue(self, user_id: str, team_id: str, view_id: str | None = None) -> str:
        now = self._clock.now()
        if len(self._open) > 2_000:
            self._open = {key: item for key, item in self._open.items() if now - item.made_at < 600}
        key = trigger_id(now)
        self._open[key] = Trigger(user_id=user_id, team_id=team_id, made_at=now, view_id=view_id)
        return key

    def exchange(self, key: str, team_id: str) -> Trigger:
        trigger = self._open.get(key)
        if trigger is None or trigger.team_id != team_id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() - trigger.made_at > self._config.trigger_seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


class ResponseUrls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, ResponseUrl] = {}

    def issue(
        self,
        *,
        team_id: str,
        channel_id: str,
        user_id: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
        ephemeral: bool = False,
    ) -> str:
        """The last part of the path."""
        now = self._clock.now()
        if len(self._open) > 5_000:
            self._open = {
                key: item for key, item in self._open.items() if now - item.made_at < RESPONSE_SECONDS
            }
        key = f"{team_id}-{new_id('', 24)}"
        self._open[key] = ResponseUrl(
            team_id=team_id,
            channel_id=channel_id,
            user_id=user_id,
            made_at=now,
            message_ts=message_ts,
            thread_ts=thread_ts,
            ephemeral=ephemeral,
        )
        return key

    def use(self, key: str) -> ResponseUrl:
        item = self._open.get(key)
        if item is None or self._clock.now() - item.made_at > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if item.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        item.uses += 1
        return item
