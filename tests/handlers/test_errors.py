"""What went wrong is said in the reader's own words, whatever raised it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from db.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from db.states import Role
from handlers.errors import at_fields, explain, explain_field
from handlers.words import LOCALES, words

ROOT = Path(__file__).parents[2]
# Only programs can cause these, which are answered in English.
FOR_PROGRAMS = ROOT / "handlers" / "api"


def raised(name: str) -> Iterator[ast.Call]:
    """Every place that makes such an error."""
    for folder in ("db", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if FOR_PROGRAMS in path.parents:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield node


def constants(name: str, place: int) -> set[str]:
    """What stands there in so many letters."""
    given = {call.args[place] for call in raised(name) if len(call.args) > place}
    found = {each.value for each in given if isinstance(each, ast.Constant)}
    assert found
    return {str(each) for each in found}


NEEDS = constants("Forbidden", 1) | {Role.ADMIN.value, Role.MEMBER.value}
KINDS = constants("NotFound", 0) | {"webhook", "token"}


def german(error: Exception) -> str:
    return explain(error, words("de"), "r-1")


def test_every_error_has_its_words_and_no_word_of_another_language() -> None:
    assert {"issue", "person", "saved query"} <= KINDS
    for kind in KINDS:
        for ref in ("LDG-9", UUID(int=1), ""):
            said = german(NotFound(kind, ref))
            assert kind not in re.sub("`[^`]*`", "", said).split(), said
            assert "  " not in said
    for needs in NEEDS:
        assert needs == "admin" or needs not in german(Forbidden("x", needs))
    assert "Label bug " in german(Conflict("label", "bug"))


@pytest.mark.parametrize("locale", LOCALES)
def test_who_may_is_said_of_everybody_who_could(locale: str) -> None:
    said = {explain(Forbidden("x", needs), words(locale), "r-1") for needs in NEEDS}
    # Where none has words of its own, all are the last of the choices: `person`.
    assert len(said) == len(NEEDS)


def test_what_was_typed_at_length_is_shown_in_part() -> None:
    for error in (NotFound("person", "&" * 3000), Conflict("label", "&" * 3000)):
        assert german(error).count("&amp;") == 99


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_gone_is_not_called_by_its_id(locale: str) -> None:
    for kind in KINDS:
        assert "00000000" not in explain(NotFound(kind, UUID(int=1)), words(locale), "r-1")
    assert "LDG-99" in explain(NotFound("issue", "LDG-99"), words(locale), "r-1")


def test_every_bad_field_has_its_words() -> None:
    missing = []
    for call in raised("FieldError"):
        given = {each.arg: each.value for each in call.keywords}
        field, code = given["field"], given["code"]
        if not isinstance(code, ast.Constant):
            continue
        name = str(field.value) if isinstance(field, ast.Constant) else "any"
        error = FieldError(field=name, code=str(code.value), message="in English alone")
        if "in English alone" in explain_field(error, words("de")):
            missing.append((name, code.value))
    assert not missing


def test_every_error_stands_at_its_field_and_none_hides_another() -> None:
    blocks = [{"type": "input", "block_id": block_id} for block_id in ("title", "due_on@7", "labels")]
    problems = Invalid(
        FieldError(field="due_on", code="required", message=""),
        FieldError(field="labels", code="too_many", message="", limit=20),
        FieldError(field="title", code="required", message=""),
        FieldError(field="no_such_field", code="too_long", message="", limit=5),
    )
    placed = at_fields(problems, {"blocks": [{"type": "section", "block_id": "x"}, *blocks]}, words("en"))
    assert placed == {
        "due_on@7": "This cannot be empty.",
        "labels": "At most 20 labels fit on an issue: leave some out.",
        "title": "This cannot be empty. Too long: at most 5 characters fit.",
    }
    assert at_fields(problems, {"blocks": []}, words("en")) == {}
