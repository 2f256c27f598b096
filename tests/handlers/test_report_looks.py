"""Pictures of charts: shown when Slack is ready to, and never in the way of the report."""

from __future__ import annotations

from typing import Any, cast

import pytest

from handlers.reports import looks
from handlers.reports.looks import pictures_of
from handlers.views.reports import Chart
from handlers.views.reports.sheet import Series

CHART = Chart(
    kind="bar",
    title="Ages",
    categories=("old",),
    series=(Series(name="open", values=(1.0,)),),
    x_label="age",
    y_label="issues",
    locale="en",
)


class Drawer:
    async def draw(self, specs: list[Any]) -> list[bytes]:
        return [b"png"] * len(specs)


class Slack:
    """Has a file processed after so many looks at it."""

    def __init__(self, looks_needed: int) -> None:
        self._left = looks_needed

    async def files_upload_v2(self, **_: Any) -> dict[str, Any]:
        return {"files": [{"id": "F1"}]}

    async def files_info(self, file: str) -> dict[str, Any]:
        self._left -= 1
        return {"file": {"id": file, "mimetype": "" if self._left > 0 else "image/png"}}


@pytest.mark.parametrize(("looks_needed", "pictures"), [(1, ("F1",)), (3, ("F1",)), (4, ())])
async def test_a_picture_that_slack_does_not_get_ready_is_left_out(
    monkeypatch: pytest.MonkeyPatch, looks_needed: int, pictures: tuple[str, ...]
) -> None:
    monkeypatch.setattr(looks, "_LOOKS_AT_FILE", (0.0, 0.0, 0.0))
    drawn = await pictures_of((CHART,), cast("Any", Drawer()), cast("Any", Slack(looks_needed)))
    assert drawn == pictures
