"""`python -m bot doctor`: what commonly keeps an installation from working, and how to mend each."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Final

from bot.doctor.address import public_url
from bot.doctor.finding import Check, Finding
from bot.doctor.signing_in import signing, slack, sockets
from bot.doctor.storage import database, disk
from bot.settings import read_settings
from db.errors import Startup

CHECKS: Final[tuple[Check, ...]] = (database, disk, slack, signing, sockets, public_url)


async def diagnose(environment: Mapping[str, str] | None = None) -> int:
    """Prints a line for each finding; returns 1 when something needs mending."""
    findings = await examine(os.environ if environment is None else environment)
    for finding in findings:
        sys.stdout.write(f"{'FIX ' if finding.mend else 'ok  '}{finding.part}: {finding.text}\n")
        if finding.mend:
            sys.stdout.write(f"      {finding.mend}\n")
    return 1 if any(finding.mend for finding in findings) else 0


async def examine(environment: Mapping[str, str]) -> list[Finding]:
    try:
        settings = read_settings(environment)
    except Startup as error:
        mend = "set it as docs/install.md says, in the environment of the service"
        return [Finding(part="environment", text=problem, mend=mend) for problem in error.problems]
    findings = [Finding(part="environment", text="every variable can be read")]
    for check in CHECKS:
        findings += [finding async for finding in check(settings)]
    return findings
