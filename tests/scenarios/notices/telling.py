"""What happens to issues, and what people are told of it."""

from __future__ import annotations

from tests.scenarios.clocks import Clock
from tests.scenarios.conftest import Json, Lodge, said


async def gathered(lodge: Lodge, number: int) -> None:
    """Waits until so many notices wait for being due."""
    await waiting(lodge, "SELECT count(*) FROM notices", number)
    # And until nothing is left to be worked out.
    await waiting(lodge, "SELECT count(*) FROM pending_changes", 0)


async def waiting(lodge: Lodge, query: str, number: int) -> None:
    async with lodge.process.services.database.connection() as conn:

        async def reached() -> bool:
            return bool(await conn.fetchval(query) == number)

        for _ in range(1200):
            if await reached():
                return
            await conn.execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"never {number}: {query}")


def told(lodge: Lodge, name: str) -> list[str]:
    person = lodge.person(name)
    return [said(message) for message in person.messages(person.dm())]


async def one_message(lodge: Lodge, name: str, text: str) -> Json:
    person = lodge.person(name)
    try:
        return await person.expect_message(person.dm(), lambda message: text in said(message), timeout=60)
    except TimeoutError:
        raise AssertionError(told(lodge, name)) from None


async def prefer(lodge: Lodge, name: str, values: Json) -> Json:
    person = lodge.person(name)
    await person.slash("general", "/issue notify")
    form = await person.expect_modal(lambda view: view["callback_id"] == "notify_form")
    outcome = await person.submit(form["id"], values)
    return dict(outcome.errors or {})


async def happen(lodge: Lodge, clock: Clock, text: str, *, after: float = 20) -> None:
    """Grace does something, and whoever that concerns is told."""
    clock.forward(seconds=after)
    await lodge.ask("grace", text)
    await gathered(lodge, 1)
    clock.forward(seconds=4)
    await gathered(lodge, 0)
    await lodge.announced()
