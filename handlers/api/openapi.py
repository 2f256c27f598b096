"""The OpenAPI 3.1 document and a page that shows it, both made from the endpoints."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.api.endpoint import Endpoint
from handlers.api.problems import TYPES
from handlers.api.schemas import ProblemOut

_REF = "#/components/schemas/{model}"
_WHY = {
    400: "The request cannot be read",
    401: "No valid token",
    403: "The token may not do that",
    404: "No such thing here",
    409: "It exists already",
    412: "The issue was changed since that version",
    413: "The body is too large",
    415: "The body is not of the right kind",
    422: "Some fields cannot be accepted: see `errors`",
    429: "Too many wrong tokens from this address",
    500: "Something went wrong; `reference` finds it in the logs",
    503: "Busy; try again after `Retry-After` seconds",
}
_ALWAYS = (400, 401, 403, 413, 422, 429, 500, 503)
_HEADERS = {
    "Idempotency-Key": (
        "The same key with the same body again changes nothing again",
        {"maxLength": 255, "minLength": 1},
    ),
    "If-Match": ('The version the change was made from, as in `"3"`, or the `ETag` of an answer', {}),
    "If-None-Match": ("The `ETag` of an earlier answer: 304 when it still is the same", {}),
}


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html"""
    models = {m for e in endpoints for m in (e.body, e.answer) if m is not None} | {ProblemOut}
    ordered = sorted(models, key=lambda m: m.__name__)
    _, schemas = models_json_schema([(m, "validation") for m in ordered], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(f"/api/v1{endpoint.path}", {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lodge", "version": version, "description": "Issues, for programs."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "ldg_<id>_<secret>"}
            },
        },
    }


def _json(schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {kind: {"schema": schema}}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model.__name__)}


def _success(endpoint: Endpoint) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    if endpoint.answer is not None:
        schema = _ref(endpoint.answer)
    if endpoint.listed:
        schema = {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": {"type": "array", "items": schema},
                "next_cursor": {"type": ["string", "null"]},
            },
        }
    made = {"description": "Done", "content": _json(schema)}
    if endpoint.listed:
        made["headers"] = {"Link": {"description": "The next page", "schema": {"type": "string"}}}
    return made


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    if endpoint.query is not None:
        schema = endpoint.query.model_json_schema()
        found += [
            {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": of}
            for name, of in schema["properties"].items()
        ]
    for name in endpoint.headers:
        what, limits = _HEADERS[name]
        found.append(
            {"name": name, "in": "header", "description": what, "schema": {"type": "string", **limits}}
        )
    return found


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    statuses = {*_ALWAYS, *endpoint.problems} | ({415} if endpoint.body or endpoint.upload else set())
    problem = _json(_ref(ProblemOut), "application/problem+json")
    responses = {str(endpoint.status): _success(endpoint)}
    if "If-None-Match" in endpoint.headers:
        responses["304"] = {"description": "It still is the same"}
    responses |= {str(s): {"description": _WHY[s], "content": problem} for s in sorted(statuses)}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": endpoint.act.__name__,
        "parameters": _parameters(endpoint),
        "responses": responses,
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(_ref(endpoint.body))}
    if endpoint.upload:
        file = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        }
        operation["requestBody"] = {"required": True, "content": _json(file, "multipart/form-data")}
    return operation


_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.5 ui-monospace, monospace } h2 { margin-top: 2.5rem }
article { border-top: 1px solid var(--line); padding: 1rem 0 } h3 { font-size: 1rem; margin: 0 }
table { border-collapse: collapse; margin: .75rem 0 }
td, th { text-align: left; padding: .2rem 1.2rem .2rem 0; vertical-align: top }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
"""


def page(endpoints: Sequence[Endpoint], version: str) -> str:
    """The documentation as one HTML page that needs nothing from anywhere."""
    shown = "".join(_article(endpoint) for endpoint in endpoints)
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
<h2>Endpoints</h2>{shown}
<h2>Problems</h2><p>Errors are <code>application/problem+json</code>; <code>errors</code> has one entry for each bad
field.</p><table>{types}</table></body></html>"""


def _article(endpoint: Endpoint) -> str:
    rows = "".join(
        f"<tr><td><code>{html.escape(p['name'])}</code></td><td>{p['in']}</td>"
        f"<td>{html.escape(p.get('description', _kind(p['schema'])))}</td></tr>"
        for p in _parameters(endpoint)
    )
    if endpoint.body is not None:
        schema = endpoint.body.model_json_schema()
        for name, of in schema["properties"].items():
            place = "body, required" if name in schema.get("required", ()) else "body"
            rows += f"<tr><td><code>{name}</code></td><td>{place}</td><td>{html.escape(_kind(of))}</td></tr>"
    if endpoint.upload:
        rows += "<tr><td><code>file</code></td><td>multipart, required</td><td>a CSV or TSV file</td></tr>"
    title = f'<span class="method">{endpoint.method}</span><code>/api/v1{html.escape(endpoint.path)}</code>'
    return (
        f"<article><h3>{title}</h3>"
        f"<p>{html.escape(endpoint.summary)}. Answers {endpoint.status}.</p><table>{rows}</table></article>"
    )


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("format") or schema.get("type", "value"))
    if "maxLength" in schema:
        kind += f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    if "maximum" in schema:
        kind += f" from {schema.get('minimum', 0)} to {schema['maximum']}"
    return f"list of {_kind(schema['items'])}" if kind == "array" and "items" in schema else kind
