"""Whatever the OpenAPI document allows, and what it does not, is answered as the document says.

Requests are generated from the document: those that follow it, and those that break it somewhere.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from handlers.api.app import ENDPOINTS
from handlers.api.openapi import document
from tests.handlers.api.conftest import Api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 15


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", [f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS])
async def test_every_answer_is_documented(api: Api, path: str, mode: GenerationMode) -> None:
    made = await api.create(labels=["bug"])
    method, _, route = path.partition(" ")
    operation: Any = schemathesis.openapi.from_dict(document(ENDPOINTS, "test"))[f"/api/v1{route}"][method]
    # Where everything is allowed, nothing is forbidden.
    if mode is GenerationMode.NEGATIVE and operation.path_parameters is None and operation.body is None:
        mode = GenerationMode.POSITIVE
    await asyncio.to_thread(_try, operation, mode, made["id"], api)


def _try(operation: Any, mode: GenerationMode, known: str, api: Api) -> None:
    base = str(api.client.make_url("/"))
    headers = {"Authorization": f"Bearer {api.tokens['admin']}"}
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    count = 0

    @seed(2026)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        nonlocal count
        count += 1
        if case.path_parameters and count % 2 and mode is GenerationMode.POSITIVE:
            case.path_parameters["id"] = known
        answer = case.call(base_url=base, headers=headers)
        case.validate_response(answer, checks=checks)

    run()
    assert count >= EXAMPLES // 5
