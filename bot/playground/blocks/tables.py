"""Tables and charts."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.playground.blocks.elements import Button
from bot.playground.blocks.rich_text import RichText
from bot.playground.blocks.texts import Id, Part

Number = int | float
Label20 = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Label50 = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class RawText(Part):
    type: Literal["raw_text"]
    text: Annotated[str, StringConstraints(min_length=1)]


class RawNumber(Part):
    type: Literal["raw_number"]
    value: Number
    text: str | None = None


class ActionCell(Part):
    type: Literal["action"]
    element: Button


class ColumnSetting(Part):
    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


Cell = Annotated[RichText | RawText | RawNumber, Field(discriminator="type")]
DataCell = Annotated[RichText | RawText | RawNumber | ActionCell, Field(discriminator="type")]


class Table(Part):
    type: Literal["table"]
    block_id: Id | None = None
    rows: Annotated[
        list[Annotated[list[Cell], Field(min_length=1, max_length=20)]],
        Field(min_length=1, max_length=100),
    ]
    column_settings: Annotated[list[ColumnSetting | None], Field(max_length=20)] | None = None


class DataTable(Part):
    type: Literal["data_table"]
    block_id: Id | None = None
    caption: Annotated[str, StringConstraints(min_length=1)]
    rows: Annotated[
        list[Annotated[list[DataCell], Field(min_length=1, max_length=20)]],
        Field(min_length=2, max_length=101),
    ]
    page_size: Annotated[int, Field(ge=1, le=100)] | None = None
    row_header_column_index: Annotated[int, Field(ge=0, le=19)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> "DataTable":
        width = len(self.rows[0])
        if any(len(row) != width for row in self.rows):
            raise PydanticCustomError("shape", "all rows must have the same number of cells")
        if any(isinstance(cell, RichText | ActionCell) for cell in self.rows[0]):
            raise PydanticCustomError("shape", "header cells must be raw_text or raw_number")
        if (self.row_header_column_index or 0) >= width:
            raise PydanticCustomError("shape", "row_header_column_index is outside the table")
        return self


class Segment(Part):
    label: Label20
    value: Annotated[Number, Field(gt=0)]


class Pie(Part):
    type: Literal["pie"]
    segments: Annotated[list[Segment], Field(min_length=1, max_length=12)]


class Point(Part):
    label: Label20
    value: Number


class Series(Part):
    name: Label20
    data: Annotated[list[Point], Field(min_length=1, max_length=20)]


class AxisConfig(Part):
    categories: Annotated[list[Label20], Field(min_length=1, max_length=20)]
    x_label: Label50 | None = None
    y_label: Label50 | None = None


class Plot(Part):
    type: Literal["bar", "area", "line"]
    series: Annotated[list[Series], Field(min_length=1, max_length=12)]
    axis_config: AxisConfig

    @model_validator(mode="after")
    def _categories(self) -> "Plot":
        wanted = self.axis_config.categories
        if len(set(wanted)) != len(wanted):
            raise PydanticCustomError("categories", "categories must be unique")
        for series in self.series:
            if sorted(point.label for point in series.data) != sorted(wanted):
                raise PydanticCustomError("categories", "every series must have one point for every category")
        if len({series.name for series in self.series}) != len(self.series):
            raise PydanticCustomError("categories", "series names must be unique")
        return self


class DataVisualization(Part):
    type: Literal["data_visualization"]
    block_id: Id | None = None
    title: Label50
    chart: Annotated[Pie | Plot, Field(discriminator="type")]
