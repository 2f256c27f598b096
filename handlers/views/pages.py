"""The pages that a browser shows: at the end of an installation, and where a link to an issue leads."""

from __future__ import annotations

from html import escape

from handlers.words import Words

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#1d1c1d}}
a{{color:#1f4d3f}}@media(prefers-color-scheme:dark){{body{{background:#1a1d21;color:#e8e8e8}}a{{color:#7fd1b5}}}}
</style></head><body><main><h1>{title}</h1><p>{text}</p><p><a href="{link}">{follow}</a></p></main></body></html>
"""


def installed(words: Words, *, name: str, link: str) -> str:
    return _PAGE.format(
        language=words.locale,
        title=escape(words.plain("install-done", name=name)),
        text=escape(words.plain("install-next")),
        link=escape(link),
        follow=escape(words.plain("install-open")),
    )


def elsewhere(words: Words) -> str:
    """An issue is shown in Slack, and here nothing is said of it."""
    return _PAGE.format(
        language=words.locale,
        title=escape(words.plain("link-title")),
        text=escape(words.plain("link-how")),
        link="slack://open",
        follow=escape(words.plain("install-open")),
    )


def not_installed(words: Words, reason: str) -> str:
    """`reason` is Bolt's or Slack's; what is not known by name is shown as it is."""
    message_id = f"install-failed-{reason.replace('_', '-')}"
    known = words.has(message_id)
    text = words.plain(message_id) if known else words.plain("install-failed-other", reason=reason[:100])
    return _PAGE.format(
        language=words.locale,
        title=escape(words.plain("install-failed")),
        text=escape(text),
        link="/slack/install",
        follow=escape(words.plain("install-again")),
    )
