"""What people deploy with: the image, the compose file, the example environment, the unit in the documentation."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot.settings as settings_module
from bot.__main__ import _parser
from bot.process import DRAIN
from bot.settings import read_settings
from db.errors import Startup

ROOT = Path(__file__).parents[2]
_PLACE = re.compile(r"\$\{(\w+)(?::([-?])((?:[^{}]|\$\{[^{}]*\})*))?\}")
# Of the image itself, which listens where Docker leads to, and has no server of its own.
_OF_THE_IMAGE = {"HOST", "PORT", "LODGE_DATA"}


def variables() -> set[str]:
    source = Path(settings_module.__file__).read_text()
    return set(re.findall(r'reader\.\w+\("([A-Z_]+)"', source))


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return document


def filled(text: str, given: dict[str, str]) -> str:
    """What Compose makes of `${NAME:-otherwise}` and `${NAME:?why}`."""

    def value(match: re.Match[str]) -> str:
        name, kind, otherwise = match.groups()
        if given.get(name):
            return given[name]
        if kind == "?":
            raise KeyError(name)
        return filled(otherwise or "", given)

    return _PLACE.sub(value, text)


def environment(compose: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """What the container gets with such an `.env`."""
    wanted: dict[str, str | None] = compose["services"]["lodge"]["environment"]
    passed = {name: given[name] for name, value in wanted.items() if value is None and name in given}
    return passed | {name: filled(value, given) for name, value in wanted.items() if value is not None}


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = [line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line)]
    return {pair[0]: pair[1] for pair in pairs}


def test_every_variable_reaches_the_container(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["lodge"]["environment"]) | _OF_THE_IMAGE == variables()


def test_every_variable_is_in_the_example() -> None:
    assert set(example()) == variables() | {"POSTGRES_PASSWORD"}


@pytest.mark.parametrize(
    "given",
    [
        {"SLACK_SIGNING_SECRET": "hush", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "", "LODGE_LOG": ""},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
        {
            "SLACK_SIGNING_SECRET": "hush",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "hush",
            "LODGE_SECRET_KEY": "A" * 43 + "=",
            "LODGE_PUBLIC_URL": "https://lodge.example.com",
        },
    ],
    ids=["https", "socket mode", "oauth"],
)
def test_each_way_of_installing_works_by_compose(compose: dict[str, Any], given: dict[str, str]) -> None:
    settings = read_settings(environment(compose, given | {"POSTGRES_PASSWORD": "pw"}))
    assert settings.database_url == "postgresql://lodge:pw@postgres/lodge"


def test_what_the_example_leaves_empty_is_asked_for_by_name(compose: dict[str, Any]) -> None:
    given = {name: value for name, value in example().items() if value == ""}
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        environment(compose, given)
    with pytest.raises(Startup) as caught:
        read_settings(environment(compose, given | {"POSTGRES_PASSWORD": "pw"}))
    told = str(caught.value)
    assert "SLACK_SIGNING_SECRET is empty" in told
    assert "SLACK_BOT_TOKEN is missing" in told


def test_compose_names_what_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services["lodge"]["depends_on"]) <= set(services)
    assert services["postgres"]["healthcheck"]["test"][0] == "CMD-SHELL"
    assert {volume.partition(":")[0] for volume in services["postgres"]["volumes"]} == set(compose["volumes"])
    # The API is for nobody outside without a proxy that ends TLS.
    assert filled(services["lodge"]["ports"][0], {}).startswith("127.0.0.1:3000:3000")
    assert int(services["lodge"]["stop_grace_period"].removesuffix("s")) > 2 * DRAIN


def test_the_image_is_built_in_two_steps_and_runs_as_nobody_special() -> None:
    steps = instructions()
    froms = [rest for name, rest in steps if name == "FROM"]
    assert len(froms) == 2
    assert all(re.search(r":\d+\.\d+-slim", each) for each in froms)
    last = steps[[name for name, _ in steps].index("FROM", 1) :]
    users = [rest for name, rest in last if name == "USER"]
    assert users == ["10001"]
    assert not any("pip install" in rest or "apt-get" in rest for name, rest in last if name == "RUN")
    assert all("--no-cache-dir" in rest for name, rest in steps if "pip install" in rest)
    assert all("sudo" not in rest and name != "ADD" for name, rest in steps)


def test_the_image_copies_what_is_there_and_leaves_out_what_is_not_needed() -> None:
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", ".data", ".env", "tests", "docs"} <= set(ignored)


def test_the_image_starts_with_the_settings_it_brings() -> None:
    brought = {
        pair.partition("=")[0]: pair.partition("=")[2]
        for name, rest in instructions()
        if name == "ENV"
        for pair in shlex.split(rest)
    }
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    settings = read_settings({k: v for k, v in brought.items() if k in variables()} | given)
    assert (settings.host, settings.port, settings.log) == ("0.0.0.0", 3000, "json")
    words = {name: json.loads(rest) for name, rest in instructions() if name in ("ENTRYPOINT", "CMD")}
    assert words["ENTRYPOINT"] == ["lodge"]
    assert _parser().parse_args(words["CMD"]).run.__name__ == "_serve"


def test_the_health_check_is_a_program_that_runs() -> None:
    health = next(rest for name, rest in instructions() if name == "HEALTHCHECK")
    command = json.loads(health.partition("CMD")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "health check", "exec")
    assert "/healthz" in command[2]


def test_the_unit_in_the_documentation_is_one() -> None:
    text = (ROOT / "docs" / "install.md").read_text()
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]  # systemd's names have capitals
    unit.read_string(re.findall(r"```ini\n(\[Unit\].*?)```", text, re.DOTALL)[0])
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/bin/lodge")
    assert _parser().parse_args(words).run.__name__ == "_serve"
    assert int(unit["Service"]["TimeoutStopSec"]) > 2 * DRAIN
    assert unit["Install"]["WantedBy"] == "multi-user.target"
