"""The blocks themselves, and views."""

from typing import Annotated, Literal, Union

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.playground.blocks.elements import (
    Accessory,
    ActionElement,
    Button,
    ContextActionElement,
    IconButton,
    Image,
    InputElement,
)
from bot.playground.blocks.rich_text import RichText
from bot.playground.blocks.tables import DataTable, DataVisualization, Table
from bot.playground.blocks.texts import (
    AltText,
    Id,
    ImageUrl,
    Mrkdwn,
    Part,
    Plain24,
    Plain150,
    Plain200,
    Plain2000,
    PlainText,
    SlackFile,
    Text150,
    Text200,
    Text2000,
    Text3000,
    Url,
)


class Block(Part):
    block_id: Id | None = None


class Section(Block):
    type: Literal["section"]
    text: Text3000 | None = None
    fields: Annotated[list[Text2000], Field(min_length=1, max_length=10)] | None = None
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _content(self) -> "Section":
        if self.text is None and self.fields is None:
            raise PydanticCustomError("content", "missing required field: text or fields")
        return self


class Divider(Block):
    type: Literal["divider"]


class Header(Block):
    type: Literal["header"]
    text: Plain150
    level: Annotated[int, Field(ge=1, le=6)] | None = None


class ImageBlock(Block):
    type: Literal["image"]
    alt_text: AltText
    image_url: ImageUrl | None = None
    slack_file: SlackFile | None = None
    title: Plain2000 | None = None

    @model_validator(mode="after")
    def _one(self) -> "ImageBlock":
        if (self.image_url is None) == (self.slack_file is None):
            raise PydanticCustomError("one_of", "exactly one of image_url and slack_file is needed")
        return self


class Actions(Block):
    type: Literal["actions"]
    elements: Annotated[list[ActionElement], Field(min_length=1, max_length=25)]


class Context(Block):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[Image | PlainText | Mrkdwn, Field(discriminator="type")]],
        Field(min_length=1, max_length=10),
    ]

    @model_validator(mode="after")
    def _texts(self) -> "Context":
        for element in self.elements:
            if isinstance(element, Image):
                continue
            if not element.text:
                raise PydanticCustomError("text", "context text must be more than 0 characters")
            if len(element.text) > 2_000:
                raise PydanticCustomError("text", "context text must be less than 2001 characters")
        return self


class ContextActions(Block):
    type: Literal["context_actions"]
    elements: Annotated[list[ContextActionElement], Field(min_length=1, max_length=5)]


class Input(Block):
    type: Literal["input"]
    label: Plain2000
    element: InputElement
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class FileBlock(Block):
    type: Literal["file"]
    external_id: str
    source: Literal["remote"]


class Markdown(Part):
    """Slack does not keep its block_id, but takes one."""

    type: Literal["markdown"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=12_000)]
    block_id: Id | None = None


class Video(Block):
    type: Literal["video"]
    alt_text: AltText
    title: Plain200
    thumbnail_url: Url
    video_url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    title_url: Url | None = None
    description: Plain200 | None = None
    author_name: Annotated[str, StringConstraints(max_length=50)] | None = None
    provider_name: str | None = None
    provider_icon_url: Url | None = None


class Alert(Block):
    type: Literal["alert"]
    text: Text200
    level: Literal["default", "info", "warning", "error", "success"] | None = None


class Card(Block):
    type: Literal["card"]
    hero_image: Image | None = None
    icon: Image | None = None
    title: Text150 | None = None
    subtitle: Text150 | None = None
    body: Text200 | None = None
    actions: (
        Annotated[
            list[Annotated[Button | IconButton, Field(discriminator="type")]],
            Field(min_length=1, max_length=3),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _content(self) -> "Card":
        if not (self.hero_image or self.title or self.actions or self.body):
            raise PydanticCustomError(
                "content", "at least one of hero_image, title, actions and body is needed"
            )
        return self


class Carousel(Block):
    type: Literal["carousel"]
    elements: Annotated[list[Card], Field(min_length=1, max_length=10)]


class Container(Block):
    type: Literal["container"]
    title: Plain150 | None = None
    rich_text_title: RichText | None = None
    subtitle: Text150 | None = None
    child_blocks: Annotated[list["AnyBlock"], Field(min_length=1, max_length=10)]
    width: Literal["narrow", "standard", "wide", "full"] | None = None
    icon: Image | None = None
    is_collapsible: bool | None = None
    default_collapsed: bool | None = None
    has_header_divider: bool | None = None

    @model_validator(mode="after")
    def _content(self) -> "Container":
        if self.title is None and self.rich_text_title is None:
            raise PydanticCustomError("content", "missing required field: title or rich_text_title")
        if self.default_collapsed and not self.is_collapsible:
            raise PydanticCustomError("content", "default_collapsed needs is_collapsible")
        if self.has_header_divider and self.is_collapsible:
            raise PydanticCustomError("content", "has_header_divider excludes is_collapsible")
        return self


AnyBlock = Annotated[
    Union[  # noqa: UP007 - a string forward reference cannot be joined with |
        Section,
        Divider,
        Header,
        ImageBlock,
        Actions,
        Context,
        ContextActions,
        Input,
        FileBlock,
        Markdown,
        Video,
        Alert,
        Card,
        Carousel,
        Container,
        RichText,
        Table,
        DataTable,
        DataVisualization,
    ],
    Field(discriminator="type"),
]
Container.model_rebuild()


class Message(Part):
    blocks: Annotated[list[AnyBlock], Field(max_length=50)]


class ViewParts(Part):
    blocks: Annotated[list[AnyBlock], Field(max_length=100)]
    private_metadata: Annotated[str, StringConstraints(max_length=3_000)] | None = None
    callback_id: Annotated[str, StringConstraints(max_length=255)] | None = None
    external_id: Annotated[str, StringConstraints(max_length=255)] | None = None


class Modal(ViewParts):
    type: Literal["modal"]
    title: Plain24
    submit: Plain24 | None = None
    close: Plain24 | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    submit_disabled: bool | None = None


class Home(ViewParts):
    type: Literal["home"]
