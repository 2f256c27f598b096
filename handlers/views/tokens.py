"""API tokens: the list of them, the form for a new one, and the one time its text is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from db.access import outranks
from db.ids import PersonId
from db.states import Role
from db.tokens import NAME_MAX, Token
from handlers.views import owned
from handlers.views.blocks import (
    Json,
    box,
    button,
    confirm,
    context,
    input_block,
    modal,
    option,
    section,
    static_select,
    text_input,
)
from handlers.views.people import People, mention
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words

CALLBACK = "token_form"
NEW = "token_new"
REVOKE = "token_revoke"
NAME, ROLE, DAYS = "name", "role", "days"
# Days that a token can be made for; 0: without an end.
LIFETIMES = (7, 30, 90, 365, 0)
USUAL = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    name: str
    role: Role
    lifetime: timedelta | None


def listing(tokens: Sequence[Token], owner: PersonId | None, people: People, words: Words) -> Reply:
    """`people` has the owners of those that are not `owner`'s."""

    def draw(token: Token) -> list[Json]:
        return [section(_line(token, owner, people, words), accessory=_revoke_button(token, words))]

    return owned.listing(tokens, draw, words, kind="token", more="token-more", new=NEW)


def revoked(token: Token, left: Reply, words: Words) -> Reply:
    return owned.with_notice(words("token-revoked", name=token.name), left)


def _line(token: Token, owner: PersonId | None, people: People, words: Words) -> Mrkdwn:
    facts = [
        words(f"token-role-{token.role.value}"),
        words("token-used", when=moment(token.last_used_at)) if token.last_used_at else words("token-unused"),
        words("token-until", when=moment(token.expires_at)) if token.expires_at else words("token-endless"),
    ]
    if token.person_id is None:
        facts.append(words("token-of-nobody"))
    elif token.person_id != owner:
        facts.append(words("token-of", who=mention(people.get(token.person_id), words)))
    return owned.line(words("token-name", name=token.name, id=token.token_id), facts)


def _revoke_button(token: Token, words: Words) -> Json:
    return button(
        words.plain("token-revoke"),
        REVOKE,
        token.token_id,
        style="danger",
        confirm=confirm(
            words.plain("token-revoke-title"),
            words.plain("token-revoke-text", name=token.name),
            words.plain("token-revoke"),
            words.plain("form-cancel"),
        ),
    )


def form(own: Role, words: Words, *, name: str = "") -> Json:
    """`own` is the role of the one who makes it: the token's is no higher."""
    roles = [option(words.plain(f"token-role-{role.value}"), role.value) for role in _up_to(own)]
    lifetimes = {days: option(words.plain("token-days", days=days), str(days)) for days in LIFETIMES}
    usual = Role.MEMBER if not outranks(Role.MEMBER, own) else own
    return modal(
        CALLBACK,
        words.plain("token-form-title"),
        [
            input_block(
                words.plain("token-field-name"),
                text_input(NAME, initial=name, most=NAME_MAX, placeholder=words.plain("token-placeholder")),
                NAME,
            ),
            input_block(
                words.plain("token-field-role"),
                static_select(
                    ROLE,
                    words.plain("token-field-role"),
                    roles,
                    initial=next(each for each in roles if each["value"] == usual.value),
                ),
                ROLE,
                hint=words.plain("token-role-hint"),
            ),
            input_block(
                words.plain("token-field-days"),
                static_select(
                    DAYS,
                    words.plain("token-field-days"),
                    list(lifetimes.values()),
                    initial=lifetimes[USUAL],
                ),
                DAYS,
            ),
        ],
        submit=words.plain("token-create"),
        close=words.plain("form-cancel"),
    )


def _up_to(own: Role) -> list[Role]:
    return [role for role in Role if not outranks(role, own)]


def read(view: Mapping[str, Any]) -> Draft:
    values = view["state"]["values"]
    days = int(values[DAYS][DAYS]["selected_option"]["value"])
    return Draft(
        name=owned.read_name(view, NAME),
        role=Role(values[ROLE][ROLE]["selected_option"]["value"]),
        lifetime=timedelta(days=days) if days else None,
    )


def shown_once(token: Token, text: str, words: Words, api: str | None) -> Json:
    """The text stands in a box of its own, to be copied whole. `api` is the API's address, when it is known."""
    blocks = [section(words("token-made", name=token.name)), box(text), section(words("token-keep"))]
    if api is not None:
        blocks.append(context(words("token-api", api=Mrkdwn(api))))
    return modal(CALLBACK, words.plain("token-form-title"), blocks, close=words.plain("token-done"))


def made_before(words: Words) -> Json:
    return modal(CALLBACK, words.plain("token-form-title"), [section(words("token-made-before"))])
