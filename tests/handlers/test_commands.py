"""The word after the command finds its capability."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.query import QueryError
from handlers.commands import Call, Commands, Reply, typed


async def _answer(call: Call) -> Reply:
    return Reply(text=call.text)


@pytest.fixture(scope="module")
def commands() -> Commands:
    made = Commands(cast("Any", None))
    for name in ("new", "show", "list", "close", "assign"):
        made.add(name, _answer, aliases=("ls",) if name == "list" else ())
    return made


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("", "new", ""),
        ("   ", "new", ""),
        ("new Login fails", "new", "Login fails"),
        ("LIST status:open", "list", "status:open"),
        ("ls", "list", ""),
        ("LDG-42", "show", "LDG-42"),
        ("#42", "show", "#42"),
        ("ldg-42 close not planned", "close", "ldg-42 not planned"),
    ],
)
def test_a_word_or_a_key_leads_there(commands: Commands, text: str, name: str, rest: str) -> None:
    found, left = commands.route(text)
    assert found is not None
    assert (found.name, left) == (name, rest)


@pytest.mark.parametrize(
    ("word", "nearest"), [("lsit", "list"), ("asign", "assign"), ("clsoe", "close"), ("xyzzy", None)]
)
def test_an_unknown_word_has_a_nearest(commands: Commands, word: str, nearest: str | None) -> None:
    assert commands.route(word)[0] is None
    assert commands.nearest(word) == nearest


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<@U1|ada> in <#C1|general>", "<@U1> in <#C1>"),
        ("<https://example.com|example.com>", "example.com"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("Mast lamp & <b> flickers", "Mast lamp & <b> flickers"),
        ("created:<7d updated:>2026-01-01", "created:<7d updated:>2026-01-01"),
        ("due:<today created:>2026", "due:<today created:>2026"),
    ],
)
def test_what_was_typed_is_read_from_what_slack_sends(raw: str, text: str) -> None:
    assert typed(raw) == text


def test_two_capabilities_cannot_share_a_word(commands: Commands) -> None:
    with pytest.raises(ValueError, match="two subcommands"):
        commands.add("ls", _answer)


@given(st.text())
def test_no_text_breaks_the_router(commands: Commands, text: str) -> None:
    found, left = commands.route(text)
    assert found is not None or left == text


class _Answers:
    """Stands for Slack: what came in the ack, and what came later."""

    def __init__(self) -> None:
        self.acks: list[Any] = []
        self.later: list[Any] = []
        self.started: list[asyncio.Task[None]] = []

    async def ack(self, body: Any = None) -> None:
        self.acks.append(body)

    async def respond(self, url: str, body: Any, client: object) -> None:
        self.later.append(body)

    def start(self, work: Any, *, name: str) -> None:
        self.started.append(asyncio.ensure_future(work))


async def test_a_long_command_whose_query_cannot_be_read_is_handed_back() -> None:
    async def listing(call: Call) -> Reply:
        raise QueryError("unknown_field", position=0, term=call.text[:9], part="prioritty")

    answers = _Answers()
    commands = Commands(cast("Any", SimpleNamespace(background=answers)))
    commands.add("list", listing)
    wrote = "list prioritty:high label:bug,regression assignee:me created:>2026-01-01 pump"
    await commands.listen(
        ack=cast("Any", answers.ack),
        body={"text": wrote, "command": "/issue", "trigger_id": "t", "channel_id": "C1", "response_url": "u"},
        client=cast("Any", None),
        asker=cast("Any", SimpleNamespace(locale="en", reference="r")),
    )
    (answer,) = answers.acks
    assert "prioritty" in answer["text"]
    assert f"/issue {wrote}" in str(answer["blocks"][-1])


async def test_a_slow_answer_is_promised_in_the_ack_and_given_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.commands.PATIENCE", 0.0)
    answers, promised = _Answers(), asyncio.Event()
    monkeypatch.setattr("handlers.commands.respond", answers.respond)

    async def slow(call: Call) -> Reply:
        await promised.wait()
        return Reply(text="done at last")

    async def ack(body: Any = None) -> None:
        await answers.ack(body)
        promised.set()

    commands = Commands(cast("Any", SimpleNamespace(background=answers)))
    commands.add("new", slow)
    asker = SimpleNamespace(locale="en", reference="r")
    body = {"text": "", "command": "/issue", "trigger_id": "t", "channel_id": "C1", "response_url": "u"}
    await commands.listen(
        ack=cast("Any", ack),
        body=body,
        client=cast("Any", None),
        asker=cast("Any", asker),
    )
    assert [each["text"] for each in answers.acks] == ["Working on it …"]
    assert [each["text"] for each in answers.later] == ["done at last"]
