"""The command line: `python -m bot`, also installed as `lodge`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from db.errors import LodgeError, Startup


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status. What is wrong is said on stderr, in words."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except Startup as error:
        print(
            "Lodge cannot start:",
            *(f"  - {problem}" for problem in error.problems),
            sep="\n",
            file=sys.stderr,
        )
    except LodgeError as error:
        print(f"lodge: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lodge", description="The issue tracker that lives in Slack.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("serve", _serve, "run the bot")
    add("migrate", _migrate, "bring the database up to date")
    add("doctor", _doctor, "check database, tokens, scopes and clock, and say what to mend")
    demo = add("demo", _demo, "run the bot with an embedded database and a local Slack in the browser")
    demo.add_argument("--fresh", action="store_true", help="forget what earlier runs left")
    demo.add_argument("--port", type=_port, default=8000, help="where the local Slack listens (8000)")
    demo.add_argument("--no-browser", action="store_true", help="only print the address")
    playground = add("playground", _playground, "run the local Slack alone, to test any bot with it")
    playground.add_argument("--port", type=_port, default=8000, help="where it listens (8000)")
    playground.add_argument("--manifest", default="manifest.yml", help="the app's manifest (manifest.yml)")
    playground.add_argument("--request-url", help="where it sends events, commands and interactivity")
    playground.add_argument("--signing-secret", default="local-signing-secret", help="what it signs with")
    playground.add_argument("--data", help="SQLite file that keeps the conversations (default: none kept)")
    _add_token(commands.add_parser("token", help="make or revoke API tokens"))
    _add_people(commands.add_parser("people", help="forget what is known of somebody"))
    _add_reports(commands.add_parser("rollups", help="check or make anew the numbers kept for reports"))
    return parser


def _port(text: str) -> int:
    return _number(text, 0, 65_535)


def _days(text: str) -> int:
    return _number(text, 1, 36_500)


def _number(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:10]) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {low} to {high}")
    return int(text)


def _token_id(text: str) -> str:
    """Of a whole token too: its secret is not said again, in an error least of all."""
    parts = text.split("_", 2)
    return parts[1] if parts[0] == "ldg" and len(parts) > 1 else text


def _add_token(token: argparse.ArgumentParser) -> None:
    actions = token.add_subparsers(required=True, metavar="action")
    create = actions.add_parser("create", help="print a new token, once")
    create.add_argument("--workspace", required=True, help="the Slack workspace's id, T...")
    create.add_argument("--name", required=True, help="what it is for, as in ci")
    create.add_argument("--role", choices=("admin", "member", "guest"), default="member")
    create.add_argument("--days", type=_days, help="days until it expires (default: never)")
    create.set_defaults(run=_token_create)
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument(
        "token_id", type=_token_id, help="the part between the first two underscores of ldg_..._..."
    )
    revoke.set_defaults(run=_token_revoke)


def _add_people(people: argparse.ArgumentParser) -> None:
    actions = people.add_subparsers(required=True, metavar="action")
    text = "show what would be forgotten of somebody, and with --yes forget it for good"
    erase = actions.add_parser("erase", help=text, description=text)
    erase.add_argument("workspace", help="the Slack workspace's id, T...")
    erase.add_argument("user", help="their Slack id (U...), e-mail address, whole name, or id in the API")
    erase.add_argument("--yes", action="store_true", help="do it; it cannot be taken back")
    erase.set_defaults(run=_people_erase)


def _add_reports(kept: argparse.ArgumentParser) -> None:
    actions = kept.add_subparsers(required=True, metavar="action")
    for name, text in (
        ("check", "compare them with a full count, and make them anew where they differ"),
        ("rebuild", "make them anew, without comparing"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument(
            "--workspace", action="append", help="the Slack workspace's id, T... (default: all)"
        )
        action.set_defaults(run=_rollups, action=name)


def _loop(work: Coroutine[Any, Any, Any]) -> Any:
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    return uvloop.run(work)


def _serve(_: argparse.Namespace) -> None:
    from bot.process import run
    from bot.settings import read_settings

    run(read_settings())


def _migrate(_: argparse.Namespace) -> None:
    from bot.maintenance import migrate_database
    from bot.settings import read_settings

    applied = _loop(migrate_database(read_settings(slack=False)))
    for migration in applied:
        print(f"applied {migration.version:04} {migration.name}")
    print("the database is up to date")


def _doctor(_: argparse.Namespace) -> int:
    from bot.doctor import diagnose

    return int(_loop(diagnose()))


def _demo(options: argparse.Namespace) -> None:
    from bot.demo.running import demo

    _loop(demo(fresh=options.fresh, port=options.port, browser=not options.no_browser))


def _playground(options: argparse.Namespace) -> None:
    from bot.playground import run_playground
    from bot.playground.config import PlaygroundConfig

    manifest = Path(options.manifest)
    _check_manifest(manifest)
    config = PlaygroundConfig(
        port=options.port,
        manifest=manifest,
        request_url=options.request_url,
        signing_secret=options.signing_secret,
        database=Path(options.data) if options.data else None,
        control=True,
    )
    print(
        f"The local Slack: http://127.0.0.1:{options.port}",
        f"  SLACK_API_URL=http://127.0.0.1:{options.port}/api/",
        f"  SLACK_BOT_TOKEN={config.bot_token}",
        f"  SLACK_APP_TOKEN={config.app_token}",
        f"  SLACK_SIGNING_SECRET={config.signing_secret}",
        sep="\n",
        flush=True,
    )
    try:
        _loop(run_playground(config))
    except OSError as error:
        raise Startup([str(error)]) from error


def _check_manifest(path: Path) -> None:
    """Raises Startup for a file that is not there, and for one that is something else."""
    import yaml

    from bot.playground.manifest import read_manifest

    if not path.is_file():
        raise Startup([f"{path} is not there: run it beside your app's manifest, or pass --manifest"])
    try:
        read_manifest(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Startup([f"{path} is no YAML: {' '.join(str(error).split())}"]) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise Startup([f"{path} is YAML, but no manifest of a Slack app"]) from error


def _rollups(options: argparse.Namespace) -> int:
    from bot.maintenance import check_rollups, rebuild_rollups
    from bot.settings import read_settings

    work = check_rollups if options.action == "check" else rebuild_rollups
    return int(_loop(work(read_settings(slack=False), options.workspace, print)))


def _people_erase(options: argparse.Namespace) -> int:
    from bot.erasing import erase_person
    from bot.settings import read_settings

    settings = read_settings(slack=False)
    work = erase_person(settings, workspace=options.workspace, user=options.user, sure=options.yes, say=print)
    return int(_loop(work))


def _token_create(options: argparse.Namespace) -> None:
    from bot.maintenance import create_token
    from bot.settings import read_settings

    lifetime = timedelta(days=options.days) if options.days else None
    text = _loop(
        create_token(
            read_settings(slack=False),
            workspace=options.workspace,
            name=options.name,
            role=options.role,
            lifetime=lifetime,
        )
    )
    print(text)
    print("Keep it now: it is not shown again.", file=sys.stderr)


def _token_revoke(options: argparse.Namespace) -> None:
    from bot.maintenance import revoke_token
    from bot.settings import read_settings

    _loop(revoke_token(read_settings(slack=False), options.token_id))
    print(f"revoked {options.token_id}")


if __name__ == "__main__":
    sys.exit(main())
