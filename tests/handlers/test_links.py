from aiohttp.test_utils import TestClient, TestServer

from handlers.links import create_links


async def test_a_link_leads_to_a_page_that_tells_nothing_of_the_issue() -> None:
    async with TestClient(TestServer(create_links())) as client:
        found = await client.get("/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa")
        assert found.status == 200
        assert "lives in Slack" in await found.text()
        assert (await client.get("/LDG-42")).status == 404
