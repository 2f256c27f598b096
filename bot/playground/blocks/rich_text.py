"""The rich_text block and everything in it."""

from typing import Annotated, Literal

from pydantic import Field

from bot.playground.blocks.texts import Id, Part


class Style(Part):
    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    code: bool | None = None
    underline: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class TextPart(Part):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: Style | None = None


class ChannelPart(Part):
    type: Literal["channel"]
    channel_id: str
    style: Style | None = None


class UserPart(Part):
    type: Literal["user"]
    user_id: str
    style: Style | None = None


class EmojiPart(Part):
    type: Literal["emoji"]
    name: str
    skin_tone: int | None = None
    unicode: str | None = None
    style: Style | None = None


class LinkPart(Part):
    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str | None = None
    unsafe: bool | None = None
    style: Style | None = None


class TeamPart(Part):
    type: Literal["team"]
    team_id: str
    style: Style | None = None


class UserGroupPart(Part):
    type: Literal["usergroup"]
    usergroup_id: str
    style: Style | None = None


class DatePart(Part):
    type: Literal["date"]
    timestamp: int
    format: Annotated[str, Field(min_length=1)]
    url: str | None = None
    fallback: str | None = None
    style: Style | None = None


class BroadcastPart(Part):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]
    style: Style | None = None


class ColorPart(Part):
    type: Literal["color"]
    value: str
    style: Style | None = None


Inline = Annotated[
    TextPart
    | ChannelPart
    | UserPart
    | EmojiPart
    | LinkPart
    | TeamPart
    | UserGroupPart
    | DatePart
    | BroadcastPart
    | ColorPart,
    Field(discriminator="type"),
]
Border = Annotated[int, Field(ge=0, le=1)]


class Section(Part):
    type: Literal["rich_text_section"]
    elements: list[Inline]


class ListOf(Part):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[Section]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    border: Border | None = None


class Preformatted(Part):
    type: Literal["rich_text_preformatted"]
    elements: list[Inline]
    border: Border | None = None
    language: str | None = None


class Quote(Part):
    type: Literal["rich_text_quote"]
    elements: list[Inline]
    border: Border | None = None


class RichText(Part):
    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[Annotated[Section | ListOf | Preformatted | Quote, Field(discriminator="type")]]
