"""Short ways to write the Block Kit that the page tests show."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(*names: str) -> list[Json]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


def entry(block_id: str, label: str, kind: str, *, optional: bool = True, **element: Any) -> Json:
    """An input block whose element's action_id is "value"."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": optional,
        "element": {"type": kind, "action_id": "value", **element},
    }


def modal(callback_id: str, title: str, blocks: list[Json], **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain("Create"),
        "blocks": blocks,
        **more,
    }


def chart(kind: str, title: str = "Created and closed") -> Json:
    weeks = ["Mon", "Tue", "Wed"]
    series = [
        {
            "name": name,
            "data": [{"label": day, "value": value} for day, value in zip(weeks, values, strict=True)],
        }
        for name, values in (("Created", (12, 18, 9)), ("Closed", (8, 15, 12)))
    ]
    body: Json = {"type": kind, "series": series, "axis_config": {"categories": weeks, "y_label": "Issues"}}
    if kind == "pie":
        body = {"type": "pie", "segments": [{"label": "High", "value": 3}, {"label": "Low", "value": 1}]}
    return {"type": "data_visualization", "title": title, "chart": body}


def data_table(rows: int, page_size: int = 5) -> Json:
    head = [{"type": "raw_text", "text": "Person"}, {"type": "raw_text", "text": "Open"}]
    body = [
        [
            {"type": "raw_text", "text": f"Person {at}"},
            {"type": "raw_number", "value": (at * 7) % 11, "text": str((at * 7) % 11)},
        ]
        for at in range(rows)
    ]
    return {"type": "data_table", "caption": "Open issues", "rows": [head, *body], "page_size": page_size}
