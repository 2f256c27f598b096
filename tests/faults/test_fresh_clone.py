"""A fresh clone, the documentation's own commands, an empty environment: installed by OAuth, a command works.

Only installing the packages is left out: the clone's virtual environment borrows those of this one.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import site
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from bot.playground import LocalSlack
from tests.faults.ports import free_port
from tests.faults.whole import ROOT
from tests.scenarios.test_installing import HOME, Browser, ask

pytestmark = pytest.mark.faults
INSTALLING = [
    "python3 -m venv .venv",
    ".venv/bin/pip install --require-hashes -r requirements.lock",
    ".venv/bin/pip install --no-deps .",
]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as local:
        yield local


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("NOT A GIT CHECKOUT: nothing can be cloned")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "lodge")], check=True)
    return tmp_path / "lodge"


def commands(page: Path, first: str) -> list[str]:
    """The fenced commands of `page` that begin with `first`."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE)
    for block in blocks:
        lines = [line.strip() for line in block.splitlines()]
        if lines[0].startswith(first):
            return lines
    raise AssertionError(f"{page.name} has no commands that begin with {first}")


def oauth_variables(clone: Path) -> list[str]:
    text = (clone / "docs" / "install.md").read_text().partition("## Many workspaces, by OAuth")[2]
    [block] = re.findall(r"```sh\n(export DATABASE_URL.*?)```", text.partition("\n## ")[0], re.DOTALL)
    lines = block.splitlines()
    assert lines[-1] == "lodge serve"
    return [str(line) for line in lines[:-1]]


def borrow_packages(clone: Path) -> None:
    """What pip would have done: the packages, the clone itself, and its scripts."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(clone / ".venv")], check=True)
    [packages] = (clone / ".venv" / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text("\n".join([str(clone), *site.getsitepackages()]))
    scripts = tomllib.loads((clone / "pyproject.toml").read_text())["project"]["scripts"]
    for name, target in scripts.items():
        module, function = target.split(":")
        script = clone / ".venv" / "bin" / name
        script.write_text(
            f"#!{clone}/.venv/bin/python\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
        )
        script.chmod(0o755)


def filled(lines: list[str], values: dict[str, str]) -> list[str]:
    """The lines with the values people put in; what the documentation computes is left to be computed."""
    done = []
    for line in lines:
        name = line.removeprefix("export ").partition("=")[0]
        done.append(f"export {name}='{values.pop(name)}'" if name in values else line)
    assert not values, "the documentation does not name these"
    return done


async def ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(120), aiohttp.ClientSession() as http:
        while True:
            assert process.returncode is None, log.read_text()[-3000:]
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def test_the_documented_way_leads_to_a_command_that_works(
    slack: LocalSlack, clone: Path, empty_db_url: str
) -> None:
    readme = commands(clone / "README.md", "python3 -m venv")
    assert readme[:3] == INSTALLING
    assert readme[-2:] == [".venv/bin/lodge migrate", ".venv/bin/lodge serve"]
    borrow_packages(clone)
    port, log = free_port(), clone / "lodge.log"
    values = {
        "DATABASE_URL": empty_db_url,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_CLIENT_ID": slack.config.client_id,
        "SLACK_CLIENT_SECRET": slack.config.client_secret,
        "LODGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    oauth = filled(oauth_variables(clone), values)
    script = clone / "begin.sh"
    # Both are of this test: which port is free, and that Slack is here.
    here = [f"export PORT={port} SLACK_API_URL={slack.api_url}"]
    script.write_text("\n".join(["set -eu", *here, *oauth, readme[-2], f"exec {readme[-1]}"]))
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            "bash", str(script), cwd=clone, env={"PATH": os.environ["PATH"]}, stdout=out, stderr=out
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await ready(url, process, log)
        slack.request_url = f"{url}/slack/events"
        here_now = cast("Any", SimpleNamespace(url=url))
        assert "is installed in Harbour" in await Browser(here_now).install(HOME)
        assert "LDG-1" in await ask(slack, here_now, HOME, "new From a fresh clone")
        assert "From a fresh clone" in await ask(slack, here_now, HOME, "list")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert str(ROOT / "bot") not in log.read_text()
