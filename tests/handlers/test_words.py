"""The catalogues are complete in both languages, and nothing a person typed can format or mention."""

from __future__ import annotations

import ast as python
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

from handlers.words import LOCALES, Mrkdwn, code, escape, language, letters, unescape, words

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "handlers" / "locales"


class _Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - Fluent's name
        self.found.add(node.id.name)


def _catalogue(locale: str) -> dict[str, set[str]]:
    messages: dict[str, set[str]] = {}
    for path in sorted((_FOLDER / locale).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content!r}"
            if isinstance(entry, ast.Message):
                variables = _Variables()
                variables.visit(entry)
                assert entry.id.name not in messages, f"{entry.id.name} stands twice"
                messages[entry.id.name] = variables.found
    return messages


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_every_language_says_everything_with_the_same_variables(locale: str) -> None:
    assert _catalogue(locale) == _catalogue("en")


def test_a_slack_locale_finds_its_language() -> None:
    assert [language(each) for each in ("de-DE", "de_AT", "en-GB", "fr-FR", None)] == [
        "de",
        "de",
        "en",
        "en",
        "en",
    ]


def test_a_title_can_neither_mention_nor_link_nor_format() -> None:
    said = escape("<!channel> <@U1> <https://evil.example|safe> & *bold* _it_ ~s~ `c`")
    assert "<" not in said
    assert "&lt;!channel&gt;" in said
    assert "*bold*" not in said
    assert said.replace("\u200b", "").endswith("*bold* _it_ ~s~ `c`")


def test_snake_case_and_sums_stay_untouched() -> None:
    assert escape("snake_case 5 * 3 ~ 15") == "snake_case 5 * 3 ~ 15"


@given(st.text())
def test_escaping_is_undone_by_slack(text: str) -> None:
    said = escape(text)
    assert isinstance(said, Mrkdwn)
    assert not set(said) & {chr(code) for code in range(32)} - {"\n", "\t"}
    assert "<" not in said
    assert escape(said) == said
    shown = unescape(said).replace("\u200b", "")
    assert shown == escape(shown).replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    )


def test_plain_text_is_not_escaped() -> None:
    assert words("en").plain("created", key="LDG-1", title="a < b & c") == "Filed LDG-1: a < b & c"


def test_counts_are_said_in_the_reader_s_language() -> None:
    assert "1,234" in words("en")("list-head", count=1234)
    assert "1.234" in words("de")("list-head", count=1234)


def test_long_texts_fit_into_every_message() -> None:
    names = "a & b " * 1000
    said = words("en")("import-preview-labels", count=2, names=names)
    assert escape(names) in said
    assert words("en")("import-preview-labels", count=2, names="\x017\x01") == words("en")(
        "import-preview-labels", count=2, names="7"
    )


def test_beside_a_field_stand_the_letters_that_formatted_text_shows() -> None:
    typed = "a `tick` & <b>"
    said = Mrkdwn(f"{escape(typed)}: did you mean {code('label:r&d')}?")
    assert letters(said) == f"{typed}: did you mean label:r&d?"
    assert letters("`plain`") == "`plain`"


def test_no_code_but_the_list_of_languages_tells_them_apart() -> None:
    """A translator adds a folder, and its name to that list."""
    found = {}
    for path in (_ROOT / "handlers").rglob("*.py"):
        for node in python.walk(python.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, python.Constant) and node.value in set(LOCALES) - {"en"}:
                found[path.name] = node.value
    # Dates are typed in one language or the other, whoever types them.
    assert found.keys() == {"words.py", "dates.py"}


def _named(node: python.JoinedStr) -> str:
    """The ids that f"more-{more.value}" or f"{self.word}-title" can be, as a pattern; none without a word."""
    parts = [str(each.value) if isinstance(each, python.Constant) else None for each in node.values]
    if not re.search("[a-z]{3}", "".join(filter(None, parts))):
        return ""
    return "".join(r"[\w-]+" if each is None else re.escape(each) for each in parts)


def test_every_message_is_said_somewhere() -> None:
    said: set[str] = set()
    patterns: set[str] = set()
    for path in (each for name in ("handlers", "bot") for each in (_ROOT / name).rglob("*.py")):
        for node in python.walk(python.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, python.JoinedStr):
                patterns.add(_named(node))
            elif isinstance(node, python.Constant) and isinstance(node.value, str):
                said.add(node.value)
                if re.fullmatch(r"[\w-]*[a-z]{3}-", node.value):
                    patterns.add(re.escape(node.value) + r"[\w-]+")
    made = re.compile("|".join(patterns))
    assert not {each for each in _catalogue("en") if each not in said and not made.fullmatch(each)}
