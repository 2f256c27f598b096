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
    assert await sealed.every_secret(conn) == {"in": b"one", "out": b"two"}
    await sealed.reseal(conn, "in", b"one", b"three")
    await sealed.reseal(conn, "out", b"two", b"four")
    await sealed.reseal(conn, "out", b"two", b"late")
    assert await sealed.every_secret(conn) == {"in": b"three", "out": b"four"}
