"""In a list, where nothing says what a name stands for, an issue of nobody's is called so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.views.cards import row
from handlers.views.reports import Keys
from handlers.views.reports.issues import named
from handlers.words import words
from tests.views.samples import ADA, PLAIN
from tests.views.test_reports import issue


@pytest.mark.parametrize(("locale", "said"), [("en", "unassigned"), ("de", "nicht zugewiesen")])
def test_an_issue_of_nobody_s_is_called_unassigned(locale: str, said: str) -> None:
    for reader in (None, ADA):
        listed = row(PLAIN, people={}, words=words(locale), prefix="LDG", reader=reader)
        assert said in listed["text"]["text"]
    mine = row(replace(PLAIN, assignee_id=ADA), people={}, words=words(locale), prefix="LDG", reader=ADA)
    assert said not in mine["text"]["text"]
    nobodys = replace(issue(1, "Crane"), assignee=None)
    assert said in named("report-aging-oldest", (nobodys,), words(locale), Keys(prefix="LDG")).lines[0]
