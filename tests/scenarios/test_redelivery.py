"""Every listener takes part in a scenario, and after each scenario all of it is delivered again (redelivery.py)."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, cast

import pytest

from handlers import register_all
from handlers.commands import Commands
from handlers.services import Services
from tests.handlers.test_registration import Recorder

# Listeners that scenarios reach without naming them: how.
UNNAMED = {
    "app_home_opened": "open_home()",
    "app_mention": "a message with the bot's name: test_a_mention_files_or_shows",
    "home_filter_form": "the form of the filter in App Home",
    "home_settings": "a button of App Home",
    "home_show_all": "a button of App Home",
    "import_undo_rest": "a button of an import that others went on with",
    "issue_bulk_form": "submit() of the form of `bulk`",
    "issue_close_form": "submit() of the form that asks for the reason",
    "issue_comment_form": "submit() of the form of `comment`",
    "issue_create": "submit() of the form of `/issue`",
    "issue_edit_form": "submit() of the form of `edit`",
    "labels_merge_form": "submit() of the form that test_settings opens",
    "link_shared": "a message with a link",
    "message": "send(), edit_message(), delete_message()",
    "notify_open": "a button of a digest, which opens the form of `notify`",
    "outgoing_form": "submit() of the form of `tell`",
    "people_merge_form": "submit() of the form that test_settings opens",
    "reaction_added": "react()",
    "schedule_next": "a button of a long list of schedules",
    "settings_admins": "a button of the form of `settings`: test_settings",
    "settings_labels": "a button of the form of `settings`: test_settings",
    "settings_people": "a button of the form of `settings`: test_settings",
    "team_join": "the same listener as user_change",
    "token_form": "submit() of the form of `token`",
}


@pytest.fixture
def recorder() -> Recorder:
    nothing = {each.name: cast("Any", None) for each in dataclasses.fields(Services) if each.init}
    recording = Recorder()
    register_all(cast("Any", recording), Services(**nothing))
    return recording


@pytest.fixture(scope="module")
def stories() -> str:
    own = Path(__file__)
    return "\n".join(path.read_text() for path in sorted(own.parent.rglob("*.py")) if path != own)


def test_every_listener_takes_part_in_a_scenario(recorder: Recorder, stories: str) -> None:
    registered = {constraint for _, constraint, _ in recorder.listeners if isinstance(constraint, str)}
    assert len(registered) > 60
    assert registered >= UNNAMED.keys()
    assert not {each for each in registered - UNNAMED.keys() if f'"{each}"' not in stories}


def test_every_subcommand_takes_part_in_a_scenario(recorder: Recorder, stories: str) -> None:
    (listener,) = [each for kind, _, each in recorder.listeners if kind == "command"]
    commands: Commands = cast("Any", listener).__self__
    missing = {
        name
        for name, subcommand in commands.subcommands.items()
        if not any(
            re.search(rf"""(?:["']|/issue |[A-Z]+-\d+ ){word}\b""", stories)
            for word in (name, *subcommand.aliases)
        )
    }
    assert not missing
