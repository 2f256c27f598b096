from uuid import uuid4

from tests.handlers.api.conftest import Api


async def test_a_deleted_issue_is_not_found_any_more(api: Api) -> None:
    made = await api.create()
    path = f"/issues/{made['id']}"
    answer = await api.call("DELETE", path)
    assert (answer.status, await answer.read()) == (204, b"")
    for method in ("GET", "DELETE"):
        assert (await api.call(method, path)).status == 404
    assert (await (await api.call("GET", "/issues")).json())["items"] == []
    assert (await api.call("DELETE", f"/issues/{uuid4()}")).status == 404


async def test_only_what_one_filed_or_as_admin_any(api: Api) -> None:
    made = await api.call("POST", "/issues", json={"title": "Theirs"}, token="guest")
    path = f"/issues/{(await made.json())['id']}"
    answer = await api.call("DELETE", path, token="member")
    assert answer.status == 403
    assert (await answer.json())["type"].endswith("#forbidden")
    assert (await api.call("GET", path)).status == 200
    assert (await api.call("DELETE", path, token="admin")).status == 204
    ours = await api.create()
    assert (await api.call("DELETE", f"/issues/{ours['id']}", token="guest")).status == 404
