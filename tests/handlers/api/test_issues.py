import asyncio
from uuid import UUID, uuid4

from db import documents, listing, saved_queries
from db.access import Actor
from db.ids import IssueId
from db.query import parse
from db.query.cursors import Cursor, encode
from db.states import Role
from tests.handlers.api.conftest import HERE, Api


async def test_creates_and_shows_an_issue(api: Api) -> None:
    made = await api.create(
        title="Disk almost full",
        description="91 %",
        priority="high",
        labels=["ops", "Disk"],
        due_on="2026-12-01",
    )
    assert made["key"] == "LDG-1"
    assert (made["status"], made["priority"], made["version"]) == ("open", "high", 1)
    assert made["labels"] == ["Disk", "ops"]
    answer = await api.call("GET", f"/issues/{made['id']}")
    assert answer.headers["ETag"].startswith('"1-')
    shown = await answer.json()
    assert (shown.pop("comments"), shown.pop("more_comments")) == ([], False)
    assert [person["name"] for person in shown.pop("people")] == ["Ada"]
    assert shown == made


async def test_a_key_is_not_an_id(api: Api) -> None:
    await api.create()
    assert (await api.call("GET", "/issues/LDG-1")).status == 404


async def test_all_bad_fields_are_told_at_once(api: Api) -> None:
    answer = await api.call(
        "POST", "/issues", json={"title": "x" * 256, "priority": "huge", "due_on": "soon", "colour": "red"}
    )
    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    problem = await answer.json()
    assert problem["type"].endswith("#invalid")
    assert {e["field"] for e in problem["errors"]} == {"title", "priority", "due_on", "colour"}


async def test_an_assignee_who_does_not_exist_changes_nothing(api: Api) -> None:
    answer = await api.call("POST", "/issues", json={"title": "x", "assignee_id": str(uuid4())})
    assert answer.status in (404, 422), await answer.text()
    assert (await (await api.call("GET", "/issues")).json())["items"] == []


async def test_broken_json_is_malformed(api: Api) -> None:
    answer = await api.call("POST", "/issues", data=b"{", headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert (await answer.json())["type"].endswith("#malformed")


async def test_another_kind_of_body_is_refused(api: Api) -> None:
    assert (await api.call("POST", "/issues", data={"title": "x"})).status == 415


async def test_nul_is_refused_at_its_field(api: Api) -> None:
    answer = await api.call("POST", "/issues", json={"title": "a\u0000b"})
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "title"


async def test_the_same_idempotency_key_makes_one_issue(api: Api) -> None:
    headers = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(
        *(api.call("POST", "/issues", json={"title": "Once"}, headers=headers) for _ in range(8))
    )
    assert {a.status for a in answers} == {201}, [await a.text() for a in answers]
    assert len({(await a.json())["id"] for a in answers}) == 1
    assert len((await (await api.call("GET", "/issues")).json())["items"]) == 1


async def test_an_idempotency_key_is_not_for_another_request(api: Api) -> None:
    headers = {"Idempotency-Key": "k1"}
    await api.call("POST", "/issues", json={"title": "Once"}, headers=headers)
    answer = await api.call("POST", "/issues", json={"title": "Other"}, headers=headers)
    assert answer.status == 422
    assert (await answer.json())["type"].endswith("#key-reused")


async def test_patch_changes_what_is_sent_and_clears_what_is_null(api: Api) -> None:
    made = await api.create(description="long", priority="low", labels=["bug"])
    answer = await api.call("PATCH", f"/issues/{made['id']}", json={"priority": None, "title": "New"})
    changed = await answer.json()
    assert answer.status == 200, changed
    assert (changed["title"], changed["priority"], changed["description"]) == ("New", None, "long")
    assert changed["version"] == 2
    assert changed["labels"] == ["bug"]


async def test_a_title_cannot_be_cleared(api: Api) -> None:
    made = await api.create()
    answer = await api.call("PATCH", f"/issues/{made['id']}", json={"title": None})
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "title"


async def test_if_match_of_an_old_version_is_a_clash(api: Api) -> None:
    made = await api.create()
    path = f"/issues/{made['id']}"
    first = await api.call("PATCH", path, json={"title": "Mine"}, headers={"If-Match": '"1"'})
    assert first.status == 200
    second = await api.call("PATCH", path, json={"title": "Theirs"}, headers={"If-Match": '"1"'})
    assert second.status == 412
    assert (await second.json())["version"] == 2
    assert (await (await api.call("GET", path)).json())["title"] == "Mine"


async def test_closing_takes_a_reason_and_reopening_drops_it(api: Api) -> None:
    made = await api.create()
    path = f"/issues/{made['id']}"
    closed = await (
        await api.call("PATCH", path, json={"status": "closed", "close_reason": "not_planned"})
    ).json()
    assert (closed["status"], closed["close_reason"]) == ("closed", "not_planned")
    assert closed["closed_at"] is not None
    opened = await (await api.call("PATCH", path, json={"status": "open"})).json()
    assert (opened["status"], opened["close_reason"], opened["closed_at"]) == ("open", None, None)


async def test_lists_come_in_pages_that_do_not_repeat(api: Api) -> None:
    made = {(await api.create(title=f"Issue {n}"))["id"] for n in range(7)}
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        params = {"limit": "3", "q": "sort:-created"} | ({"cursor": cursor} if cursor else {})
        page = await (await api.call("GET", "/issues", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert set(seen) == made
    assert len(seen) == 7


async def test_a_query_filters_and_an_unknown_term_is_told(api: Api) -> None:
    await api.create(title="A", labels=["bug"])
    await api.create(title="B")
    page = await (await api.call("GET", "/issues", params={"q": "label:bug"})).json()
    assert [item["title"] for item in page["items"]] == ["A"]
    answer = await api.call("GET", "/issues", params={"q": "statsu:open"})
    assert answer.status == 422
    assert "status" in (await answer.json())["errors"][0]["message"]


async def test_a_cursor_that_is_foreign_or_forged_is_refused_at_its_field(api: Api) -> None:
    """Of whatever order: what tells a list from others is no secret, so that a cursor can be made by anybody."""
    await api.create()
    actor = Actor(workspace_id=HERE, person_id=api.ada.person_id, role=Role.MEMBER)
    asked = [
        ("/users", "", "me"),
        ("/labels", "", "AAAA"),
        ("/labels", "", str(uuid4())),
        ("/issues", "", "AAAA"),
    ]
    for sort, values in (
        ("updated", ("yesterday", "me")),
        ("created", ("2026-13-01 00:00:00+00", str(uuid4()))),
        ("priority", ("99999", "now", "me")),
        ("due", ("someday", "me")),
        ("key", ("9" * 30,)),
        ("relevance login", ("9" * 15, "1", "nan", "x")),
    ):
        query = f"sort:{sort}"
        scope = listing.scope_of(actor, parse(query))
        asked.append(("/issues", query, encode(Cursor(values=values), scope)))
    for path, query, cursor in asked:
        params = {"cursor": cursor} | ({"q": query} if query else {})
        answer = await api.call("GET", path, params=params)
        assert answer.status == 422, (path, query, await answer.text())
        (error,) = (await answer.json())["errors"]
        assert error["field"] == "cursor"


async def test_how_far_a_forged_cursor_says_that_a_search_goes_is_not_gone_through(api: Api) -> None:
    await api.create(title="Login fails")
    query = "login sort:relevance"
    actor = Actor(workspace_id=HERE, person_id=api.ada.person_id, role=Role.MEMBER)
    scope = listing.scope_of(actor, parse(query))
    for below, end in (("9" * 18, "1"), ("9" * 18, "8" * 18), ("1", "9" * 18), ("-5", "-9")):
        cursor = encode(Cursor(values=(below, end, "0.1", "1")), scope)
        async with asyncio.timeout(30):
            answer = await api.call("GET", "/issues", params={"q": query, "cursor": cursor})
        assert answer.status == 200, await answer.text()


async def test_a_ranked_list_is_turned_to_its_end(api: Api) -> None:
    made = {(await api.create(title=f"Login fails {number}"))["id"] for number in range(5)}
    async with api.database.connection() as conn:
        await documents.index_issues(conn, HERE, [IssueId(UUID(id_)) for id_ in made])
    seen: list[str] = []
    params = {"q": "login sort:relevance", "limit": "2"}
    while params.get("cursor", "") is not None:
        answer = await api.call("GET", "/issues", params=params)
        assert answer.status == 200, await answer.text()
        page = await answer.json()
        seen += [issue["id"] for issue in page["items"]]
        params["cursor"] = page["next_cursor"]
    assert len(seen) == 5
    assert set(seen) == made


async def test_a_list_whose_last_label_was_merged_meanwhile_does_not_seem_to_end(api: Api) -> None:
    await api.create(labels=["bug", "crash", "ui"])
    page = await (await api.call("GET", "/labels", params={"limit": "2"})).json()
    async with api.database.connection() as conn:
        await conn.execute("DELETE FROM issue_labels")
        await conn.execute("DELETE FROM labels WHERE name = 'crash'")
    answer = await api.call("GET", "/labels", params={"cursor": page["next_cursor"]})
    assert (answer.status, (await answer.json())["errors"][0]["field"]) == (422, "cursor")


async def test_bulk_status_is_all_or_nothing(api: Api) -> None:
    ids = [(await api.create(title=f"Issue {n}"))["id"] for n in range(3)]
    stray = str(uuid4())
    refused = await api.call("POST", "/issues/bulk-status", json={"ids": [*ids, stray], "status": "closed"})
    assert refused.status == 422
    problem = await refused.json()
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [("ids", "not_found")]
    assert stray in problem["errors"][0]["message"]
    assert {i["status"] for i in (await (await api.call("GET", "/issues")).json())["items"]} == {"open"}
    done = await api.call("POST", "/issues/bulk-status", json={"ids": ids, "status": "closed"})
    assert (await done.json()) == {"changed": 3}


async def test_comments_and_labels(api: Api) -> None:
    made = await api.create()
    path = f"/issues/{made['id']}"
    first = await (await api.call("POST", f"{path}/comments", json={"body": "Seen"})).json()
    answer = await api.call("POST", f"{path}/comments", json={"body": "Me too", "reply_to": first["id"]})
    assert answer.status == 201
    await api.call("PUT", f"{path}/labels", json={"labels": ["ui", "bug"]})
    changed = await (await api.call("PUT", f"{path}/labels", json={"labels": ["UI"]})).json()
    assert changed["labels"] == ["ui"]
    shown = await (await api.call("GET", path)).json()
    assert [c["body"] for c in shown["comments"]] == ["Seen", "Me too"]
    assert [c["author_id"] for c in shown["comments"]] == [str(api.ada.person_id)] * 2
    labels = await (await api.call("GET", "/labels")).json()
    assert [label["name"] for label in labels["items"]] == ["bug", "ui"]


async def test_people_are_added_once(api: Api) -> None:
    sent = {"name": "Grace", "email": "grace@harbour.example"}
    made = await api.call("POST", "/users", json=sent)
    assert made.status == 201
    again = await api.call("POST", "/users", json=sent)
    assert again.status == 409
    assert (await again.json())["detail"] == "person grace@harbour.example exists already"
    listed = await (await api.call("GET", "/users", params={"limit": "2"})).json()
    rest = await (await api.call("GET", "/users", params={"cursor": listed["next_cursor"]})).json()
    assert [u["name"] for u in (*listed["items"], *rest["items"])] == ["Ada", "Grace", "Tim"]


async def test_reports_say_numbers(api: Api) -> None:
    made = await api.create(assignee_id=str(api.ada.person_id))
    await api.create()
    top = await (await api.call("GET", "/reports/top-assignees", params={"period": "7d"})).json()
    assert [(row["name"], row["open"]) for row in top["assignees"]] == [("Ada", 1)]
    assert top["unassigned"]["open"] == 1
    await api.call("PATCH", f"/issues/{made['id']}", json={"status": "closed"})
    latency = await (await api.call("GET", "/reports/latency")).json()
    assert latency["overall"]["closed"] == 1
    assert latency["overall"]["median"] >= 0


async def test_a_saved_query_stands_in_others(api: Api) -> None:
    await api.create(title="One", labels=["bug"], assignee_id=str(api.ada.person_id))
    await api.create(title="Two saved", labels=["bug"])
    await api.create(title="Three")
    actor = Actor(workspace_id=HERE, person_id=api.ada.person_id, role=Role.MEMBER)
    async with api.database.connection() as conn:
        await saved_queries.save(conn, actor, "My bugs", parse("label:bug"))

    async def titles(query: str) -> list[str]:
        answer = await api.call("GET", "/issues", params={"q": query})
        assert answer.status == 200, await answer.text()
        return sorted(issue["title"] for issue in (await answer.json())["items"])

    assert await titles('saved:"my bugs"') == ["One", "Two saved"]
    assert await titles('saved:"my bugs" no:assignee') == ["Two saved"]
    assert await titles("my bugs") == []
    top = await api.call("GET", "/reports/top-assignees", params={"q": 'saved:"my bugs"'})
    assert (await top.json())["unassigned"]["open"] == 1
    for path in ("/issues", "/reports/latency"):
        refused = await api.call("GET", path, params={"q": "saved:bogs"})
        assert refused.status == 422


async def test_long_answers_are_compressed_for_who_asks(api: Api) -> None:
    await api.create(description="x" * 5000)
    answer = await api.call("GET", "/issues", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len((await answer.json())["items"]) == 1
