"""Views as the app changes them: opened, pushed, updated, published, closed."""

from typing import Any

from bot.playground.blocks import check_view
from bot.playground.directory import Installation
from bot.playground.modals import OpenView, build, check_hash
from bot.playground.service import Service
from bot.playground.wire import Json, SlackError, dumps

MAX_VIEW_BYTES = 250_000


def checked(view: Any, surface: str, *, code: str = "invalid_arguments") -> Json:
    """The app's view, refused with the faulty places named where Slack would refuse it."""
    if not isinstance(view, dict):
        raise SlackError(code, messages=["[ERROR] must be an object [json-pointer:/view]"])
    if view.get("type") != surface:
        text = f"[ERROR] must be of type {surface} here [json-pointer:/view/type]"
        raise SlackError(code, messages=[text])
    faults = check_view(view)
    if faults:
        raise SlackError(code, messages=[fault.message("/view") for fault in faults])
    if len(dumps(view).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    return view


def _claim_external_id(service: Service, team_id: str, payload: Json, own: str | None) -> None:
    external_id = payload.get("external_id")
    if not external_id:
        return
    holder = service.modals.by_external_id(team_id, external_id)
    homes = service.state.homes.values()
    taken = holder is not None and holder.id != own
    if taken or any(
        home.get("external_id") == external_id and home["id"] != own and home["team_id"] == team_id
        for home in homes
    ):
        raise SlackError("duplicate_external_id")


def open_view(service: Service, app: Installation, payload: Json, user_id: str) -> Json:
    _claim_external_id(service, app.team_id, payload, None)
    view = build(payload, app, service.config, service.clock.now())
    closed = service.modals.open(OpenView(view=view, user_id=user_id, team_id=app.team_id))
    for item in closed:
        service.push([user_id], "view_closed", view_id=item.id, all=False)
    service.push([user_id], "view_open", view=view)
    return view


def push_view(service: Service, app: Installation, payload: Json, user_id: str) -> Json:
    _claim_external_id(service, app.team_id, payload, None)
    view = build(payload, app, service.config, service.clock.now())
    service.modals.push(OpenView(view=view, user_id=user_id, team_id=app.team_id))
    service.push([user_id], "view_push", view=view)
    return view


def update_view(
    service: Service, app: Installation, item: OpenView, payload: Json, given_hash: str | None
) -> Json:
    check_hash(item.view, given_hash)
    _claim_external_id(service, app.team_id, payload, item.id)
    item.view = build(payload, app, service.config, service.clock.now(), old=item.view)
    service.push([item.user_id], "view_update", view=item.view)
    return item.view


def publish_home(
    service: Service, app: Installation, payload: Json, user_id: str, given_hash: str | None
) -> Json:
    old = service.state.homes.get(user_id)
    if old is not None:
        check_hash(old, given_hash)
    _claim_external_id(service, app.team_id, payload, old["id"] if old else None)
    view = build(payload, app, service.config, service.clock.now(), old=old)
    service.state.save_home(user_id, view)
    service.push([user_id], "home", view=view)
    return view


def close_view(service: Service, item: OpenView) -> None:
    service.modals.pop(item)
    service.push([item.user_id], "view_closed", view_id=item.id, all=False)


def close_all(service: Service, item: OpenView) -> None:
    service.modals.clear(item.user_id)
    service.push([item.user_id], "view_closed", view_id=item.id, all=True)
