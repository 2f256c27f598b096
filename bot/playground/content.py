"""What an app may put into a message, checked as Slack checks it."""

from collections.abc import Mapping
from typing import Any

from bot.playground.blocks import characters, check_message
from bot.playground.inputs import named
from bot.playground.wire import Json, SlackError, dumps, loads

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_BLOCK_CHARACTERS = 13_200
MAX_ATTACHMENTS = 100
MAX_METADATA_BYTES = 16_384


def app_content(fields: Mapping[str, Any], *, max_text: int = MAX_TEXT) -> Json:
    """`text`, `blocks` and `attachments` of an app's message; only what was given is there."""
    content: Json = {}
    text = fields.get("text")
    if text is not None:
        content["text"] = str(text)
        if len(content["text"]) > max_text:
            raise SlackError("msg_too_long")
    blocks = _list(fields.get("blocks"), "invalid_blocks_format")
    if blocks is not None:
        refuse_faults(blocks, "/blocks")
        content["blocks"] = named(blocks)
    attachments = _list(fields.get("attachments"), "invalid_attachments")
    if attachments is not None:
        content["attachments"] = _attachments(attachments)
    total = characters(content.get("blocks", []))
    if total > MAX_BLOCK_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return content


def has_content(content: Json) -> bool:
    return any(content.get(key) for key in ("text", "blocks", "attachments"))


def metadata(fields: Mapping[str, Any]) -> Json | None:
    value = fields.get("metadata")
    if isinstance(value, str):
        try:
            value = loads(value)
        except ValueError:
            raise SlackError("invalid_metadata_format") from None
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(value.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(dumps(value).encode()) > MAX_METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}


def refuse_faults(blocks: list[Any], pointer: str) -> None:
    faults = check_message(blocks)
    if faults:
        prefix = pointer.removesuffix("/blocks")
        raise SlackError("invalid_blocks", messages=[fault.message(prefix) for fault in faults])


def _list(value: Any, code: str) -> list[Any] | None:
    if isinstance(value, str) and value:
        try:
            value = loads(value)
        except ValueError:
            raise SlackError(code) from None
    if value is None or value == "":
        return None
    if not isinstance(value, list):
        raise SlackError(code)
    return value


def _attachments(items: list[Any]) -> list[Json]:
    if len(items) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    made: list[Json] = []
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise SlackError("invalid_attachments")
        attachment = {"id": number + 1, **item}
        if item.get("blocks"):
            refuse_faults(item["blocks"], f"/attachments/{number}/blocks")
            attachment["blocks"] = named(item["blocks"])
        attachment.setdefault("fallback", item.get("text") or "[no preview available]")
        made.append(attachment)
    return made
