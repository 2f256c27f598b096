"""Outgoing webhooks: the list of them, the form, the one time a secret is shown, and what was said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.ids import PersonId
from db.outgoing import NAME_MAX, URL_MAX, Receiver, Send
from handlers.views import owned
from handlers.views.blocks import (
    Json,
    actions,
    box,
    button,
    context,
    input_block,
    modal,
    section,
    text_input,
)
from handlers.views.drawn import read_number
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, clean

CALLBACK = "outgoing_form"
NEW, LOG, REPLAY, DELETE, ON = (
    "outgoing_new",
    "outgoing_log",
    "outgoing_replay",
    "outgoing_delete",
    "outgoing_on",
)
NAME, URL = "name", "url"


def listing(found: Sequence[Receiver], owner: PersonId | None, people: People, words: Words) -> Reply:
    """`people` has the owners of those that are not `owner`'s."""

    def draw(each: Receiver) -> list[Json]:
        return [section(_line(each, owner, people, words)), _buttons(each, words)]

    return owned.listing(found, draw, words, kind="outgoing", more="webhook-more", new=NEW)


def _line(each: Receiver, owner: PersonId | None, people: People, words: Words) -> Mrkdwn:
    state = words("outgoing-off", when=moment(each.off_at)) if each.off_at else words("outgoing-on")
    name = words("outgoing-name", name=each.name, url=each.url)
    return owned.line(name, [state, *owned.not_mine(each, owner, people, words)])


def _buttons(each: Receiver, words: Words) -> Json:
    shown = [button(words.plain("outgoing-log"), LOG, each.webhook_id)]
    if each.off_at is not None:
        shown.append(button(words.plain("outgoing-switch-on"), ON, each.webhook_id))
    text = words.plain("outgoing-delete-text", name=each.name)
    shown.append(owned.delete_button(DELETE, each.webhook_id, text, words))
    return actions(*shown, block_id=f"outgoing:{each.webhook_id}")


def form(words: Words) -> Json:
    return modal(
        CALLBACK,
        words.plain("outgoing-form-title"),
        [
            input_block(words.plain("webhook-field-name"), text_input(NAME, most=NAME_MAX), NAME),
            input_block(
                words.plain("outgoing-field-url"),
                text_input(URL, most=URL_MAX, placeholder="https://example.com/lodge"),
                URL,
                hint=words.plain("outgoing-url-hint"),
            ),
        ],
        submit=words.plain("webhook-create"),
        close=words.plain("form-cancel"),
    )


def read(view: Mapping[str, Any]) -> tuple[str, str]:
    """Name and address."""
    url = clean(view["state"]["values"][URL][URL]["value"] or "").strip()
    return owned.read_name(view, NAME), url


def shown_once(each: Receiver, secret: str, words: Words) -> Json:
    blocks = [
        section(words("outgoing-made", name=each.name)),
        box(secret),
        section(words("webhook-keep")),
        context(words("outgoing-how")),
    ]
    return modal(CALLBACK, words.plain("outgoing-form-title"), blocks, close=words.plain("webhook-done"))


def made_before(words: Words) -> Json:
    text = section(words("outgoing-made-before"))
    return modal(CALLBACK, words.plain("outgoing-form-title"), [text], close=words.plain("webhook-done"))


def read_send(value: str) -> tuple[str, int]:
    """Of which webhook, and which of its news is to be said again."""
    webhook_id, _, send_id = value.partition(":")
    return webhook_id, read_number(send_id)


def log(each: Receiver, sends: Sequence[Send], words: Words) -> Reply:
    """What was said last, how it was taken, and the buttons to say it again."""
    text = words("outgoing-log-title", name=each.name)
    blocks: list[Json] = [section(text)]
    for send in sends:
        said = words(
            f"outgoing-log-{send.state}",
            kind=send.kind,
            when=moment(send.created_at),
            attempts=send.attempts,
            outcome=send.outcome or "–",
        )
        again = button(words.plain("outgoing-replay"), REPLAY, f"{each.webhook_id}:{send.send_id}")
        blocks.append(section(said, accessory=None if send.state == "waiting" else again))
    if not sends:
        blocks.append(section(words("outgoing-log-none")))
    return Reply(text=text, blocks=blocks)
