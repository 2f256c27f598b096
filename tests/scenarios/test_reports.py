"""Reports: asked for, changed, refreshed, shared, saved as CSV, and in workspaces that take no charts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.reports import answering
from tests.scenarios.conftest import Json, Lodge, said

# Pictures are drawn when nothing else wants the processors.
PATIENT = 120
REPORTS = ("assignees", "latency", "flow", "aging", "digest")


def kinds(message: Json) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def buttons(message: Json) -> dict[str, Json]:
    return {
        element["action_id"]: element
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


async def story(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Login fails on Safari @grace +bug !high")
    await lodge.ask("ada", "new Export is slow @ada +bug")
    await lodge.ask("ada", "new Nobody wants this")
    await lodge.ask("ada", "close LDG-2")


async def test_every_report_is_taken_by_slack_with_charts_and_tables(lodge: Lodge) -> None:
    await story(lodge)
    for report in REPORTS:
        answer = await lodge.ask("ada", f"report {report}")
        assert ("data_visualization" in kinds(answer)) is (report != "digest"), report
        assert "data_table" in kinds(answer), report
        assert "How this is computed" in said(answer), report
        assert answer["text"], report


async def test_numbers_follow_a_change_at_once(lodge: Lodge) -> None:
    await story(lodge)
    assert "*2* issues are open" in said(await lodge.ask("ada", "report assignees"))
    await lodge.ask("ada", "close LDG-1")
    answer = said(await lodge.ask("ada", "report assignees"))
    assert "*One* issue is open" in answer
    assert "Closed: *2*" in answer


async def test_a_query_and_a_period_narrow_it_down(lodge: Lodge) -> None:
    await story(lodge)
    assert "label:bug" in said(await lodge.ask("ada", "report flow label:bug this month"))
    # What is today or this month may be another one from one line to the next: asked for is when they were filed.
    async with lodge.process.services.database.connection() as conn:
        row = await conn.fetchrow(
            "SELECT min(created_at AT TIME ZONE 'UTC')::date AS first, max(created_at AT TIME ZONE 'UTC')::date AS last"
            " FROM issues"
        )
    assert row is not None
    answer = said(await lodge.ask("ada", f"report flow label:bug {row['first']}..{row['last']}"))
    assert "Created: *2*" in answer
    assert "label:bug" in answer
    before = row["first"] - timedelta(days=1)
    assert "Created: *0*" in said(await lodge.ask("ada", f"report flow label:bug {before}"))


async def test_an_unknown_report_is_answered_with_the_nearest(lodge: Lodge) -> None:
    assert "report latency" in said(await lodge.ask("ada", "report latenzy"))
    ada, which = lodge.person("ada"), await lodge.ask("ada", "report")
    assert "Which report?" in said(which)
    await ada.choose("report_refresh", '["flow","30d",""]', channel="general", ts=which["ts"])
    await ada.expect_message(
        "general", lambda each: each["ts"] == which["ts"] and "Created and closed" in said(each)
    )
    assert "label" in said(await lodge.ask("ada", "report flow lable:bug"))


async def test_a_period_that_is_none_is_answered_and_not_searched_for_as_words(lodge: Lodge) -> None:
    wrong = said(await lodge.ask("ada", "report flow 2026-13"))
    assert "not in the calendar" in wrong
    assert "2026-07" in wrong
    assert "Did you mean “last week”?" in said(await lodge.ask("ada", "report flow lastweek"))
    assert "ends before it begins" in said(await lodge.ask("ada", "report flow 2026-05..2026-01"))


async def test_a_period_that_changes_nothing_is_not_passed_over_in_silence(lodge: Lodge) -> None:
    await story(lodge)
    answer = said(await lodge.ask("ada", "report aging last month"))
    assert "2* issues are open" in answer
    assert "“last month” changes nothing here" in answer
    assert "changes nothing" not in said(await lodge.ask("ada", "report aging label:bug"))


async def test_a_report_that_takes_long_is_announced(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "NOTICE_AFTER", 0)
    ada = lodge.person("ada")
    await ada.slash("general", "/issue report flow")
    await ada.expect_message("general", lambda m: "comes by itself" in said(m))
    await ada.expect_message("general", lambda m: "Created and closed" in said(m))


async def test_a_report_of_nothing_has_no_chart(lodge: Lodge) -> None:
    answer = await lodge.ask("ada", "report flow yesterday")
    assert "Created: *0*" in said(answer)
    assert "data_visualization" not in kinds(answer)


async def test_a_guest_sees_only_what_is_theirs(lodge: Lodge) -> None:
    await story(lodge)
    guest = next(
        user.name for user in lodge.slack.state.users.values() if user.is_restricted and not user.deleted
    )
    theirs = await lodge.ask(guest, "report flow")
    assert "Created: *0*" in said(theirs)
    # Nor are they offered what only members may do.
    assert "report_schedule" not in buttons(theirs)
    assert "report_schedule" in buttons(await lodge.ask("ada", "report flow"))


async def test_the_period_menu_and_refresh_redraw_the_message(lodge: Lodge) -> None:
    await story(lodge)
    answer = await lodge.ask("ada", "report flow label:bug 7d")
    ada = lodge.person("ada")

    def shown() -> Json:
        return next(m for m in ada.ephemerals("general") if m["ts"] == answer["ts"])

    await ada.choose("report_period", "30d", channel="general", ts=answer["ts"])
    await lodge.slack.until(lambda: '"30d"' in buttons(shown())["report_refresh"]["value"])
    assert "label:bug" in said(shown())
    await lodge.ask("ada", "new Another +bug")
    await ada.click("report_refresh", channel="general", ts=answer["ts"])
    await lodge.slack.until(lambda: "Created: *3*" in said(shown()))


async def test_sharing_posts_it_for_everyone(lodge: Lodge) -> None:
    await story(lodge)
    answer = await lodge.ask("ada", "report assignees")
    ada = lodge.person("ada")
    await ada.click("report_share", channel="general", ts=answer["ts"])
    shared = await lodge.person("grace").expect_message(
        "general", lambda m: not m.get("is_ephemeral") and "Who works on what" in said(m)
    )
    assert "Shared by" in said(shared)
    assert "report_share" not in buttons(shared)


async def test_a_shared_report_about_me_stays_about_whoever_shared_it(lodge: Lodge) -> None:
    await lodge.ask("grace", "new Hers @grace")
    await lodge.ask("ada", "new Mine @ada")
    answer = await lodge.ask("ada", "report flow assignee:me 7d")
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await ada.click("report_share", channel="general", ts=answer["ts"])
    shared = await grace.expect_message("general", lambda m: "Shared by" in said(m))
    assert 'assignee:"Ada Marlow"' in said(shared)
    assert "Created: *1*" in said(shared)
    await lodge.ask("ada", "new Another @ada")
    await grace.click("report_refresh", channel="general", ts=shared["ts"])
    await lodge.slack.until(
        lambda: any(m["ts"] == shared["ts"] and "Created: *2*" in said(m) for m in grace.messages("general"))
    )


async def test_the_numbers_arrive_as_csv_by_direct_message(lodge: Lodge) -> None:
    await story(lodge)
    answer = await lodge.ask("ada", "report flow 7d")
    ada = lodge.person("ada")
    await ada.click("report_csv", channel="general", ts=answer["ts"])
    sent = await ada.expect_message(ada.dm(), lambda m: bool(m.get("files")))
    assert sent["files"][0]["name"].startswith("flow-")
    assert sent["files"][0]["name"].endswith(".csv")


async def test_the_query_is_changed_in_a_form(lodge: Lodge) -> None:
    await story(lodge)
    answer = await lodge.ask("ada", "report flow 7d")
    ada = lodge.person("ada")
    await ada.click("report_query", channel="general", ts=answer["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "report_form")
    refused = await ada.submit(form["id"], {"query": {"query": "lable:bug"}})
    assert refused.errors
    await ada.submit(form["id"], {"query": {"query": "no:assignee"}, "period": {"period": "this week"}})
    await ada.expect_message("general", lambda m: "no:assignee" in said(m) and m["ts"] != answer["ts"])


async def test_a_workspace_without_charts_gets_a_table_and_drawn_pictures(lodge: Lodge) -> None:
    await story(lodge)
    lodge.slack.faults.add(
        method="chat.postMessage", error="invalid_blocks", when={"channel": lodge.slack.channel("general").id}
    )
    answer = await lodge.ask("ada", "report assignees")
    ada = lodge.person("ada")
    await ada.click("report_share", channel="general", ts=answer["ts"])
    shared = await lodge.person("grace").expect_message(
        "general", lambda m: not m.get("is_ephemeral") and "Who works on what" in said(m), timeout=PATIENT
    )
    assert "data_visualization" not in kinds(shared)
    assert kinds(shared).count("image") == 1
    assert kinds(shared).count("table") == 1
    picture = next(block for block in shared["blocks"] if block["type"] == "image")
    assert "Open: " in picture["alt_text"]
    # From now on it is not tried again.
    await ada.slash("general", "/issue report flow")
    plain = await ada.expect_message("general", lambda m: "Created and closed" in m["text"], timeout=PATIENT)
    assert "image" in kinds(plain)


@pytest.mark.parametrize("failing", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_picture_that_cannot_be_uploaded_is_left_out(lodge: Lodge, failing: str) -> None:
    await story(lodge)
    lodge.slack.faults.add(
        method="chat.postMessage", error="invalid_blocks", when={"channel": lodge.slack.channel("general").id}
    )
    lodge.slack.faults.add(method=failing, error="access_denied")
    answer = await lodge.ask("ada", "report assignees")
    await lodge.person("ada").click("report_share", channel="general", ts=answer["ts"])
    shared = await lodge.person("grace").expect_message(
        "general", lambda m: not m.get("is_ephemeral") and "Who works on what" in said(m), timeout=PATIENT
    )
    assert "image" not in kinds(shared)
    assert "table" in kinds(shared)
