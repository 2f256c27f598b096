"""What is open while a form is made."""

from __future__ import annotations

from handlers.views.blocks import Json, modal, section
from handlers.words import Mrkdwn, Words


def loading(words: Words) -> Json:
    text = words("loading")
    return modal("loading", words.plain("loading-title"), [section(text)], close=words.plain("form-cancel"))


def instead(said: Mrkdwn, words: Words) -> Json:
    """No form came of it: why."""
    return modal("loading", words.plain("loading-over"), [section(said)], close=words.plain("form-close"))
