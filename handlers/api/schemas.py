"""What goes in and out of the API, as pydantic models: the edge where untrusted input is read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from db.comments import Comment
from db.people import Person

StatusName = Literal["open", "in_progress", "closed"]
ReasonName = Literal["completed", "not_planned", "duplicate"]
PriorityName = Literal["urgent", "high", "medium", "low"]
RoleName = Literal["admin", "member", "guest"]

# PostgreSQL's text cannot hold NUL; refused here with the field's name.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Labels = Annotated[list[Annotated[Text, Field(min_length=1, max_length=50)]], Field(max_length=100)]


class _In(BaseModel):
    # A field nobody knows is a mistake worth telling, not one to swallow.
    model_config = ConfigDict(extra="forbid", strict=False)


class UserIn(_In):
    """A new person, who need not be in Slack (yet)."""

    name: Annotated[Text, Field(min_length=1, max_length=255)]
    email: Annotated[Text, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=320)] | None = None
    role: RoleName = "member"


class IssueIn(_In):
    """A new issue."""

    title: Annotated[Text, Field(min_length=1, max_length=255)]
    description: Annotated[Text, Field(max_length=40_000)] = ""
    status: Literal["open", "in_progress"] = "open"
    priority: PriorityName | None = None
    assignee_id: UUID | None = None
    reporter_id: UUID | None = None
    labels: Labels = []
    due_on: date | None = None
    parent_id: UUID | None = None
    external_ref: Annotated[Text, Field(max_length=255)] | None = None


class IssueChange(_In):
    """A field not sent stays as it is; null clears it."""

    title: Annotated[Text, Field(min_length=1, max_length=255)] | None = None
    description: Annotated[Text, Field(max_length=40_000)] | None = None
    status: StatusName | None = None
    close_reason: ReasonName | None = None
    duplicate_of: UUID | None = None
    priority: PriorityName | None = None
    assignee_id: UUID | None = None
    due_on: date | None = None
    parent_id: UUID | None = None
    external_ref: Annotated[Text, Field(max_length=255)] | None = None
    labels: Labels | None = None


class BulkStatusIn(_In):
    """All of the issues change, or none."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
    status: StatusName
    close_reason: Literal["completed", "not_planned"] | None = None


class BulkStatusOut(BaseModel):
    changed: int = Field(description="How many did not have that status yet")


class CommentIn(_In):
    """A comment; `reply_to` names the comment it answers."""

    body: Annotated[Text, Field(min_length=1, max_length=40_000)]
    reply_to: UUID | None = None


class LabelsIn(_In):
    """All labels the issue is to have."""

    labels: Labels


class Page(_In):
    """`cursor` is what `next_cursor` of the page before said. A page may be empty while there is a `next_cursor`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[Text, Field(max_length=2000)] | None = None


class IssuePage(Page):
    """`q` is the query language of `/issue list`."""

    q: Annotated[Text, Field(max_length=1000)] = ""


class ReportQuery(_In):
    """`period` is `7d`, `this month`, `2026-Q3`, `2026-01..2026-03`..."""

    q: Annotated[Text, Field(max_length=1000)] = ""
    period: Annotated[Text, Field(max_length=50)] = "30d"


class TopQuery(ReportQuery):
    """`limit` is how many people to name."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10


class UserOut(BaseModel):
    id: UUID
    name: str
    email: str | None
    role: RoleName
    active: bool
    slack_user_id: str | None


class IssueOut(BaseModel):
    id: UUID
    key: str = Field(description="For people, in Slack; the API takes ids only")
    title: str
    description: str
    status: StatusName
    close_reason: ReasonName | None
    duplicate_of: UUID | None
    parent_id: UUID | None
    priority: PriorityName | None
    assignee_id: UUID | None
    reporter_id: UUID | None
    due_on: date | None
    external_ref: str | None
    labels: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class CommentOut(BaseModel):
    id: UUID
    issue_id: UUID
    author_id: UUID | None
    reply_to: UUID | None
    body: str
    created_at: datetime
    edited_at: datetime | None


class NamedOut(BaseModel):
    id: UUID
    name: str
    slack_user_id: str | None
    active: bool


class IssueDetailOut(IssueOut):
    comments: list[CommentOut] = Field(description="The newest 100, oldest first")
    more_comments: bool = Field(description="Whether there are older ones")
    people: list[NamedOut] = Field(description="Assignee, reporter and authors of the comments")


class LabelOut(BaseModel):
    id: UUID
    name: str


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = []


def comment_out(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.comment_id,
        "issue_id": comment.issue_id,
        "author_id": comment.author_id,
        "reply_to": comment.reply_to,
        "body": comment.body,
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
    }


def user_out(person: Person) -> dict[str, Any]:
    return {
        "id": person.person_id,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "active": person.active,
        "slack_user_id": person.slack_user_id,
    }
