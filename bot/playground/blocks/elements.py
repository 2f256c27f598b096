"""Interactive elements, and which of them may stand where."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.playground.blocks.rich_text import RichText
from bot.playground.blocks.texts import (
    AltText,
    Confirm,
    Date,
    DispatchConfig,
    Id,
    ImageUrl,
    LinkOption,
    Option,
    OptionGroup,
    Part,
    Plain75,
    Plain150,
    RichOption,
    SlackFile,
    Time,
    Url,
    Value2000,
)

Options = Annotated[list[Option], Field(min_length=1, max_length=100)]
Groups = Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]
Count = Annotated[int, Field(ge=1)]
Length = Annotated[int, Field(ge=0, le=3_000)]
Label75 = Annotated[str, StringConstraints(min_length=1, max_length=75)]


class Acting(Part):
    action_id: Id | None = None


class Confirmed(Acting):
    confirm: Confirm | None = None


class Focused(Acting):
    focus_on_load: bool | None = None


class Placed(Focused):
    placeholder: Plain150 | None = None


class Menu(Placed):
    confirm: Confirm | None = None


class MultiMenu(Menu):
    max_selected_items: Count | None = None


class Image(Part):
    type: Literal["image"]
    alt_text: AltText
    image_url: ImageUrl | None = None
    slack_file: SlackFile | None = None

    @model_validator(mode="after")
    def _one(self) -> "Image":
        if (self.image_url is None) == (self.slack_file is None):
            raise PydanticCustomError("one_of", "exactly one of image_url and slack_file is needed")
        return self


class Button(Confirmed):
    type: Literal["button"]
    text: Plain75
    url: Url | None = None
    value: Value2000 | None = None
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Label75 | None = None


class Trigger(Part):
    url: Url
    customizable_input_parameters: list[dict[str, str]] | None = None


class Workflow(Part):
    trigger: Trigger


class WorkflowButton(Acting):
    type: Literal["workflow_button"]
    text: Plain75
    workflow: Workflow
    style: Literal["primary", "danger"] | None = None
    accessibility_label: Label75 | None = None


class IconButton(Confirmed):
    type: Literal["icon_button"]
    icon: Annotated[str, Field(min_length=1)]
    text: Plain75
    value: Value2000 | None = None
    accessibility_label: Label75 | None = None
    visible_to_user_ids: list[str] | None = None


class FeedbackButton(Part):
    text: Plain75
    value: Value2000
    accessibility_label: Label75 | None = None


class FeedbackButtons(Acting):
    type: Literal["feedback_buttons"]
    positive_button: FeedbackButton
    negative_button: FeedbackButton


class Overflow(Confirmed):
    type: Literal["overflow"]
    options: Annotated[list[LinkOption], Field(min_length=1, max_length=5)]


class Checkboxes(Focused):
    type: Literal["checkboxes"]
    options: Annotated[list[RichOption], Field(min_length=1, max_length=10)]
    initial_options: Annotated[list[RichOption], Field(min_length=1)] | None = None
    confirm: Confirm | None = None


class RadioButtons(Focused):
    type: Literal["radio_buttons"]
    options: Annotated[list[RichOption], Field(min_length=1, max_length=10)]
    initial_option: RichOption | None = None
    confirm: Confirm | None = None


class DatePicker(Menu):
    type: Literal["datepicker"]
    initial_date: Date | None = None


class TimePicker(Menu):
    type: Literal["timepicker"]
    initial_time: Time | None = None
    timezone: str | None = None


class DateTimePicker(Focused):
    type: Literal["datetimepicker"]
    initial_date_time: Annotated[int, Field(ge=10**9, lt=10**10)] | None = None
    confirm: Confirm | None = None


def _one_source(options: object, groups: object) -> None:
    if (options is None) == (groups is None):
        raise PydanticCustomError("one_of", "exactly one of options and option_groups is needed")


class Suggestions(Part):
    """The answer to a block_suggestion; none at all may be suggested."""

    options: Annotated[list[Option], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _source(self) -> "Suggestions":
        _one_source(self.options, self.option_groups)
        return self


class StaticSelect(Menu):
    type: Literal["static_select"]
    options: Options | None = None
    option_groups: Groups | None = None
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _source(self) -> "StaticSelect":
        _one_source(self.options, self.option_groups)
        return self


class MultiStaticSelect(MultiMenu):
    type: Literal["multi_static_select"]
    options: Options | None = None
    option_groups: Groups | None = None
    initial_options: Annotated[list[Option], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _source(self) -> "MultiStaticSelect":
        _one_source(self.options, self.option_groups)
        return self


class ExternalSelect(Menu):
    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class MultiExternalSelect(MultiMenu):
    type: Literal["multi_external_select"]
    initial_options: Annotated[list[Option], Field(min_length=1)] | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class UsersSelect(Menu):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(MultiMenu):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None


class ConversationFilter(Part):
    include: Annotated[list[Literal["im", "mpim", "private", "public"]], Field(min_length=1)] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class ConversationsSelect(Menu):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None


class MultiConversationsSelect(MultiMenu):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    filter: ConversationFilter | None = None


class ChannelsSelect(Menu):
    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(MultiMenu):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None


class TextInput(Placed):
    type: Literal["plain_text_input"]
    initial_value: Annotated[str, StringConstraints(max_length=3_000)] | None = None
    multiline: bool | None = None
    min_length: Length | None = None
    max_length: Annotated[int, Field(ge=1, le=3_000)] | None = None
    dispatch_action_config: DispatchConfig | None = None

    @model_validator(mode="after")
    def _lengths(self) -> "TextInput":
        shortest, longest = self.min_length or 0, self.max_length or 3_000
        if shortest > longest:
            raise PydanticCustomError("lengths", "min_length must not exceed max_length")
        if self.initial_value is not None and len(self.initial_value) > longest:
            raise PydanticCustomError("lengths", "initial_value must not exceed max_length")
        return self


class EmailInput(Placed):
    type: Literal["email_text_input"]
    initial_value: str | None = None
    dispatch_action_config: DispatchConfig | None = None


class UrlInput(Placed):
    type: Literal["url_text_input"]
    initial_value: str | None = None
    dispatch_action_config: DispatchConfig | None = None


class NumberInput(Placed):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    dispatch_action_config: DispatchConfig | None = None


class RichTextInput(Placed):
    type: Literal["rich_text_input"]
    initial_value: RichText | None = None
    dispatch_action_config: DispatchConfig | None = None


class FileInput(Acting):
    type: Literal["file_input"]
    filetypes: list[str] | None = None
    max_files: Annotated[int, Field(ge=1, le=10)] | None = None


_Single = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
_Multi = (
    MultiStaticSelect
    | MultiExternalSelect
    | MultiUsersSelect
    | MultiConversationsSelect
    | MultiChannelsSelect
)

Accessory = Annotated[
    Button
    | WorkflowButton
    | Image
    | Overflow
    | Checkboxes
    | RadioButtons
    | DatePicker
    | TimePicker
    | _Single
    | _Multi,
    Field(discriminator="type"),
]
ActionElement = Annotated[
    Button
    | WorkflowButton
    | Overflow
    | Checkboxes
    | RadioButtons
    | DatePicker
    | TimePicker
    | DateTimePicker
    | _Single,
    Field(discriminator="type"),
]
InputElement = Annotated[
    TextInput
    | EmailInput
    | UrlInput
    | NumberInput
    | RichTextInput
    | FileInput
    | Checkboxes
    | RadioButtons
    | DatePicker
    | TimePicker
    | DateTimePicker
    | _Single
    | _Multi,
    Field(discriminator="type"),
]
ContextActionElement = Annotated[FeedbackButtons | IconButton, Field(discriminator="type")]
