"""What the command says of itself."""

from __future__ import annotations

from tests.scenarios.conftest import Lodge, said


async def test_help_lists_what_there_is(lodge: Lodge) -> None:
    answer = said(await lodge.ask("ada", "help"))
    assert "/issue list" in answer


async def test_an_unknown_word_names_the_nearest(lodge: Lodge) -> None:
    answer = said(await lodge.ask("ada", "lsit"))
    assert "lsit" in answer
    assert "/issue list" in answer
