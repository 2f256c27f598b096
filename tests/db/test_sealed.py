import asyncpg

from db import outgoing, sealed, webhooks
from db.webhooks import Auth, HookDraft, Kind
from tests.db.worlds import make_world


async def test_secrets_are_sealed_anew_whichever_way_their_webhook_goes(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    draft = HookDraft(name="alerts", kind=Kind.GENERIC, auth=Auth.HMAC)
    await webhooks.create(conn, world.ada, draft, webhook_id="in", sealed_secret=b"one")
    await outgoing.create(
        conn, world.ada, webhook_id="out", name="mirror", url="https://example.com", sealed_secret=b"two"
    )
    kept = await sealed.every_secret(conn)
    assert [(each.webhook_id, each.name, each.sealed) for each in kept] == [
        ("in", "alerts", b"one"),
        ("out", "mirror", b"two"),
    ]
    assert {each.workspace_id for each in kept} == {world.workspace_id}
    assert "one" not in repr(kept)
    await sealed.reseal(conn, "in", b"one", b"three")
    await sealed.reseal(conn, "out", b"two", b"four")
    await sealed.reseal(conn, "out", b"two", b"late")
    assert [each.sealed for each in await sealed.every_secret(conn)] == [b"three", b"four"]
