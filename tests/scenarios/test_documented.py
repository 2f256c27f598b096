"""Every command that the documentation shows does something, typed as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.scenarios.conftest import Json, Lodge, said

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
_REFUSALS = re.compile(
    "I do not know|It reads like this|Nothing was c(?:reated|hanged)|could not read|no such|There is no |"
    "did not work|went wrong|Did you mean|no value|cannot be"
)
# Keys and labels that the documentation's examples speak of.
ISSUES = {42: 1, 7: 2, 3: 3, 2: 2, 1: 1}
LABELS = ("bug", "ui", "ops")


def documented() -> list[str]:
    pages = (path.read_text() for path in sorted(DOCS.glob("*.md")))
    lines = [line for page in pages for block in _FENCE.findall(page) for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line.startswith("/issue ")))


def on_what_is_here(line: str) -> str:
    return re.sub(r"LDG-(\d+)", lambda key: f"LDG-{ISSUES[int(key[1])]}", line)


async def test_documented_commands_are_understood(lodge: Lodge) -> None:
    for title in ("First", "Second", "Third"):
        await lodge.ask("ada", f"new {title} +{','.join(LABELS)}", channel="support")
    lines = documented()
    assert len(lines) > 40
    for line in lines:
        await check(lodge, line)


async def check(lodge: Lodge, line: str) -> None:
    ada = lodge.person("ada")
    before = {message["ts"] for message in ada.ephemerals("support")}

    def fresh() -> list[Json]:
        return [message for message in ada.ephemerals("support") if message["ts"] not in before]

    await ada.slash("support", on_what_is_here(line))
    await lodge.settled()
    # Some answers come a moment later, by the response_url.
    await lodge.slack.until(lambda: fresh() or ada.modals(), timeout=60)
    assert ada.notices() == [], line
    for shown in (*fresh(), *ada.modals()):
        assert _REFUSALS.search(said(shown)) is None, f"{line}: {said(shown)}"
    for view in ada.modals():
        await ada.close(view["id"], all=True)
