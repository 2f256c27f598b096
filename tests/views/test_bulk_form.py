"""What the form for many issues keeps in itself."""

from __future__ import annotations

import json

import pytest

from db.listing import Count
from handlers.views import bulk
from handlers.views.blocks import METADATA_MAX
from handlers.words import words
from tests.views.samples import PLAIN


@pytest.mark.parametrize(("query", "kept"), [("label:bug", True), ('"' * 1990, False)])
def test_a_query_that_no_form_can_hold_is_offered_for_none_but_chosen_issues(
    query: str, *, kept: bool
) -> None:
    form = bulk.form(
        [PLAIN],
        Count(value=900, exact=True),
        words("en"),
        query=query,
        everything=True,
        prefix="LDG",
        metadata={"c": "C1"},
    )
    assert len(form["private_metadata"]) <= METADATA_MAX
    assert ("q" in json.loads(form["private_metadata"])) is kept
    assert (bulk.EVERYTHING in json.dumps(form["blocks"])) is kept
