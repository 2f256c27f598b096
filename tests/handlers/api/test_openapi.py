from typing import Any

import jsonschema

from handlers.api.app import ENDPOINTS
from handlers.api.problems import TYPES
from tests.handlers.api.conftest import Api


async def _document(api: Api) -> dict[str, Any]:
    return dict(await (await api.client.get("/api/openapi.json")).json())


async def test_every_route_is_in_the_document(api: Api) -> None:
    document = await _document(api)
    assert document["openapi"] == "3.1.0"
    listed = {(m.upper(), p) for p, operations in document["paths"].items() for m in operations}
    assert listed == {(e.method, f"/api/v1{e.path}") for e in ENDPOINTS}


async def test_answers_are_what_the_document_says(api: Api) -> None:
    document = await _document(api)
    made = await api.create(labels=["bug"], assignee_id=str(api.ada.person_id), due_on="2026-12-24")
    for path, shown in (("/issues", made), (f"/issues/{made['id']}", None)):
        operation = document["paths"]["/api/v1" + path.replace(made["id"], "{id}")]
        method, answer = ("post", shown) if shown else ("get", await (await api.call("GET", path)).json())
        status = "201" if method == "post" else "200"
        schema = operation[method]["responses"][status]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, {**schema, "components": document["components"]})


async def test_the_page_needs_nothing_from_anywhere(api: Api) -> None:
    answer = await api.client.get("/api/docs")
    page = await answer.text()
    assert "src=" not in page
    assert "https://" not in page.replace("https://spec", "")
    for name in TYPES:
        assert f'id="{name}"' in page


async def test_unknown_addresses_and_methods_are_problems_too(api: Api) -> None:
    missing = await api.call("GET", "/nothing")
    assert (missing.status, missing.content_type) == (404, "application/problem+json")
    wrong = await api.call("DELETE", "/issues")
    assert (wrong.status, wrong.content_type) == (405, "application/problem+json")
    assert wrong.headers["Allow"] == "GET,HEAD,POST"
