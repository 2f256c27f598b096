"""Messages of people as Markdown, and comments as messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from db import limits
from db.comments import Comment
from handlers.views.blocks import Json, actions, button, context, section, truncate
from handlers.views.excerpts import cut
from handlers.views.markdown import to_plain
from handlers.views.mrkdwn import to_markdown
from handlers.views.people import People, who
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.views.rich_text import escape_markdown
from handlers.views.rich_text import to_markdown as rich_to_markdown
from handlers.words import Mrkdwn, Words, clean

SHOWN = 3000
TITLE_MAX = 120
# A press on it opens the form of an issue made from a direct message; the button's value is that message.
OFFER = "issue_from_told"
_NAMED = re.compile(r"<([@#])([A-Z0-9]+)>")


def markdown_of(message: Mapping[str, Any]) -> str:
    """What was written, then the files as links."""
    text = _of_blocks(message.get("blocks") or ()) or to_markdown(str(message.get("text") or ""))
    links = [_file_link(file) for file in message.get("files") or ()]
    # Those of people are previews of what they linked, unless they passed on a message and wrote nothing themselves.
    attached = (message.get("attachments") or ()) if message.get("bot_id") or not text else ()
    return _paragraphs([text, *map(_of_attachment, attached), "\n".join(filter(None, links))])


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, (part.strip() for part in parts)))


def _of_blocks(blocks: Iterable[Json]) -> str:
    return _paragraphs(map(_of_block, blocks))


def _of_block(block: Json) -> str:
    match block.get("type"):
        case "rich_text":
            return rich_to_markdown(block)
        case "header":
            return _of_text(block.get("text"))
        case "section":
            return _paragraphs([_of_text(block.get("text")), *map(_of_text, block.get("fields") or ())])
        case "context":
            return " ".join(filter(None, map(_of_text, block.get("elements") or ())))
        case "markdown":
            return clean(str(block.get("text") or ""))
        case _:
            return ""


def _of_text(text: Json | None) -> str:
    """A text object; pictures among the elements of a context have none."""
    match (text or {}).get("type"):
        case "mrkdwn":
            return to_markdown(str((text or {}).get("text") or ""))
        case "plain_text":
            return escape_markdown(clean(str((text or {}).get("text") or "")))
        case _:
            return ""


def _of_attachment(attachment: Json) -> str:
    """What programs post beside their text, in the older way; and a message that was passed on."""
    inside = _of_blocks(attachment.get("blocks") or ())
    if inside:
        return inside
    title, link = str(attachment.get("title") or ""), attachment.get("title_link")
    parts = [
        to_markdown(str(attachment.get("pretext") or "")),
        _link(title, link) if title and link else to_markdown(title),
        to_markdown(str(attachment.get("text") or "")),
        *(
            f"{to_markdown(str(field.get('title') or ''))}: {to_markdown(str(field.get('value') or ''))}"
            for field in attachment.get("fields") or ()
        ),
    ]
    return _paragraphs(parts) or to_markdown(str(attachment.get("fallback") or ""))


def _file_link(file: Mapping[str, Any]) -> str | None:
    url = file.get("permalink") or file.get("url_private")
    return _link(str(file.get("title") or file.get("name") or url), url) if url else None


def _link(label: str, url: object) -> str:
    label = " ".join(clean(label).split()).replace("[", "(").replace("]", ")")
    return f"[{label}](<{url}>)"


def with_link(description: str, permalink: str | None, words: Words) -> str:
    """With the way back to the message, where that is known and there is room for it."""
    if permalink is None:
        return description
    linked = _paragraphs([description, _link(words.plain("message-link"), permalink)])
    return linked if len(linked) <= limits.TEXT_MAX else description


def title_of(message: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """The first line of a message, short enough to stand as a title; `names` are those of whom it mentions."""

    def name(found: re.Match[str]) -> str:
        return f"{found[1]}{names[found[2]]}" if names and found[2] in names else found[0]

    return truncate(_NAMED.sub(name, _first_line(message)), TITLE_MAX)


def named_in_title(message: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The ids of people and of channels that the title mentions."""
    found = list(dict.fromkeys(_NAMED.findall(_first_line(message)[:TITLE_MAX])))
    return [id_ for kind, id_ in found if kind == "@"], [id_ for kind, id_ in found if kind == "#"]


def _first_line(message: Mapping[str, Any]) -> str:
    """Without its formatting; a line that is nothing but a mark is none."""
    return next(filter(None, map(to_plain, markdown_of(message).split("\n"))), "")


def offer(title: str, ts: str, words: Words) -> Reply:
    """Asks whether what somebody wrote to the bot is to become an issue."""
    text = words("message-offer", title=title)
    make = button(words.plain("button-open-form"), OFFER, f"{ts} {title}", style="primary")
    return Reply(text=text, blocks=[section(text), actions(make)])


def half_order(name: str, word: str, rest: str, title: str, words: Words) -> Reply:
    """What can follow the word, and the way to make an issue of it all the same. `name`: of the subcommand."""
    said = (
        words("order-unread", word=word, rest=truncate(rest, 200)) if rest else words("order-bare", word=word)
    )
    how = f"order-write-{name}" if words.has(f"order-write-{name}") else "order-write-alone"
    return _or_filed(Mrkdwn(f"{said} {words(how, word=word)}"), title, words)


def too_late(key: str, title: str, words: Words) -> Reply:
    """To an order about an issue that is deleted."""
    return _or_filed(words("order-too-late", key=key), title, words)


def _or_filed(text: Mrkdwn, title: str, words: Words) -> Reply:
    make = button(words.plain("unknown-word-create"), OFFER_CREATE, title)
    return Reply(text=text, blocks=[section(text), actions(make)])


def comment_line(comment: Comment, people: People, words: Words, *, deleted: bool = False) -> Json:
    """The arguments of a message that says the comment, or that it was deleted."""
    author = who(comment.author_id, people, words)
    if deleted:
        text = words("thread-comment-deleted", who=author)
        return {"text": text, "blocks": [context(text)], "unfurl_links": False}
    head = words("thread-comment" if comment.edited_at is None else "thread-comment-edited", who=author)
    body = cut(comment.body, SHOWN)
    text = words("thread-comment-text", who=author, text=to_plain(comment.body)[:SHOWN])
    return {"text": text, "blocks": [context(head), *([body] if body else [])], "unfurl_links": False}
