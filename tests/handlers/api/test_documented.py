"""The documentation's curl commands, run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.api.conftest import Api

_PAGE = Path(__file__).parents[3] / "docs" / "api.md"
_UUID = re.compile(r"01a204fa(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


def _examples() -> Iterator[str]:
    """Those about the API itself; what comes after is about webhooks."""
    text = _PAGE.read_text().partition("## Webhooks in")[0]
    for body in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if "curl" in body:
            yield body


EXAMPLES = list(_examples())


def test_every_endpoint_has_an_example() -> None:
    assert len(EXAMPLES) >= 13


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_an_example_does_what_it_says(api: Api, tmp_path: Path, number: int) -> None:
    ids = iter([(await api.create(title=f"Issue {n}", labels=["bug", "ops"]))["id"] for n in range(3)])
    (tmp_path / "issues.csv").write_text("title\nDisk almost full\n")
    command = _UUID.sub(lambda _: next(ids), EXAMPLES[number])
    script = 'curl() { command curl -sS --fail-with-body "$@"; }\nset -eu\n'
    environment = {
        "PATH": os.environ["PATH"],
        "URL": str(api.client.make_url("")).rstrip("/"),
        "TOKEN": api.tokens["admin"],
        "ID": next(ids),
    }
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script + command,
        cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
