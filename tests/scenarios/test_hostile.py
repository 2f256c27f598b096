"""Commands as no one should type them: each answer says what is wrong and what to do next, and nothing breaks."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_creating import buttons

# What an answer holds that says what to do next: a command to type, or a word of advice.
_ADVICE = re.compile(
    r"/issue|Ask an admin|Check the spelling|choose|Choose|Did you mean|did you mean|Write|Try|try|[Nn]ame |Say|say|"
    r"quotation marks|leave|at most|Put|names?:",
)
_BROKEN = re.compile(r"Something went wrong|Traceback|KeyError|None\b|FieldError|Unknown external")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

KEYED = ("show", "edit", "assign", "comment", "label", "close", "reopen", "status", "history")
# What each needs behind the key.
REST = {"assign": "me", "comment": "hello", "label": "+bug", "status": "in progress"}
STRANGE = {
    "long": "x" * 3000,
    "emoji": "🧨👩‍👩‍👧‍👦 :tada: 🇩🇪",
    "rtl": "\u202eevil\u202c שלום עולם",
    "control": "a\x00b\x07c\x1bd",
    "mention": "<!channel> <!here> <@U0ADA> <#C0GENERAL|general> <https://x.example|x>",
    "markup": "*bold* _it_ ~no~ `code` ```block``` > quote",
    "quotes": "\"unclosed “quote ' `",
    "sql": "'; DROP TABLE issues; --",
    "percent": "%s %d {0} {name} { $key }",
}


async def advised(lodge: Lodge, name: str, command: str) -> Json:
    """What `name` is answered, which says what to do next."""
    answer = await lodge.ask(name, command)
    text = said(answer)
    assert not _BROKEN.search(text), (command, text)
    assert _ADVICE.search(text), (command, text)
    return answer


def sound(answer: Json) -> None:
    """Whatever it says: nothing of ours broke, and nothing typed acts."""
    text = said(answer)
    assert not _BROKEN.search(text), text
    assert not _CONTROL.search(text), text
    for forged in ("<!channel>", "<!here>", "<https://x.example|x>"):
        assert forged not in acting(answer), text


def acting(part: object) -> str:
    """The texts in which Slack reads mentions and links: not those of rich text and plain text."""
    if isinstance(part, list):
        return "\n".join(map(acting, part))
    if not isinstance(part, dict) or part.get("type") in ("rich_text", "plain_text"):
        return ""
    own = part["text"] if isinstance(part.get("text"), str) else ""
    return "\n".join([own, *(acting(value) for value in part.values())])


async def test_an_issue_that_is_not_there(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    for command in KEYED:
        for key in ("LDG-99", "OTHER-1", "#99", "99", "LDG-0", "LDG-999999999999999999"):
            answer = await advised(lodge, "ada", f"{command} {key} {REST.get(command, '')}")
            assert "undo_change" not in buttons(answer), (command, key)


async def test_nothing_behind_the_command(lodge: Lodge) -> None:
    for command in (*KEYED, "unassign", "bulk close", "search"):
        assert "/issue" in said(await advised(lodge, "ada", command)), command


async def test_no_key_where_one_belongs(lodge: Lodge) -> None:
    for command in KEYED:
        for text in ("now please", "LDG", "LDG-", "-1", "LDG-1x", "LDG--1"):
            await advised(lodge, "ada", f"{command} {text}")


@pytest.mark.parametrize("strange", STRANGE)
async def test_strange_text_everywhere(lodge: Lodge, strange: str) -> None:
    text = STRANGE[strange]
    await lodge.ask("ada", "new One")
    for command in ("new", "list", "search", "mine", "comment LDG-1", "label LDG-1", "status LDG-1", "close LDG-1",
                    "assign LDG-1", "history", "bulk close", "bulk label", "bulk assign", "help", "saved", "undo",
                    "subscribe", "settings", "edit", "show"):  # fmt: skip
        await _typed(lodge, f"{command} {text}")
    for command in ("LDG-1", "history LDG-1", "list", f"search {text[:200]}"):
        sound(await lodge.ask("ada", command))


async def _typed(lodge: Lodge, text: str) -> None:
    """A form or an answer: either way one that is sound."""
    ada = lodge.person("ada")
    before = [message["ts"] for message in ada.ephemerals("general")]
    await ada.slash("general", f"/issue {text}")
    await lodge.settled()
    assert not ada.notices(), (text[:80], ada.notices())
    for message in ada.ephemerals("general"):
        if message["ts"] not in before:
            sound(message)


UNKNOWN = (
    ("label LDG-1 -nosuch", "nosuch"),
    ("list label:nosuch", "nosuch"),
    ("list assignee:@unknown", "unknown"),
    ("assign LDG-1 @unknown", "unknown"),
    ("new Two @unknown", "unknown"),
    ("bulk assign @unknown LDG-1", "unknown"),
    ("close LDG-1 duplicate of LDG-1", "itself"),
    ("close LDG-1 duplicate of LDG-77", "LDG-77"),
    ("close LDG-1 duplicate of", "Of which issue"),
    ("close LDG-1 because", "because"),
    ("status LDG-1 duplicate", "Of which issue"),
    ("status LDG-1 sideways", "sideways"),
    ("bulk close LDG-1 sideways", "sideways"),
    ("bulk label =x LDG-1", "=x"),
    ("list sort:colour", "colour"),
    ("list created:someday", "someday"),
    ("list priority:enormous", "enormous"),
    (f"label LDG-1 +{'x' * 51}", "50"),
    (f"new {'x' * 256}", "255"),
    (f"comment LDG-1 {'x' * 40001}", "40"),
)


async def test_what_is_not_known_is_named_with_advice(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    for command, answer in UNKNOWN:
        told = said(await advised(lodge, "ada", command))
        assert answer in told, (command, told)
    assert "One issue." in said(await lodge.ask("ada", "list"))


async def test_two_of_one_name_are_told_apart(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    for name in ("Sam One", "Sam Two"):
        lodge.slack.emit({"type": "team_join", "user": {"id": f"U0{name[4:].upper()}", "real_name": name}})
    await lodge.settled()
    for command in ("assign LDG-1 @sam", "new Three @sam", "bulk assign @sam LDG-1", "list assignee:@sam"):
        told = await advised(lodge, "ada", command)
        assert "Sam One" in said(told) or "several people" in said(told), (command, said(told))


async def test_a_guest_meets_nobody_elses_issue(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Secret")
    for command in (*KEYED, "bulk close", "bulk label +x"):
        told = await advised(lodge, "guest", f"{command} LDG-1 {REST.get(command, '')}")
        assert "Secret" not in said(told), command


async def test_a_guest_is_told_what_they_may_not(lodge: Lodge) -> None:
    await lodge.ask("guest", "new Mine")
    for command in (
        "assign LDG-1 me",
        "label LDG-1 +x",
        "close LDG-1",
        "reopen LDG-1",
        "bulk close LDG-1",
        "settings",
    ):
        assert "undo_change" not in buttons(await advised(lodge, "guest", command)), command


async def test_what_would_never_be_said_is_said_in_german_too(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    for command in ("close LDG-1 duplicate of LDG-1", f"label LDG-1 +{'x' * 51}", "close LDG-1 weil", "show LDG-99",
                    "assign LDG-1 @niemandsonst", "status LDG-1 seitwärts", "list staus:offen"):  # fmt: skip
        text = said(await lodge.ask("linus", command))
        assert not _BROKEN.search(text), text
        for english in (
            " is ",
            " cannot ",
            " the ",
            "there is",
            "must",
            "label:",
            "at most",
            "valid",
        ):
            assert english not in text, (command, text)
