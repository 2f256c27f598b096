"""What stands inside one cell: several labels, a person, a comment, a formula made harmless."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from db import limits
from db.importing.formats import Format

# A spreadsheet runs a cell that begins with one of these; some take the wide ones of East Asia for the same.
_DANGEROUS: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_GUARDED: Final = re.compile(r"''*[=+\-@＝＋－＠\t\r\n]")

_REF_MAX: Final = 100

_COMMA: Final = re.compile(r"[,;\n]")
_SPACE: Final = re.compile(r"[,;\s]")
_ADDRESS: Final = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>@\s]+@[^<>\s]+)>")
_COMMENT: Final = re.compile(r"(?P<at>[^;\n]{6,60});(?P<author>[^;\n]{0,200});(?P<body>.*)", re.DOTALL)


def guard(text: str) -> str:
    """The cell so that no spreadsheet runs it; `unguard` gives it back."""
    return "'" + text if _DANGEROUS.match(text) else text


def unguard(text: str) -> str:
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def split_labels(cell: str, format_: Format) -> tuple[str, ...]:
    """The labels of a cell as written, trimmed, none twice."""
    names = _from_json(cell, "name") if cell[0] == "[" else None
    if names is None:
        names = (_SPACE if format_ is Format.JIRA else _COMMA).split(cell)
    kept: dict[str, str] = {}
    for name in names:
        cleaned = limits.line(name)
        if cleaned:
            kept.setdefault(cleaned.lower(), cleaned)
    return tuple(kept.values())


def join_labels(names: list[str]) -> str:
    """The cell from which `split_labels` reads these names again."""
    if any(_COMMA.search(name) for name in names) or (names and names[0].startswith("[")):
        return json.dumps(names, ensure_ascii=False)
    return ", ".join(names)


def first_person(cell: str, format_: Format) -> str:
    """The person a cell names, the first of several; empty for nobody."""
    text = cell.strip()
    if format_ is Format.LODGE:
        return limits.line(text)
    if text[:1] in "[{" and text:
        logins = _from_json(text if text[0] == "[" else f"[{text}]", "login")
        if logins is not None:
            return limits.line(logins[0]) if logins else ""
    if "," in text and "<" not in text:
        text = text.split(",", 1)[0]
    text = limits.line(text.split(";", 1)[0])
    return "" if text.lower() in _NOBODY else text.removeprefix("@")


_NOBODY: Final = frozenset(
    {"unassigned", "none", "nobody", "null", "-", "n/a", "nicht zugewiesen", "non assigné", "non attribué"}
)


def _from_json(text: str, key: str) -> list[str] | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list):
        return None
    said = [value.get(key) if isinstance(value, dict) else value for value in values]
    return ["" if value is None else str(value) for value in said]


def name_and_email(text: str) -> tuple[str, str | None]:
    """`Ada Lovelace <ada@example.com>` or either alone."""
    if found := _ADDRESS.fullmatch(text):
        return found["name"].strip('" ') or found["email"], found["email"]
    if "@" in text and " " not in text and "." in text.rpartition("@")[2]:
        return text.partition("@")[0], text
    return text, None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCell:
    """`at`, `author` and `ref` (its id there) as the file has them, or empty."""

    body: str
    at: str = ""
    author: str = ""
    ref: str = ""


def read_comments(cell: str, format_: Format) -> list[CommentCell]:
    """The comments of a cell: Jira's `date;author;text`, JSON as Lodge and `gh` write it, or text and nothing else."""
    entries = _entries(cell) if cell.startswith("[") else None
    if entries is not None and (format_ is Format.LODGE or all("body" in entry for entry in entries)):
        return [_from_entry(entry) for entry in entries]
    found = _COMMENT.fullmatch(cell)
    if found and any(c.isdigit() for c in found["at"]):
        return [
            CommentCell(
                body=limits.clean(found["body"]), at=found["at"].strip(), author=found["author"].strip()
            )
        ]
    return [CommentCell(body=limits.clean(cell))]


def _entries(cell: str) -> list[dict[str, Any]] | None:
    """None when it only begins like JSON: then it is a text like any other."""
    try:
        entries = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return entries if isinstance(entries, list) and all(isinstance(e, dict) for e in entries) else None


def _from_entry(entry: dict[str, Any]) -> CommentCell:
    author = entry.get("author") or ""
    if isinstance(author, dict):
        author = author.get("login") or author.get("name") or ""
    return CommentCell(
        body=limits.clean(str(entry.get("body") or "")),
        at=str(entry.get("at") or entry.get("createdAt") or entry.get("created_at") or ""),
        author=limits.line(str(author)),
        ref=limits.line(str(entry.get("id") or ""))[:_REF_MAX],
    )
