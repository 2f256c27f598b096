"""The issues that a report names, and the ways to each."""

from __future__ import annotations

from dataclasses import dataclass

from db.reports.numbers import NamedIssue
from handlers.views.blocks import cut_mrkdwn, truncate
from handlers.views.reports.sheet import IssueList
from handlers.views.reports.spelling import day, mention
from handlers.words import Mrkdwn, Words, clean, escape

# Characters as Slack counts them, so that all lists of a report fit into one message.
_TITLE = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How issues are called in a workspace; `base` is the public address, where links to them begin."""

    prefix: str
    base: str | None = None

    def of(self, issue: NamedIssue) -> str:
        return f"{self.prefix}-{issue.number}"

    def link(self, issue: NamedIssue) -> Mrkdwn:
        key = self.of(issue)
        return Mrkdwn(f"*<{self.base}/issues/{issue.issue_id}|{key}>*" if self.base else f"*{key}*")


def named(heading: str, issues: tuple[NamedIssue, ...], words: Words, keys: Keys) -> IssueList:
    return IssueList(
        heading=words(heading),
        lines=tuple(_line(issue, heading, words, keys) for issue in issues),
        issues=tuple(
            (truncate(f"{keys.of(issue)} {clean(issue.title)}", 75), issue.issue_id) for issue in issues
        ),
    )


def _line(issue: NamedIssue, heading: str, words: Words, keys: Keys) -> Mrkdwn:
    who = mention(issue.assignee, words) if issue.assignee else words("card-unassigned")
    line = Mrkdwn(f"• {keys.link(issue)}  {cut_mrkdwn(escape(issue.title), _TITLE)}  ·  {who}")
    match heading:
        case "report-aging-stalest":
            since = words("report-untouched-since", day=day(issue.updated_at.date(), words))
        case "report-digest-overdue" if issue.due_on is not None:
            since = words("report-due-since", day=day(issue.due_on, words))
        case "report-digest-finished":
            return line
        case _:
            since = words("report-open-since", day=day(issue.created_at.date(), words))
    return Mrkdwn(f"{line}  ·  {since}")
