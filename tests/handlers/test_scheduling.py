"""Schedules as they are asked for: what the form is answered, and whose the list shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from db import people, schedules, workspaces
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.pool import Database
from db.schedules import Recurrence, Schedule, ScheduleId, runs
from db.states import Role
from handlers.acting import Outcome
from handlers.requesting import Asker
from handlers.schedules.asking import Scheduling
from handlers.schedules.personal import Personal
from handlers.views import schedule_form
from handlers.views.schedule_form import Filled
from handlers.words import words
from tests.handlers.test_schedule_running import NINE, make_schedule, services
from tests.scenarios.clocks import Clock

EN = words("en")


class Channels:
    """Slack, with the bot in each channel."""

    async def conversations_info(self, *, channel: str) -> dict[str, Any]:
        return {"channel": {"id": channel, "is_member": True}}


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Asker:
    return await known(conn, Role.MEMBER, "UADA")


@pytest.fixture
def scheduling(database: Database) -> Scheduling:
    return Scheduling(services(database, Clock(NINE)))


async def known(conn: asyncpg.Connection, role: Role, slack_user_id: str) -> Asker:
    here = await workspaces.ensure(conn, WorkspaceId("T0"), "Test")
    person = await people.ensure_slack(
        conn, here.workspace_id, SlackUserId(slack_user_id), name=slack_user_id, role=role
    )
    return Asker(
        actor=Actor(workspace_id=here.workspace_id, person_id=person.person_id, role=role),
        person=person,
        workspace=here,
        locale="en",
        slack_user_id=SlackUserId(slack_user_id),
        channel_id=None,
        thread_ts=None,
        request_key="slack:form",
        reference="x",
    )


def filled(form: dict[str, Any]) -> dict[str, Any]:
    """As Slack sends it when nobody changes anything."""
    values: dict[str, Any] = {}
    for block in form["blocks"]:
        element = block["element"]
        state = {
            "value": element.get("initial_value"),
            "selected_option": element.get("initial_option"),
            "selected_options": element.get("initial_options", []),
            "selected_conversation": element.get("initial_conversation"),
            "selected_time": element.get("initial_time"),
        }
        values[block["block_id"]] = {element["action_id"]: state}
    return form | {"state": {"values": values}}


async def submit(scheduling: Scheduling, asker: Asker, form: Filled) -> Outcome:
    view = filled(schedule_form.form(form, form.recurrence.every, EN, {}))
    metadata = schedule_form.metadata_of(view)
    sent: Any = SimpleNamespace(asker=asker, words=EN, client=Channels(), view=view, metadata=metadata)
    return await scheduling.submit(sent)


async def listed(scheduling: Scheduling, asker: Asker) -> str:
    call: Any = SimpleNamespace(asker=asker, words=EN)
    return str((await scheduling.list_command(call)).blocks)


def said(outcome: Outcome) -> str:
    assert outcome.then is not None
    return outcome.then.text


async def test_everything_that_is_wrong_is_said_at_its_field(scheduling: Scheduling, ada: Asker) -> None:
    often = Recurrence(every=schedules.Every.CRON, cron="* * * * *")
    outcome = await submit(scheduling, ada, Filled(channel_id="C1", timezone="Mars", recurrence=often))
    assert set(outcome.errors or ()) == {schedule_form.TIMEZONE, schedule_form.CRON}
    asked = await submit(
        scheduling, ada, Filled(channel_id="C1", timezone="Mars", query="label:bug OR label:ui")
    )
    assert set(asked.errors or ()) == {schedule_form.TIMEZONE, schedule_form.QUERY}


async def test_a_form_that_comes_again_when_its_schedule_is_paused_closes(
    conn: asyncpg.Connection, scheduling: Scheduling, ada: Asker
) -> None:
    assert "posted in <#C1>" in said(await submit(scheduling, ada, Filled(channel_id="C1")))
    made = ScheduleId(await conn.fetchval("SELECT schedule_id FROM schedules"))
    await schedules.pause(conn, ada.actor, made)
    assert await submit(scheduling, ada, Filled(channel_id="C1")) == Outcome()
    assert (await schedules.get(conn, ada.actor, made)).paused_why is not None


async def test_when_it_is_due_first_goes_by_the_databases_clock(
    database: Database, conn: asyncpg.Connection, ada: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ahead(_: asyncpg.Connection, machine: datetime) -> timedelta:
        return timedelta(minutes=2)

    monkeypatch.setattr(runs, "ahead", ahead)
    # Here it is a minute to nine yet.
    early = services(database, Clock(NINE - timedelta(minutes=1)))
    at_nine = Recurrence(every=schedules.Every.DAILY)
    await submit(Scheduling(early), ada, Filled(channel_id="C1", recurrence=at_nine))
    call: Any = SimpleNamespace(asker=ada, words=EN, text="9:00", command="/issue")
    assert await Personal(early).command(call) is not None
    due = await conn.fetch("SELECT next_due_at FROM schedules ORDER BY 1")
    # It is a Friday, and the digest comes on working days.
    assert [row["next_due_at"] for row in due] == [NINE + timedelta(days=days) for days in (1, 3)]


async def test_what_comes_to_oneself_is_sent_and_not_posted(scheduling: Scheduling, ada: Asker) -> None:
    assert "will be sent to <@UADA>" in said(await submit(scheduling, ada, Filled(direct=True)))


async def test_nobody_has_what_is_somebody_elses_sent_to_themselves(
    conn: asyncpg.Connection, scheduling: Scheduling, ada: Asker
) -> None:
    made = await make_schedule(conn, ada.actor)
    boss = await known(conn, Role.ADMIN, "UBOSS")
    outcome = await submit(scheduling, boss, replace(Filled.of(made), direct=True))
    assert "only they can" in (outcome.errors or {})[schedule_form.DIRECT]
    assert "posted in" in said(await submit(scheduling, boss, replace(Filled.of(made), report="flow")))
    again = replace(Filled.of(await kept(conn, ada)), direct=True)
    assert "sent to" in said(await submit(scheduling, ada, again))


async def kept(conn: asyncpg.Connection, asker: Asker) -> Schedule:
    (only,) = await schedules.page(conn, asker.actor)
    return only


async def test_a_query_that_is_typed_stands_in_the_form_of_the_digest_that_is_kept(
    database: Database, conn: asyncpg.Connection, ada: Asker
) -> None:
    kept = await make_schedule(conn, ada.actor, channel="UADA")
    await conn.execute("UPDATE schedules SET report = 'digest', query = 'assignee:me'")
    for typed, query in (("priority:high", "priority:high"), ("", "assignee:me")):
        form = await opened(database, ada, typed)
        assert form["state"]["values"][schedule_form.QUERY][schedule_form.QUERY]["value"] == query
        assert schedule_form.metadata_of(form)["id"] == str(kept.schedule_id)


async def test_a_digest_of_everything_says_so(
    database: Database, conn: asyncpg.Connection, ada: Asker
) -> None:
    await make_schedule(conn, ada.actor, channel="UADA")
    await conn.execute("UPDATE schedules SET report = 'digest'")
    call: Any = SimpleNamespace(asker=ada, words=EN, text="9:00", command="/issue")
    reply = await Personal(services(database, Clock(NINE))).command(call)
    assert reply is not None
    assert "at 09:00 (UTC): Last 7 days, all issues. First: " in reply.text


async def opened(database: Database, asker: Asker, text: str) -> dict[str, Any]:
    """The form that `/issue digest` opens."""
    forms: list[Any] = []

    async def opening(making: Any) -> None:
        forms.append(await making)

    place = {"channel_id": "C1", "response_url": None}
    call: Any = SimpleNamespace(asker=asker, words=EN, text=text, opening=opening, **place)
    await Personal(services(database, Clock(NINE))).command(call)
    return filled(forms[0])


async def test_who_may_make_none_is_shown_their_own_to_end_them(
    conn: asyncpg.Connection, scheduling: Scheduling, ada: Asker
) -> None:
    await make_schedule(conn, ada.actor)
    other = await known(conn, Role.MEMBER, "UBOB")
    await make_schedule(conn, other.actor, channel="C2")
    assert "C2" in await listed(scheduling, ada)
    guest = replace(ada, actor=replace(ada.actor, role=Role.GUEST))
    shown = await listed(scheduling, guest)
    assert "<#C1>" in shown
    assert "C2" not in shown
    assert "delete:" in shown
    assert "pause:" in shown
    assert "run:" not in shown
    assert "edit:" not in shown
    assert "schedule_new" not in shown
    strict = replace(ada.workspace, settings={"policy": {"schedules": "admin"}})
    assert await listed(scheduling, replace(ada, workspace=strict)) == shown
    own = await conn.fetchval("SELECT schedule_id FROM schedules WHERE channel_id = 'C1'")
    await schedules.pause(conn, ada.actor, ScheduleId(own))
    assert "resume:" not in await listed(scheduling, guest)
    assert "Nothing of yours" in await listed(scheduling, await known(conn, Role.GUEST, "UEVE"))
