"""Who may do what: the form of a workspace's policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from db.access import SETTABLE, needed_role
from db.states import Role
from handlers.views.blocks import Json, input_block, modal, option, section, static_select
from handlers.words import Words

CALLBACK: Final = "policy_form"
_ROLES: Final = (Role.MEMBER, Role.ADMIN)


def form(settings: Mapping[str, Any], words: Words, metadata: Json) -> Json:
    choices = {role: option(words.plain(f"policy-{role.value}"), role.value) for role in _ROLES}
    inputs = [
        input_block(
            words.plain(f"policy-{action.value.replace('_', '-')}"),
            static_select(
                action.value,
                words.plain("policy-title"),
                list(choices.values()),
                initial=choices[needed_role(action, settings)],
            ),
            action.value,
        )
        for action in SETTABLE
    ]
    return modal(
        CALLBACK,
        words.plain("policy-title"),
        [section(words("policy-about")), *inputs],
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any]) -> dict[str, str]:
    """By action, the least role that may."""
    values = view["state"]["values"]
    return {
        action.value: Role(values[action.value][action.value]["selected_option"]["value"]).value
        for action in SETTABLE
    }
