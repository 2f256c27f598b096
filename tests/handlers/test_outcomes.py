"""Every answer of Slack's to what the sender says, and what becomes of the message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clients import CALL_TIMEOUT, ObservedClient, refusal
from bot.playground.error_codes import COMMON, SPECIFIC
from db import senders
from handlers.outcomes import Limited, Refused, Transient, failure
from handlers.retrying import delay_after

SENDING = ("chat.postMessage", "chat.update", "conversations.open")

LIMITED = {"ratelimited", "rate_limited"}
# Tried again, and given up when that does not help.
PASSING = {
    "accesslimited",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "request_timeout",
    "update_failed",
}
# Tried again until it is over.
AWAY = {"external_channel_migrating", "service_unavailable", "team_added_to_org", "token_expired"}
# Nothing can be said there.
CLOSED = {
    "access_denied",
    "account_inactive",
    "channel_not_found",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "invalid_auth",
    "is_archived",
    "is_inactive",
    "messages_tab_disabled",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "not_in_channel",
    "org_login_required",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "team_access_not_granted",
    "token_revoked",
    "two_factor_setup_required",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
}
# It is this message that cannot be sent or changed.
OWN = {
    "as_user_not_supported",
    "cannot_reply_to_message",
    "cant_update_message",
    "deprecated_endpoint",
    "duplicate_channel_not_found",
    "duplicate_message_not_found",
    "edit_window_closed",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_charset",
    "invalid_form_data",
    "invalid_json",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_post_type",
    "invalid_thread_ts",
    "invalid_user_combination",
    "json_not_object",
    "message_not_found",
    "metadata_must_be_sent_from_app",
    "metadata_too_large",
    "method_deprecated",
    "method_not_supported_for_channel_type",
    "missing_post_type",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "not_enough_users",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "thread_locked",
    "thread_not_found",
    "too_many_attachments",
    "too_many_contact_cards",
    "too_many_users",
    "upgrade_required",
    "users_list_not_supplied",
}


def answered(code: str | None, *, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    data = {"ok": False} | ({} if code is None else {"error": code})
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call] # the SDK's


def test_every_documented_answer_is_of_one_kind() -> None:
    documented = COMMON.union(*(SPECIFIC[method] for method in SENDING))
    kinds = [LIMITED, PASSING, AWAY, CLOSED, OWN]
    assert documented == set().union(*kinds)
    assert len(documented) == sum(map(len, kinds))


@pytest.mark.parametrize("code", sorted(CLOSED))
def test_a_closed_channel_refuses_everything(code: str) -> None:
    refused = failure(answered(code))
    assert isinstance(refused, Refused)
    assert refused.whole_channel


@pytest.mark.parametrize("code", sorted(OWN))
def test_what_is_wrong_with_one_message_keeps_no_other_back(code: str) -> None:
    assert failure(answered(code)) == Refused(error=code, whole_channel=False)


@pytest.mark.parametrize("code", sorted(PASSING | AWAY))
def test_what_passes_is_tried_again(code: str) -> None:
    passing = failure(answered(code))
    assert isinstance(passing, Transient)
    assert passing.away is (code in AWAY)


@pytest.mark.parametrize("code", sorted(LIMITED))
def test_a_limit_says_how_long(code: str) -> None:
    assert failure(answered(code, headers={"Retry-After": "7"})) == Limited(pause=timedelta(seconds=7))
    assert failure(answered(None, status=429, headers={"retry-after": "7"})) == Limited(
        pause=timedelta(seconds=7)
    )
    # Nobody knows for how long.
    assert failure(answered(code)) == Limited(pause=timedelta(seconds=30))


@pytest.mark.parametrize(("status", "away"), [(500, False), (502, True), (503, True), (504, True)])
def test_a_failure_of_the_server_may_have_done_it(status: int, away: bool) -> None:
    assert failure(answered("internal_error", status=status)) == Transient(
        why=f"http {status}", unknown=True, away=away
    )


@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ServerDisconnectedError(), ConnectionResetError()])
def test_a_way_that_breaks_off_may_have_been_gone(error: Exception) -> None:
    broken = failure(error)
    assert isinstance(broken, Transient)
    assert (broken.unknown, broken.away) == (True, True)


def test_however_often_something_was_tried_it_is_tried_again_within_minutes() -> None:
    assert delay_after(0) == timedelta(seconds=1)
    assert delay_after(3) == timedelta(seconds=8)
    assert delay_after(100) == delay_after(10_000) == timedelta(minutes=5)


def test_what_is_none_of_slacks_is_raised() -> None:
    with pytest.raises(KeyError):
        failure(KeyError("ours"))


JSON = "application/json"
# What something on the way says in Slack's place.
STRANGE = {
    "chat.postMessage": ('{"ok": tr', JSON),
    "chat.update": ("<html>Down for maintenance</html>", "text/html"),
    "chat.delete": ("upstream connect error", "text/plain"),
    "views.open": ("", JSON),
    "views.push": ("[]", JSON),
    "views.update": ('{"error": {"code": 503}}', JSON),
    "views.publish": ('{"ok": false, "error": {"code": 503}}', JSON),
}


@pytest.fixture
async def client() -> AsyncIterator[ObservedClient]:
    """Of a Slack whose answers are none, and who never answers a question about itself."""
    over = asyncio.Event()

    async def strange(request: web.Request) -> web.Response:
        text, kind = STRANGE[request.path.strip("/")]
        return web.Response(text=text, content_type=kind)

    async def silence(_: web.Request) -> web.Response:
        await over.wait()
        return web.json_response({"ok": True})

    app = web.Application()
    for method in STRANGE:
        app.router.add_post(f"/{method}", strange)
    app.router.add_post("/auth.test", silence)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield ObservedClient(token="xoxb-1", base_url=str(server.make_url("/")), session=session, timeout=60)
        over.set()


@pytest.mark.parametrize("method", STRANGE)
async def test_an_answer_that_is_none_refuses_nothing(client: ObservedClient, method: str) -> None:
    seen: list[tuple[str, str]] = []
    client.observer = lambda *each: seen.append(each)
    with pytest.raises(SlackApiError) as raised:
        await client.api_call(method, json={"channel": "C1", "text": "x"})
    assert raised.value.response["error"] is None
    assert refusal(raised.value) is None
    assert failure(raised.value) == Transient(why="http 200 without an answer", unknown=True)
    assert seen == [(method, "status 200")]


async def test_a_call_that_is_not_answered_ends_before_others_send_in_its_place(
    client: ObservedClient,
) -> None:
    client.timeout = 1
    async with asyncio.timeout(60) as guard:
        with pytest.raises(TimeoutError) as raised:
            await client.auth_test()
    assert not guard.expired()
    assert failure(raised.value) == Transient(why="TimeoutError", unknown=True, away=True)
    assert timedelta(seconds=CALL_TIMEOUT) < senders.HELD
