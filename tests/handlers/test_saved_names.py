"""What is typed after `list` is looked up among the saved queries only where it may name one."""

import pytest

from db.saved_queries import NAME_MAX
from handlers.saved import may_name_saved


@pytest.mark.parametrize(
    "text", ["late ones", '"late ones"', "saved:late", 'is:open saved:"late ones" label:bug', "-saved:late"]
)
def test_a_name_or_a_term_with_one(text: str) -> None:
    assert may_name_saved(text)


@pytest.mark.parametrize("text", ["", "is:open label:bug", "crash sort:created", "word " * NAME_MAX])
def test_words_and_terms_that_name_none(text: str) -> None:
    assert not may_name_saved(text)
