"""Every length limit of a text a person sends, and the one place that enforces them."""

from __future__ import annotations

import re

from db.errors import FieldError, Invalid

TITLE_MAX = 255
TEXT_MAX = 40_000
LABEL_MAX = 50
LABELS_MAX = 100
NAME_MAX = 255
EMAIL_MAX = 320
EXTERNAL_REF_MAX = 255
REQUEST_KEY_MAX = 255
BULK_MAX = 10_000
# A bulk of more issues than this needs the role that the workspace sets for it.
BULK_FREE = 20
# As many as one button can carry, which is asked before.
DELETE_MAX = 50

# PostgreSQL takes neither NUL nor half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what cannot be stored, with newlines as `\\n`, trimmed."""
    if _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def line(text: str) -> str:
    """The text as one line."""
    return " ".join(clean(text).split())


def _bounded(field: str, text: str, limit: int) -> str:
    if len(text) > limit:
        message = f"has {len(text):,} characters; at most {limit:,} fit"
        raise Invalid(FieldError(field=field, code="too_long", message=message, limit=limit))
    return text


def _filled(field: str, text: str, limit: int) -> str:
    if not text:
        raise Invalid(FieldError(field=field, code="required", message="must not be empty", limit=limit))
    return _bounded(field, text, limit)


def title(text: str) -> str:
    """Raises Invalid unless 1 to TITLE_MAX characters remain once cleaned."""
    return _filled("title", line(text), TITLE_MAX)


def description(text: str) -> str:
    """May be empty. Raises Invalid when longer than TEXT_MAX."""
    return _bounded("description", clean(text), TEXT_MAX)


def comment(text: str) -> str:
    """Raises Invalid unless 1 to TEXT_MAX characters remain once cleaned."""
    return _filled("comment", clean(text), TEXT_MAX)


def label(text: str) -> str:
    """Raises Invalid unless 1 to LABEL_MAX characters remain once cleaned."""
    return _filled("labels", line(text), LABEL_MAX)


def labels(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Checked and without repeats: of two that differ in case only, the first stays. Raises Invalid."""
    kept: dict[str, str] = {}
    for name in names:
        checked = label(name)
        kept.setdefault(checked.lower(), checked)
    if len(kept) > LABELS_MAX:
        message = f"has {len(kept)} labels; at most {LABELS_MAX} fit"
        raise Invalid(FieldError(field="labels", code="too_many", message=message, limit=LABELS_MAX))
    return tuple(kept.values())


def person_name(text: str) -> str:
    """Raises Invalid unless 1 to NAME_MAX characters remain once cleaned."""
    return _filled("name", line(text), NAME_MAX)


def email(text: str) -> str:
    """Raises Invalid unless it looks like an address of at most EMAIL_MAX characters."""
    address = _filled("email", clean(text), EMAIL_MAX)
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", address):
        raise Invalid(
            FieldError(field="email", code="malformed", message=f"“{address}” is not an e-mail address")
        )
    return address


def external_ref(text: str) -> str:
    """Raises Invalid unless 1 to EXTERNAL_REF_MAX characters remain once cleaned."""
    return _filled("external_ref", line(text), EXTERNAL_REF_MAX)


def request_key(text: str) -> str:
    """Raises Invalid unless 1 to REQUEST_KEY_MAX characters."""
    return _filled("request_key", clean(text), REQUEST_KEY_MAX)


def bulk_size(count: int) -> None:
    """Raises Invalid for more than BULK_MAX issues in one change."""
    if count > BULK_MAX:
        message = f"{count:,} issues; at most {BULK_MAX:,} can be changed at once"
        raise Invalid(FieldError(field="issues", code="too_many", message=message, limit=BULK_MAX))


def delete_size(count: int) -> None:
    """Raises Invalid for more than DELETE_MAX issues in one change."""
    if count > DELETE_MAX:
        message = f"{count:,} issues; at most {DELETE_MAX:,} can be deleted at once"
        raise Invalid(
            FieldError(field="issues", code="too_many_to_delete", message=message, limit=DELETE_MAX)
        )
