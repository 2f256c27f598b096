"""What stands in the log: nothing that lets anybody in, and nothing that people wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.logs import hide_secrets, set_up_logs
from bot.settings import LogFormat
from db.errors import Unavailable

log = logging.getLogger("tests.log")


@pytest.fixture
async def stream() -> AsyncIterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield io.StringIO()
    root.handlers[:], root.level = before


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1-abc",
        "xoxe.xoxb-1-abc",
        "xapp-1-A-2-abc",
        "ldg_abcdefghijkl_" + "s" * 43,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "v0=" + "0a" * 32,
        "postgresql://lodge:hunter2@db/lodge",
        "Authorization: Bearer whatever",
    ],
)
def test_secrets_are_hidden(secret: str) -> None:
    shown = hide_secrets(f"it was {secret} that failed")
    assert "[hidden]" in shown
    assert secret not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_row_that_a_database_refuses_is_not_told(
    form: LogFormat, stream: io.StringIO, conn: asyncpg.Connection
) -> None:
    set_up_logs(form, stream=stream)
    await conn.execute("CREATE TABLE notes (text text CHECK (length(text) < 9))")
    # Not as it stands in the code, which a traceback shows.
    written = '"psst"' * 3
    try:
        try:
            await conn.execute("INSERT INTO notes VALUES ($1)", written)
        except asyncpg.CheckViolationError as error:
            raise RuntimeError("a note was refused") from error
    except RuntimeError:
        log.exception("it failed")
    told = stream.getvalue()
    assert "notes_text_check" in told
    assert "psst" not in told
    if form == "json":
        line = json.loads(told)
        assert (line["level"], line["logger"], line["message"]) == ("ERROR", "tests.log", "it failed")
        assert "CheckViolationError" in line["exc_info"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_database_that_is_away_takes_one_line_a_try(form: LogFormat, stream: io.StringIO) -> None:
    set_up_logs(form, stream=stream)
    try:
        raise FileNotFoundError(2, "No such file or directory")
    except OSError:
        logging.getLogger("asyncpg.pool").warning("retrying", exc_info=True)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert "No such file" in lines[0]


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_needed_the_database_meanwhile_says_why_it_is_away(form: LogFormat, stream: io.StringIO) -> None:
    set_up_logs(form, stream=stream)
    try:
        raise Unavailable from FileNotFoundError(2, "No such file or directory")
    except Unavailable as error:
        log.warning("scheduled work failed", exc_info=error)
    told = stream.getvalue()
    assert "The database cannot be reached." in told
    assert "No such file" in told
    assert "Traceback" not in told
