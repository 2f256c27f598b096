"""What people write in Slack's composer or a command, as the Markdown that is kept."""

from __future__ import annotations

import re

from handlers.views.rich_text import escape_markdown
from handlers.words import clean, unescape

_TOKEN = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<![^\W_])(?P<mark>[*_~])(?=\S)(?P<inner>[^\n]*?\S)(?P=mark)(?![^\W_])",
    re.DOTALL,
)
_MARKS = {"*": "**", "_": "*", "~": "~~"}
_BULLET = re.compile(r"^( *)[•◦▪︎] +", re.MULTILINE)


def to_markdown(text: str) -> str:
    """`text` as Slack sends it, with its escapes."""
    return _BULLET.sub(r"\1- ", re.sub(r"^&gt; ?", "> ", _convert(clean(text)), flags=re.MULTILINE)).strip()


def _convert(text: str) -> str:
    parts = []
    at = 0
    for token in _TOKEN.finditer(text):
        parts.append(_letters(text[at : token.start()]))
        parts.append(_read(token))
        at = token.end()
    parts.append(_letters(text[at:]))
    return "".join(parts)


def _letters(text: str) -> str:
    # A quote's mark is kept escaped until lines are looked at, so that a typed ">" elsewhere stays a letter.
    lines = (
        line[:4] + escape_markdown(unescape(line[4:]))
        if line.startswith("&gt;")
        else escape_markdown(unescape(line))
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _read(token: re.Match[str]) -> str:
    if token["block"]:
        code = unescape(token["block"]).strip("\n")
        return f"\n```\n{code}\n```\n"
    if token["code"]:
        return f"`{unescape(token['code'])}`"
    if token["angle"]:
        return _angle(token["angle"])
    mark = _MARKS[token["mark"]]
    return f"{mark}{_convert(token['inner'])}{mark}"


def _angle(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target[0] in "@#":
        return f"<{target}>"
    if target[0] == "!":
        return escape_markdown(unescape(label or f"@{target[1:].partition('^')[0]}"))
    url, shown = unescape(target), unescape(label)
    if not shown or shown == url:
        return url
    if url == f"mailto:{shown}" or url == f"tel:{shown}":
        return shown
    label = re.sub(r"([\\\[\]])", r"\\\1", shown)
    return f"[{label}](<{url}>)" if re.search(r"[()]", url) else f"[{label}]({url})"
