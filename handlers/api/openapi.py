"""The OpenAPI 3.1 document, made from the endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.api.endpoint import Endpoint
from handlers.api.schemas import ProblemOut

_REF = "#/components/schemas/{model}"
WHY = {
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
NO_CONTENT = 204
ALWAYS = (400, 401, 403, 413, 422, 429, 500, 503)
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
    if endpoint.status == NO_CONTENT:
        return {"description": "Done"}
    schema: dict[str, Any] = {"type": "object"}
    if endpoint.answer is not None:
        schema = _ref(endpoint.answer)
    if endpoint.listed:
        schema = {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": {"type": "array", "items": schema},
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "null on the last page; another may have fewer items than `limit`, or none",
                },
            },
        }
    made = {"description": "Done", "content": _json(schema)}
    if endpoint.listed:
        made["headers"] = {"Link": {"description": "The next page", "schema": {"type": "string"}}}
    return made


def parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
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


def refusals(endpoint: Endpoint) -> set[int]:
    """The statuses of its errors."""
    return {*ALWAYS, *endpoint.problems} | ({415} if endpoint.body or endpoint.upload else set())


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    statuses = refusals(endpoint)
    problem = _json(_ref(ProblemOut), "application/problem+json")
    responses = {str(endpoint.status): _success(endpoint)}
    if "If-None-Match" in endpoint.headers:
        responses["304"] = {"description": "It still is the same"}
    responses |= {str(s): {"description": WHY[s], "content": problem} for s in sorted(statuses)}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": endpoint.act.__name__,
        "parameters": parameters(endpoint),
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
