import re

import pytest

from db.query import QueryError
from handlers.querying import explain_query
from handlers.words import LOCALES, words


def _codes() -> list[str]:
    told = re.search(r"one of (.*)\.", " ".join((QueryError.__doc__ or "").split()))
    assert told is not None
    return told[1].split(", ")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", _codes())
def test_whatever_is_wrong_with_a_query_is_said_in_words(code: str, locale: str) -> None:
    error = QueryError(code, position=0, term="label:bug OR", part="OR", suggestion=None)
    said = explain_query(error, words(locale))
    assert not said.startswith("query-")
    assert len(said) > len("OR")
    suggested = QueryError(code, position=0, term="OR", part="OR", suggestion="label:bug,ui")
    assert "label:bug,ui" in explain_query(suggested, words(locale))


def test_operators_of_other_languages_are_told_what_to_write_instead() -> None:
    error = QueryError("no_or", position=10, term="OR", part="OR", suggestion="label:bug,ui")
    assert explain_query(error, words("en")) == (
        "There is no “OR” between terms: a comma means or, as in `label:bug,crash`. To look for the word itself,"
        " put it in quotation marks. Did you mean `label:bug,ui`?"
    )
