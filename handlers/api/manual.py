"""The API's documentation as one page that needs nothing from anywhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from handlers.api.endpoint import Endpoint
from handlers.api.openapi import ALWAYS, WHY, parameters, refusals
from handlers.api.problems import TYPES

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { overflow-x: auto } h2 { margin-top: 2.5rem }
article { border-top: 1px solid var(--line); padding: 1rem 0 } h3 { font-size: 1rem; margin: 0 }
table { border-collapse: collapse; margin: .75rem 0 }
td, th { text-align: left; padding: .2rem 1.2rem .2rem 0; vertical-align: top; font-weight: normal }
nav ul { list-style: none; padding: 0 } :target { background: color-mix(in srgb, currentColor 7%, transparent) }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
summary { cursor: pointer }
"""


def page(endpoints: Sequence[Endpoint], version: str) -> str:
    contents = "".join(
        f'<li><a href="#{each.act.__name__}">{_title(each)}</a> {html.escape(each.summary)}</li>'
        for each in endpoints
    )
    always = "".join(f"<tr><td>{status}</td><td>{html.escape(WHY[status])}</td></tr>" for status in ALWAYS)
    types = "".join(
        f'<tr id="{name}"><td><code>{name}</code></td><td>{html.escape(title)}</td></tr>'
        for name, title in TYPES.items()
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lodge API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>
<h1>Lodge API</h1><p>Version {html.escape(version)} · <a href="/api/openapi.json">OpenAPI document</a></p>
<p>Send <code>Authorization: Bearer ldg_…</code>; make a token by <code>/issue token</code> or
<code>python -m bot token create</code>. Lists come in pages: send <code>next_cursor</code> as <code>cursor</code>.
Queries (<code>q</code>) are those of <code>/issue list</code>.</p>
<pre>curl -H "Authorization: Bearer $TOKEN" "$URL/api/v1/issues?q=status:open+sort:updated"</pre>
<nav><ul>{contents}</ul></nav>
<h2>Endpoints</h2>{"".join(_article(endpoint) for endpoint in endpoints)}
<h2>Problems</h2><p>Errors are <code>application/problem+json</code>; <code>errors</code> has one entry for each bad
field. <code>type</code> is one of these:</p><table>{types}</table>
<p>Every endpoint may answer</p><table>{always}</table></body></html>"""


def _title(endpoint: Endpoint) -> str:
    path = html.escape(endpoint.path)
    return f'<span class="method">{endpoint.method}</span><code>/api/v1{path}</code>'


def _article(endpoint: Endpoint) -> str:
    asked = [(p["name"], p["in"], _said(p["schema"], p.get("description"))) for p in parameters(endpoint)]
    if endpoint.body is not None:
        required = endpoint.body.model_json_schema().get("required", ())
        asked += [
            (name, "body, required" if name in required else "body", told)
            for name, told in _fields(endpoint.body)
        ]
    if endpoint.upload:
        asked.append(("file", "multipart, required", "a CSV or TSV file, or an Excel workbook"))
    others = sorted(refusals(endpoint) - set(ALWAYS))
    refused = "".join(f" {status}: {html.escape(WHY[status])}." for status in others)
    return (
        f'<article id="{endpoint.act.__name__}"><h3>{_title(endpoint)}</h3>'
        f"<p>{html.escape(endpoint.summary)}. Answers {endpoint.status}.{refused}</p>{_table(asked)}"
        f"{_answer(endpoint)}</article>"
    )


def _answer(endpoint: Endpoint) -> str:
    if endpoint.answer is None:
        return ""
    what = "Answer: a page of" if endpoint.listed else "Answer"
    fields = [(name, "", told) for name, told in _fields(endpoint.answer)]
    return f"<details><summary>{what}</summary>{_table(fields)}</details>"


def _fields(model: type[BaseModel]) -> list[tuple[str, str]]:
    properties = model.model_json_schema()["properties"]
    return [(name, _said(of, of.get("description"))) for name, of in properties.items()]


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{html.escape(name)}</code></td><td>{place}</td><td>{html.escape(told)}</td></tr>"
        for name, place, told in rows
    )
    return f"<table>{cells}</table>" if cells else ""


def _said(schema: dict[str, Any], description: str | None) -> str:
    default = schema.get("default")
    usual = f", else {default}" if isinstance(default, str | int) and default not in ("", False) else ""
    return f"{_kind(schema)}{usual}{f'. {description}' if description else ''}"


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return "object"
    kind = str(schema.get("format") or schema.get("type", "value"))
    if "maxLength" in schema:
        kind += f" of {schema.get('minLength', 0)} to {schema['maxLength']:,} characters"
    if "maximum" in schema:
        kind += f" from {schema.get('minimum', 0)} to {schema['maximum']}"
    return f"list of {_kind(schema['items'])}" if kind == "array" and "items" in schema else kind
