"""The documentation says what is there: links, commands, variables, endpoints, and bodies that are accepted."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp

from bot.__main__ import _parser
from bot.parts import parts
from db.query import parse
from db.reports import parse_period
from handlers import _SURFACE
from handlers.api.app import ENDPOINTS
from handlers.api.openapi import document
from handlers.commands import Commands
from handlers.dates import read_day
from handlers.services import Services

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
TEXTS = {page: page.read_text() for page in PAGES}
ALL = "\n".join(TEXTS.values())

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_VARIABLE = re.compile(r"\b(DATABASE_URL|LODGE_[A-Z_]+|SLACK_[A-Z_]+|HOST|PORT)\b")
# Set for tests and Makefile, not read by the bot.
_OTHERS = {
    "LODGE_CHROMIUM", "LODGE_PGBOUNCER", "LODGE_FAULT_ROUNDS", "LODGE_FAULT_RUNS",
    "LODGE_FUZZ_SECONDS", "LODGE_FUZZ_SEED", "LODGE_RANDOM",
}  # fmt: skip


class _Names:
    """Stands for the app and its services while capabilities say what they are called."""

    def __getattr__(self, _: str) -> Any:
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self


def fences(*languages: str) -> Iterator[str]:
    for text in TEXTS.values():
        for language, body in _FENCE.findall(text):
            if language in languages:
                yield body


def shell_lines() -> list[str]:
    """Commands of the fenced blocks, with lines that end in a backslash joined."""
    return [line.strip() for body in fences("sh") for line in body.replace("\\\n", " ").splitlines()]


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page: Path) -> None:
    links = [link for link in _LINK.findall(TEXTS[page]) if not link.startswith(("http://", "https://"))]
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_picture_is_shown() -> None:
    shown = {Path(link).name for link in _LINK.findall(ALL) if link.endswith(".png")}
    assert {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")} == shown


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")) < 1_500_000


@pytest.fixture
def commands() -> Commands:
    stand_in = _Names()
    router = Commands(cast("Services", stand_in))
    for capability in _SURFACE:
        capability.register(cast("AsyncApp", stand_in), router, cast("Services", stand_in))
    return router


def test_subcommands_are_those_the_bot_takes(commands: Commands) -> None:
    words = set(re.findall(r"/issue ([a-z]+)\b", ALL))
    assert {word for word in words if commands.find(word) is None} == set()
    used = set(re.findall(r"`?/issue ([a-z]+)\b", TEXTS[ROOT / "docs" / "use.md"]))
    assert set(commands.subcommands) - used == set()


def test_command_lines_can_be_parsed() -> None:
    starts = re.compile(r"^(?:\S*/)?(?:lodge|python -m bot) ")
    lines = [line for line in shell_lines() if starts.match(re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line))]
    assert len(lines) > 8
    for line in lines:
        bare = starts.sub("", re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line))
        options = _parser().parse_args(shlex.split(bare, comments=True))
        assert callable(options.run), line


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = {
        target for body in fences("sh") for target in re.findall(r"^ *make ([a-z]+)", body, re.MULTILINE)
    }
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_variables_are_those_the_settings_read() -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (ROOT / "bot" / "settings.py").read_text()))
    read = {name for name in read if _VARIABLE.fullmatch(name)}
    assert set(_VARIABLE.findall(ALL)) - _OTHERS - read == set()
    assert read - set(_VARIABLE.findall(TEXTS[ROOT / "docs" / "operate.md"])) == set()


def test_endpoints_are_those_of_the_openapi_document() -> None:
    paths = document(ENDPOINTS, "0")["paths"]
    real = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    said = set(
        re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`\s]+)`", TEXTS[ROOT / "docs" / "api.md"])
    )
    assert said == real
    for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`\s]+)`", ALL):
        assert (method, path) in real


def _curls() -> list[tuple[str, str, list[str]]]:
    """(method, path below /api/v1, words) of every call of the API in the examples."""
    found = []
    for line in shell_lines():
        if not line.startswith("curl") or "/api/v1" not in line:
            continue
        words = shlex.split(line)
        url = next(word for word in words if "/api/v1" in word)
        path = url.partition("/api/v1")[2].partition("?")[0].replace("$ID", "{id}")
        posts = any(word in ("-d", "-F") for word in words) and "-G" not in words
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if posts else "GET"
        found.append((method, path, words))
    return found


def test_every_endpoint_has_an_example() -> None:
    assert {(method, path) for method, path, _ in _curls()} == {(e.method, e.path) for e in ENDPOINTS}


def test_bodies_and_parameters_of_the_examples_are_accepted() -> None:
    endpoints = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
    checked = 0
    for method, path, words in _curls():
        endpoint = endpoints[method, path]
        given = [words[at + 1] for at, word in enumerate(words) if word in ("-d", "--data-urlencode")]
        if endpoint.body is not None:
            endpoint.body.model_validate(json.loads(given[0]))
            checked += 1
        elif endpoint.query is not None:
            url = next(word for word in words if "/api/v1" in word)
            pairs = [*given, *filter(None, url.partition("?")[2].split("&"))]
            endpoint.query.model_validate(dict(pair.split("=", 1) for pair in pairs))
            checked += 1
    assert checked >= 10


def test_json_examples_are_json() -> None:
    examples = list(fences("json"))
    assert examples
    for example in examples:
        json.loads(example)


def test_answers_shown_are_what_is_answered() -> None:
    models = {model.__name__: model for e in ENDPOINTS for model in (e.answer,) if model is not None}
    shown = [json.loads(example) for example in fences("json")]
    issue = next(example for example in shown if "key" in example and "version" in example)
    assert set(issue) == set(models["IssueOut"].model_fields)
    models["IssueOut"].model_validate(issue)
    done = next(example for example in shown if "failed" in example)
    assert set(done) == set(models["ImportOut"].model_fields)


def test_metrics_are_those_that_are_measured() -> None:
    from bot.metrics import Metrics

    measured = {
        name
        for metric in Metrics().registry.collect()
        for name in (f"{metric.name}_total" if metric.type == "counter" else metric.name,)
    }
    said = set(re.findall(r"`(lodge_[a-z_]+)\{?", TEXTS[ROOT / "docs" / "operate.md"]))
    assert said == measured


def test_parts_of_readiness_are_those_that_are_probed() -> None:
    source = (ROOT / "bot" / "process.py").read_text()
    probed = set(re.findall(r'^        "(\w+)": \w+,$', source, re.MULTILINE))
    operate = TEXTS[ROOT / "docs" / "operate.md"]
    shown = next(json.loads(example) for example in fences("json") if "parts" in example)
    assert set(shown["parts"]) == probed
    assert probed <= set(re.findall(r"^\| `(\w+)` \|", operate, re.MULTILINE))


def test_a_proxy_passes_on_whatever_is_asked_for_from_outside() -> None:
    outside = {"slack", *(prefix.strip("/") for prefix in parts(cast("Services", _Names())))}
    install = TEXTS[ROOT / "docs" / "install.md"]
    assert {path.split("/")[1] for row in rows("install.md", "Reverse proxy") for path in row} == outside
    (nginx,), (caddy,) = (
        re.findall(r"location ~ \^/\((.+)\)/ ", install),
        re.findall(r"@lodge path (.+)", install),
    )
    assert set(nginx.split("|")) == outside
    assert {path.split("/")[1] for path in caddy.split()} == outside


def rows(page: str, heading: str) -> list[list[str]]:
    """What stands in backticks in the first column of the tables below a heading, a list for each row."""
    text = TEXTS[ROOT / "docs" / page]
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = [
        re.findall(r"`([^`]+)`", line.split("|")[1])
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    assert found
    return found


def test_terms_of_the_query_language_can_be_read() -> None:
    terms = [term for row in rows("use.md", "Query language") for term in row if ":" in term]
    commands = re.findall(r"/issue (?:list|mine|export|subscribe|bulk) ([a-z-]+:\S.*)", ALL)
    assert len(terms) > 20
    for text in [*terms, *(command.rstrip("`") for command in commands)]:
        # What is saved stands in the database; the rest is grammar.
        assert parse(re.sub(r'saved:"[^"]+" ?', "", text)).text()


def test_periods_can_be_read() -> None:
    today = date(2026, 11, 22)
    periods = [text for row in rows("reports.md", "Periods") for text in row]
    assert len(periods) > 15
    for text in periods:
        assert parse_period(text, today).days > 0


def test_due_dates_can_be_read() -> None:
    row = next(
        line for line in TEXTS[ROOT / "docs" / "use.md"].splitlines() if line.startswith("| `due:friday`")
    )
    days = re.findall(r"`([^`]+)`", row.split("|")[2])
    assert len(days) > 5
    for day in days:
        assert read_day(day.strip('"'), date(2026, 11, 22)) is not None, day
