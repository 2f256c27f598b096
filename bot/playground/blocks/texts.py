"""Text objects, options and confirmation dialogs, with Slack's lengths."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """Any JSON object of Block Kit: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlainText(Part):
    type: Literal["plain_text"]
    text: str
    emoji: bool | None = None


class Mrkdwn(Part):
    type: Literal["mrkdwn"]
    text: str
    verbatim: bool | None = None


AnyText = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def _length(longest: int) -> Callable[[PlainText | Mrkdwn], PlainText | Mrkdwn]:
    def check(value: PlainText | Mrkdwn) -> PlainText | Mrkdwn:
        if not value.text:
            raise PydanticCustomError("text_short", "must be more than 0 characters")
        if len(value.text) > longest:
            raise PydanticCustomError(
                "text_long", "must be less than {limit} characters", {"limit": longest + 1}
            )
        return value

    return check


Plain24 = Annotated[PlainText, AfterValidator(_length(24))]
Plain30 = Annotated[PlainText, AfterValidator(_length(30))]
Plain75 = Annotated[PlainText, AfterValidator(_length(75))]
Plain100 = Annotated[PlainText, AfterValidator(_length(100))]
Plain150 = Annotated[PlainText, AfterValidator(_length(150))]
Plain200 = Annotated[PlainText, AfterValidator(_length(200))]
Plain2000 = Annotated[PlainText, AfterValidator(_length(2_000))]
Text75 = Annotated[AnyText, AfterValidator(_length(75))]
Text150 = Annotated[AnyText, AfterValidator(_length(150))]
Text200 = Annotated[AnyText, AfterValidator(_length(200))]
Text300 = Annotated[AnyText, AfterValidator(_length(300))]
Text2000 = Annotated[AnyText, AfterValidator(_length(2_000))]
Text3000 = Annotated[AnyText, AfterValidator(_length(3_000))]

Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=3_000, pattern=r"^\S+$")]
ImageUrl = Annotated[str, StringConstraints(max_length=3_000, pattern=r"^https?://\S+$")]
Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Time = Annotated[str, StringConstraints(pattern=r"^\d{2}:\d{2}$")]
Value150 = Annotated[str, StringConstraints(min_length=1, max_length=150)]
Value2000 = Annotated[str, StringConstraints(max_length=2_000)]
AltText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Option(Part):
    text: Plain75
    value: Value150
    description: Plain75 | None = None


class LinkOption(Option):
    """Only an overflow menu opens links."""

    url: Url | None = None


class RichOption(Part):
    """Of checkboxes and radio buttons, which may be formatted."""

    text: Text75
    value: Value150
    description: Text75 | None = None


class OptionGroup(Part):
    label: Plain75
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


class Confirm(Part):
    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Literal["primary", "danger"] | None = None


class DispatchConfig(Part):
    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1)
    ]


class SlackFile(Part):
    id: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "SlackFile":
        if (self.id is None) == (self.url is None):
            raise PydanticCustomError("one_of", "exactly one of id and url is needed")
        return self
