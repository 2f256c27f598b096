import re
from pathlib import Path

import pytest

import bot.settings as settings_module
from bot.settings import read_settings
from db.errors import Startup

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "hush"}


def variables() -> set[str]:
    """The names that the settings read."""
    source = Path(settings_module.__file__).read_text()
    return set(re.findall(r'reader\.\w+\("([A-Z_]+)"', source))


def problems(environment: dict[str, str]) -> str:
    with pytest.raises(Startup) as caught:
        read_settings(environment)
    return str(caught.value)


def test_defaults_are_those_of_the_documentation() -> None:
    settings = read_settings(GOOD)
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.data == Path(".data")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not settings.socket_mode


def test_every_faulty_variable_is_named_at_once() -> None:
    told = problems(
        {
            "DATABASE_URL": "mysql://x",
            "PORT": "many",
            "SLACK_BOT_TOKEN": "nonsense",
            "SLACK_SIGNING_SECRET": "  ",
            "SLACK_APP_TOKEN": "xoxb-wrong",
            "SLACK_API_URL": "slack.com",
            "LODGE_PUBLIC_URL": "ftp://x",
            "LODGE_LOG": "loud",
            "SLACK_CLIENT_ID": "1.2",
        }
    )
    for name in [
        "DATABASE_URL",
        "PORT",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "SLACK_API_URL",
        "LODGE_PUBLIC_URL",
        "LODGE_LOG",
        "SLACK_CLIENT_SECRET",
        "LODGE_SECRET_KEY",
    ]:
        assert name in told


def test_an_empty_signing_secret_is_refused() -> None:
    assert "SLACK_SIGNING_SECRET is empty" in problems(GOOD | {"SLACK_SIGNING_SECRET": ""})


def test_other_empty_values_are_as_good_as_none() -> None:
    names = [name for name in variables() if name not in ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")]
    assert len(names) > 10
    assert read_settings(GOOD | dict.fromkeys(names, "")) == read_settings(GOOD)
    assert "SLACK_BOT_TOKEN is missing" in problems(GOOD | {"SLACK_BOT_TOKEN": " "})
    assert "LODGE_SECRET_KEY must be set too" in problems(
        {
            "SLACK_SIGNING_SECRET": "hush",
            "SLACK_CLIENT_ID": "1",
            "SLACK_CLIENT_SECRET": "2",
            "LODGE_SECRET_KEY": "",
        }
    )


def test_a_key_is_of_use_without_oauth() -> None:
    assert read_settings(GOOD | {"LODGE_SECRET_KEY": "A" * 43 + "="}).secret_key
    assert not read_settings(GOOD | {"LODGE_SECRET_KEY": "A" * 43 + "="}).oauth


def test_a_direct_address_alone_is_a_mistake() -> None:
    assert "DATABASE_URL must be set too" in problems(GOOD | {"LODGE_DIRECT_DATABASE_URL": "postgresql://x"})


def test_socket_mode_needs_no_signing_secret() -> None:
    assert read_settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}).socket_mode


def test_nothing_of_slack_is_needed_to_migrate() -> None:
    assert read_settings({}, slack=False).slack_bot_token is None


def test_secrets_are_not_shown() -> None:
    secrets = {
        "DATABASE_URL": "postgresql://u:secret-a@h/d",
        "SLACK_BOT_TOKEN": "xoxb-secret-b",
        "SLACK_SIGNING_SECRET": "secret-c",
        "SLACK_APP_TOKEN": "xapp-secret-d",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "secret-e",
        "LODGE_SECRET_KEY": "secret-fsecret-fsecret-fsecret-fsecret-fsec",
    }
    assert "secret-" not in repr(read_settings(secrets))


def test_a_key_that_cannot_seal_is_named_without_being_shown() -> None:
    told = problems(GOOD | {"LODGE_SECRET_KEY": "hunter2"})
    assert "LODGE_SECRET_KEY must be 32 random bytes" in told
    assert "hunter2" not in told


def test_faults_are_told_without_showing_secrets() -> None:
    assert "hunter2" not in problems(GOOD | {"SLACK_BOT_TOKEN": "hunter2"})
