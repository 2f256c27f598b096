"""Messages of people as Markdown, and comments as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.comments import Comment
from handlers.views.blocks import Json, context, truncate
from handlers.views.excerpts import cut
from handlers.views.markdown import to_plain
from handlers.views.mrkdwn import to_markdown
from handlers.views.people import People, who
from handlers.views.rich_text import to_markdown as rich_to_markdown
from handlers.words import Words

SHOWN = 3000
TITLE_MAX = 120


def markdown_of(message: Mapping[str, Any]) -> str:
    """What was written, then the files as links."""
    blocks = message.get("blocks") or ()
    rich = [block for block in blocks if block.get("type") == "rich_text"]
    if rich:
        text = "\n\n".join(filter(None, map(rich_to_markdown, rich)))
    else:
        text = to_markdown(str(message.get("text") or ""))
    links = [_file_link(file) for file in message.get("files") or ()]
    return "\n\n".join(filter(None, [text.strip(), "\n".join(filter(None, links))]))


def _file_link(file: Mapping[str, Any]) -> str | None:
    url = file.get("permalink") or file.get("url_private")
    name = str(file.get("title") or file.get("name") or url).replace("[", "(").replace("]", ")")
    return f"[{name}](<{url}>)" if url else None


def title_of(message: Mapping[str, Any]) -> str:
    """The first line of a message, short enough to stand as a title."""
    first = next((line for line in markdown_of(message).split("\n") if line.strip()), "")
    return truncate(to_plain(first), TITLE_MAX)


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
