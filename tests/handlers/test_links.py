import pytest
from aiohttp.test_utils import TestClient, TestServer

from handlers.links import create_links


@pytest.mark.parametrize(
    ("accepted", "said", "nothing"),
    [
        ("", "lives in Slack", "There is nothing"),
        ("fr, en;q=0.5", "lives in Slack", "There is nothing"),
        ("fr;q=0.9,de-AT;q=0.5,en", "in Slack zu Hause", "gibt es nichts"),
    ],
)
async def test_a_link_leads_to_a_page_that_tells_nothing_of_the_issue(
    accepted: str, said: str, nothing: str
) -> None:
    async with TestClient(TestServer(create_links()), headers={"Accept-Language": accepted}) as client:
        found = await client.get("/0199aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa")
        assert found.status == 200
        assert found.headers["Vary"] == "Accept-Language"
        assert said in await found.text()
        missing = await client.get("/LDG-42")
        assert missing.status == 404
        assert nothing in await missing.text()
