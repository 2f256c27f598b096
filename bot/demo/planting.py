"""Fills a new workspace as a team would: somebody drops the old tracker's export into a channel, and imports it."""

from __future__ import annotations

import csv
import io
from typing import Any

from bot.demo.seed import Past, past
from bot.playground import LocalSlack
from db.ids import WorkspaceId
from handlers.services import Services

_CHANNEL = "product"
# Seconds, to end what hangs.
_PATIENCE = 180.0
_WELCOME = """*Our issues are in Lodge now.* To try it:
• `/issue` opens the form; `/issue new Crane is stuck @linus +bug !high` files in one line
• `/issue list`, `/issue search login`, `/issue report latency`; `/issue help` has the rest
• React with :ticket: to a message, or take *Create issue* from its menu; replies to its card are comments
• *Lodge* in the sidebar is your own page. Something waits for you there
• Drop a CSV into a channel to import it. Everything can be undone"""
# Of the told stories, the one about which something is asked.
_ASKED = "Payment page times out"
_LABELS, _COMMENTS = 3, 3
_HEADER = (
    "Summary", "Issue key", "Issue Type", "Status", "Priority", "Resolution", "Assignee", "Reporter", "Created",
    "Updated", "Resolved", "Due Date", *["Labels"] * _LABELS, "Description", *["Comment"] * _COMMENTS,
)  # fmt: skip
_RESOLUTIONS = {"completed": "Done", "not planned": "Won't Do"}


def as_jira(issues: list[Past]) -> bytes:
    """The issues as Jira exports them: repeated headers, comments as `date;author;text`."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for number, issue in enumerate(issues, start=1):
        writer.writerow(_row(number, issue))
    return out.getvalue().encode()


def _row(number: int, issue: Past) -> list[str]:
    done = issue.closed is not None
    last = max((at for at, _, _ in issue.comments), default=issue.created)
    labels = [*issue.labels, *[""] * _LABELS][:_LABELS]
    comments = [f"{_time(at)};{who};{words}" for at, who, words in issue.comments]
    return [
        issue.title,
        f"HARB-{number}",
        "Bug" if "bug" in issue.labels else "Task",
        "Done" if done else {"open": "To Do", "in progress": "In Progress"}[issue.status],
        issue.priority.capitalize().replace("Urgent", "Highest"),
        _RESOLUTIONS[issue.status] if done else "",
        issue.assignee,
        issue.reporter,
        _time(issue.created),
        _time(issue.closed or last),
        _time(issue.closed) if issue.closed else "",
        issue.due.isoformat() + " 00:00:00" if issue.due else "",
        *labels,
        issue.description,
        *[*comments, *[""] * _COMMENTS][:_COMMENTS],
    ]


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


async def plant(services: Services, slack: LocalSlack) -> bool:
    """Imports the half year unless the workspace has issues already. Returns whether it did."""
    workspace_id = WorkspaceId(slack.team_id)
    if await _has_issues(services, workspace_id):
        return False
    ada, issues = slack.person("ada"), past(services.clock())
    await ada.upload(_CHANNEL, "harbour-jira-export.csv", as_jira(issues), text="Moving in!")
    ts = await slack.until(lambda: _message_with(slack, "Import"), timeout=_PATIENCE)
    await ada.click("Import", channel=_CHANNEL, ts=ts)
    await slack.until(lambda: _message_with(slack, "Undo"), timeout=_PATIENCE)
    grace = slack.person("grace")
    # Something waits for an answer of Ada's.
    question = f"<@{ada.user.id}> are 30 seconds fine with you?"
    await grace.slash(_CHANNEL, f"/issue comment LDG-{asked_about(issues)} {question}")
    await grace.send("general", _WELCOME)
    return True


def asked_about(issues: list[Past]) -> int:
    """Its number; which one it has depends on the day of the week."""
    return next(number for number, issue in enumerate(issues, start=1) if issue.title.startswith(_ASKED))


async def _has_issues(services: Services, workspace_id: WorkspaceId) -> bool:
    async with services.database.connection() as conn:
        return bool(
            await conn.fetchval(
                "SELECT EXISTS (SELECT FROM issues WHERE workspace_id = $1 AND deleted_at IS NULL)",
                workspace_id,
            )
        )


def _message_with(slack: LocalSlack, button: str) -> str | None:
    """The ts of a message of the bot in the channel, or in a thread there, that has this button."""
    reader = slack.person("ada")
    for root in reader.messages(_CHANNEL):
        for message in reader.thread(_CHANNEL, root["ts"]):
            elements = [e for block in message.get("blocks", ()) for e in block.get("elements", ())]
            texts = [e["text"].get("text") for e in elements if isinstance(e.get("text"), dict)]
            if message.get("bot_id") and button in texts:
                return str(message["ts"])
    return None
