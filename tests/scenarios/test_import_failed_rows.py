"""Rows that an import could not take come back, once and whatever happens."""

from __future__ import annotations

import asyncio

from tests.scenarios.conftest import Lodge, said
from tests.scenarios.dropping import (
    ROWS,
    START,
    as_csv,
    drop,
    issues_there,
    rows,
)


async def test_rows_that_fail_are_named_by_line_and_come_back_as_a_file(lodge: Lodge, db_url: str) -> None:
    data = as_csv([*ROWS, ("No status like it", "", "low", "purple"), ("", "", "", "open")])
    thread = await drop(lodge, data)
    preview = await thread.shows("3 issues to import")
    assert "line 6: The status “purple” is not known" in said(preview)
    assert "line 7: The title is empty" in said(preview)
    await thread.press(preview, START)
    await thread.shows("2 failed")
    back = await thread.shows("These 2 rows were not imported")
    [file] = back["files"]
    content = lodge.slack.state.contents[file["id"]].decode()
    assert file["name"] == "issues-failed-rows.csv"
    assert content.splitlines()[0].endswith("lodge: why this row failed")
    assert "purple" in content
    corrected = content.replace("purple", "done").replace("\n,,,open", "\nNow with a title,,,open")
    again = await drop(lodge, corrected.encode(), name="corrected.csv")
    await again.press(await again.shows("2 issues to import"), START)
    await again.shows("2 issues imported")
    assert len(await issues_there(db_url)) == 5


async def test_failed_rows_reach_the_person_when_the_channel_is_closed_meanwhile(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="files.completeUploadExternal", error="channel_not_found")
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.shows("3 issues imported")
    ada = lodge.person("ada")
    back = await ada.expect_message(ada.dm(), lambda m: m.get("files"), timeout=60)
    assert "This row was not imported" in said(back)
    assert back["files"][0]["name"] == "issues-failed-rows.csv"


async def test_failed_rows_come_once_though_slack_took_them_without_saying_so(
    lodge: Lodge, db_url: str
) -> None:
    """No answer to the request that shares the file arrives: the next attempt finds it shared, and asks no more."""
    lost = lodge.slack.faults.add(method="files.completeUploadExternal", drop="after", times=None)
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    await thread.shows("This row was not imported")
    async with asyncio.timeout(30):
        while await rows(db_url, "SELECT FROM import_leftovers"):
            await asyncio.sleep(0.05)
    assert lost.hits == 1


async def test_failed_rows_whose_sharing_never_reached_slack_come_all_the_same(
    lodge: Lodge, db_url: str
) -> None:
    never = lodge.slack.faults.add(method="files.completeUploadExternal", drop="before", times=1)
    thread = await drop(lodge, as_csv([*ROWS, ("No status like it", "", "low", "purple")]))
    await thread.press(await thread.shows("3 issues to import"), START)
    async with asyncio.timeout(30):
        while not never.hits:
            await asyncio.sleep(0.05)
    # It is long ago: Slack would show by now that it is shared.
    await rows(db_url, "UPDATE import_leftovers SET offered_at = offered_at - interval '1 hour'")
    await thread.shows("This row was not imported")
