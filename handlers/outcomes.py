"""What an attempt to call Slack came to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """Refused for now: not before `pause`."""

    pause: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Transient:
    """To be tried again. `unknown`: Slack may have done it. `away`: it is Slack that cannot be had, whatever is
    said."""

    why: str
    unknown: bool
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Will be refused again. `whole_channel`: so will everything else there."""

    error: str
    whole_channel: bool


Failure = Limited | Transient | Refused

_PASSING = frozenset(
    {
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "external_channel_migrating",
        "token_expired",
        "update_failed",
        "accesslimited",
        "message_limit_exceeded",
    }
)
# Said before Slack did anything.
_NOTHING_DONE = frozenset(
    {
        "service_unavailable",
        "team_added_to_org",
        "external_channel_migrating",
        "token_expired",
        "accesslimited",
        "message_limit_exceeded",
    }
)
# These last as long as they last. A token that ends is renewed: only Slack can keep us from it.
_AWAY = frozenset({"service_unavailable", "team_added_to_org", "external_channel_migrating", "token_expired"})
_AWAY_STATUS = frozenset({502, 503, 504})
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_CHANNEL = frozenset(
    {
        "is_archived",
        "not_in_channel",
        "channel_not_found",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "restricted_action",
        "restricted_action_read_only_channel",
        # Replies would go through, but what they stand under is gone or shown elsewhere.
        "restricted_action_thread_only_channel",
        "token_revoked",
        "invalid_auth",
        "account_inactive",
        "not_authed",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "access_denied",
        "enterprise_is_restricted",
        "team_access_not_granted",
        "team_not_found",
        "two_factor_setup_required",
        "org_login_required",
        "ekm_access_denied",
        "not_installed",
    }
)
_DEFAULT_PAUSE = 30
# Begins the error of what was tried too often: nobody refused it.
GAVE_UP: Final = "gave up: "


def failure(error: Exception) -> Failure:
    """Raises `error` again when it is none of Slack's or of the way there."""
    match error:
        case SlackApiError():
            return _answered(error)
        case aiohttp.ClientConnectorError():
            return Transient(why=type(error).__name__, unknown=False, away=True)
        case aiohttp.ClientError() | asyncio.TimeoutError() | OSError():
            return Transient(why=type(error).__name__, unknown=True, away=True)
        case SlackClientError():
            return Transient(why=type(error).__name__, unknown=True)
        case _:
            raise error


def _answered(error: SlackApiError) -> Failure:
    status: int = error.response.status_code
    code: str | None = error.response.get("error")
    if status == 429 or code in _LIMITED:
        return Limited(pause=timedelta(seconds=_retry_after(error.response.headers)))
    if status >= 500:
        return Transient(why=f"http {status}", unknown=True, away=status in _AWAY_STATUS)
    if code is None:
        # Something on the way answered, or half of Slack's answer is lost: it refused nothing.
        return Transient(why=f"http {status} without an answer", unknown=True)
    if code in _PASSING:
        return Transient(why=code, unknown=code not in _NOTHING_DONE, away=code in _AWAY)
    if code == "is_inactive":
        # What chat.update says of an archived channel.
        code = "is_archived"
    return Refused(error=code, whole_channel=code in _CHANNEL)


def _retry_after(headers: Mapping[str, str]) -> int:
    for name, told in headers.items():
        if name.lower() == "retry-after":
            return max(1, int(told)) if told.isdigit() else _DEFAULT_PAUSE
    return _DEFAULT_PAUSE
