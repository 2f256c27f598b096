"""Turning the pages of a search back and forth."""

from __future__ import annotations

from typing import Any, cast

import pytest

from db.search import SearchPage
from handlers.searching import Searching
from handlers.services import Services
from handlers.views.searching import Turn


async def test_a_page_whose_way_is_not_known_is_gone_to_from_the_first_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searching, looked_at = Searching(cast("Services", object())), list[Turn]()

    async def found(actor: object, turn: Turn) -> SearchPage:
        looked_at.append(turn)
        return SearchPage(hits=(), next_cursor=f"after{turn.page}", corrected=None)

    monkeypatch.setattr(searching, "_found", found)
    asker = cast("Any", type("Asker", (), {"actor": None}))
    reached = await searching._gone_to(asker, Turn(text="boiler", page=3))
    assert (reached.page, reached.trail, len(looked_at)) == (3, ("after1", "after2"), 2)
    looked_at.clear()
    reached = await searching._gone_to(asker, Turn(text="boiler", page=10**18))
    assert reached.page == len(looked_at) + 1 == 100
