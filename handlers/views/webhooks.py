"""Incoming webhooks: the list of them, the form, the one time a secret is shown, and what could not be understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.ids import ChannelId, PersonId
from db.webhooks import NAME_MAX, Auth, Failed, Hook, Kind
from handlers.views import owned
from handlers.views.blocks import (
    Json,
    actions,
    box,
    button,
    context,
    input_block,
    modal,
    option,
    section,
    static_select,
    text_input,
    truncate,
)
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, clean

CALLBACK = "webhook_form"
SHOWN_ONCE = "webhook_secret"
ROTATE_CALLBACK = "webhook_secret_form"
NEW, ROTATE, DELETE = "webhook_new", "webhook_rotate", "webhook_delete"
FAILURES, REPLAY, DISCARD = "webhook_failures", "webhook_replay", "webhook_discard"
NAME, KIND, AUTH, CHANNEL, MAPPING = "name", "kind", "auth", "channel", "mapping"
GIVEN = "given"
SECRET_MAX = 200
MAPPING_MAX = 2_500
EXCERPT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form was sent with; the mapping still as it was typed."""

    name: str
    kind: Kind
    auth: Auth
    channel_id: ChannelId | None
    mapping: str


def listing(hooks: Sequence[Hook], owner: PersonId | None, people: People, words: Words) -> Reply:
    """`people` has the owners of those that are not `owner`'s."""

    def draw(hook: Hook) -> list[Json]:
        return [section(_line(hook, owner, people, words)), _buttons(hook, words)]

    return owned.listing(hooks, draw, words, kind="webhook", more="webhook-more", new=NEW)


def _line(hook: Hook, owner: PersonId | None, people: People, words: Words) -> Mrkdwn:
    facts = [words(f"webhook-kind-{hook.kind.value}"), words(f"webhook-auth-{hook.auth.value}")]
    if hook.channel_id is not None:
        facts.append(words("webhook-cards-in", channel=Mrkdwn(f"<#{hook.channel_id}>")))
    name = words("webhook-name", name=hook.name, id=hook.webhook_id)
    return owned.line(name, [*facts, *owned.not_mine(hook, owner, people, words)])


def _buttons(hook: Hook, words: Words) -> Json:
    shown = [button(words.plain("webhook-rotate"), ROTATE, hook.webhook_id)]
    if hook.failed:
        shown.append(button(words.plain("webhook-failures", count=hook.failed), FAILURES, hook.webhook_id))
    text = words.plain("webhook-delete-text", name=hook.name)
    shown.append(owned.delete_button(DELETE, hook.webhook_id, text, words))
    return actions(*shown, block_id=f"webhook:{hook.webhook_id}")


def form(words: Words, metadata: Json, *, channel_id: str | None = None) -> Json:
    kinds = [option(words.plain(f"webhook-kind-{kind.value}"), kind.value) for kind in Kind]
    auths = [option(words.plain(f"webhook-auth-{auth.value}"), auth.value) for auth in Auth]
    channel: Json = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if channel_id is not None and channel_id[0] in "CG":
        channel["initial_conversation"] = channel_id
    return modal(
        CALLBACK,
        words.plain("webhook-form-title"),
        [
            input_block(
                words.plain("webhook-field-name"),
                text_input(NAME, most=NAME_MAX, placeholder=words.plain("webhook-placeholder")),
                NAME,
            ),
            input_block(
                words.plain("webhook-field-kind"),
                static_select(KIND, words.plain("webhook-field-kind"), kinds, initial=kinds[0]),
                KIND,
            ),
            input_block(
                words.plain("webhook-field-auth"),
                static_select(AUTH, words.plain("webhook-field-auth"), auths, initial=auths[0]),
                AUTH,
                hint=words.plain("webhook-auth-hint"),
            ),
            input_block(
                words.plain("webhook-field-channel"),
                channel,
                CHANNEL,
                optional=True,
                hint=words.plain("webhook-channel-hint"),
            ),
            input_block(
                words.plain("webhook-field-mapping"),
                text_input(MAPPING, multiline=True, most=MAPPING_MAX, placeholder='{"title": "alert.name"}'),
                MAPPING,
                optional=True,
                hint=words.plain("webhook-mapping-hint"),
            ),
        ],
        submit=words.plain("webhook-create"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> Filled:
    values = view["state"]["values"]
    channel = values[CHANNEL][CHANNEL].get("selected_conversation")
    return Filled(
        name=owned.read_name(view, NAME),
        kind=Kind(values[KIND][KIND]["selected_option"]["value"]),
        auth=Auth(values[AUTH][AUTH]["selected_option"]["value"]),
        channel_id=ChannelId(channel) if channel else None,
        mapping=values[MAPPING][MAPPING]["value"] or "",
    )


def secret_form(hook: Hook, words: Words) -> Json:
    """Left empty, a secret is made; some senders, Sentry among them, give one of their own."""
    return modal(
        ROTATE_CALLBACK,
        words.plain("webhook-form-title"),
        [
            section(words("webhook-rotate-text", name=hook.name)),
            input_block(
                words.plain("webhook-field-secret"),
                text_input(GIVEN, most=SECRET_MAX),
                GIVEN,
                optional=True,
                hint=words.plain("webhook-secret-hint"),
            ),
        ],
        submit=words.plain("webhook-rotate"),
        close=words.plain("form-cancel"),
        metadata={"webhook": hook.webhook_id},
    )


def read_secret(view: Mapping[str, Any]) -> str | None:
    """The sender's own secret, or None."""
    return (view["state"]["values"][GIVEN][GIVEN]["value"] or "").strip() or None


def secret_set(hook: Hook, words: Words) -> Json:
    return _said(words, "webhook-secret-set", name=hook.name)


def shown_once(hook: Hook, secret: str, words: Words, public_url: str | None) -> Json:
    """Address and secret in boxes of their own, to be copied whole; and where to put them."""
    base = public_url or words.plain("webhook-this-server")
    blocks = [
        section(words("webhook-made", name=hook.name)),
        box(f"{base}/hooks/{hook.webhook_id}"),
        section(words("webhook-secret")),
        box(secret),
        section(words("webhook-keep")),
        context(words(f"webhook-how-{hook.kind.value}-{hook.auth.value}")),
    ]
    return modal(SHOWN_ONCE, words.plain("webhook-form-title"), blocks, close=words.plain("webhook-done"))


def made_before(words: Words) -> Json:
    return _said(words, "webhook-made-before")


def _said(words: Words, message: str, **known: str) -> Json:
    text = section(words(message, **known))
    return modal(SHOWN_ONCE, words.plain("webhook-form-title"), [text], close=words.plain("webhook-done"))


def failures(hook: Hook, found: Sequence[Failed], explain: Callable[[str], str], words: Words) -> Reply:
    """What came, why it could not be understood, and the buttons to try it again."""
    text = words("webhook-failed-title", name=hook.name)
    blocks: list[Json] = [section(text)]
    for each in found:
        again = button(words.plain("webhook-replay"), REPLAY, f"{hook.webhook_id}:{each.arrival_id}")
        said = words("webhook-failed", when=moment(each.at), why=explain(each.error))
        body = truncate(clean(each.body.decode(errors="replace")), EXCERPT)
        blocks += [section(said, accessory=again), box(body or "–")]
    if found:
        blocks.append(actions(button(words.plain("webhook-discard"), DISCARD, hook.webhook_id)))
    else:
        blocks.append(section(words("webhook-failed-none")))
    return Reply(text=text, blocks=blocks)
