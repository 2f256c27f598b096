"""views.*"""

from bot.playground import showing
from bot.playground.api.call import Call, Method
from bot.playground.modals import MAX_STACK, OpenView, snapshot
from bot.playground.rates import Tier
from bot.playground.triggers import Trigger
from bot.playground.wire import Json, SlackError


def _trigger(call: Call) -> Trigger:
    return call.service.triggers.exchange(
        call.args.required("trigger_id", "invalid_trigger_id"), call.team_id
    )


def _answer(view: Json) -> Json:
    return {"view": snapshot(view)}


async def open_view(call: Call) -> Json:
    payload = showing.checked(call.args.structure("view"), "modal")
    trigger = _trigger(call)
    return _answer(showing.open_view(call.service, call.app, payload, trigger.user_id))


async def push(call: Call) -> Json:
    payload = showing.checked(call.args.structure("view"), "modal")
    trigger = _trigger(call)
    if trigger.view_id is None:
        text = "[ERROR] the trigger_id does not come from a modal"
        raise SlackError("invalid_arguments", messages=[text])
    if len(call.service.modals.stack(trigger.user_id)) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    return _answer(showing.push_view(call.service, call.app, payload, trigger.user_id))


def _target(call: Call) -> OpenView:
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    if (view_id is None) == (external_id is None):
        text = "[ERROR] exactly one of view_id and external_id is needed"
        raise SlackError("invalid_arguments", messages=[text])
    modals = call.service.modals
    item = modals.get(view_id) if view_id else modals.by_external_id(call.team_id, external_id or "")
    if item is None or item.team_id != call.team_id:
        raise SlackError("not_found")
    return item


async def update(call: Call) -> Json:
    payload = call.args.structure("view")
    view_id = call.args.text("view_id")
    if isinstance(payload, dict) and payload.get("type") == "home" and view_id is not None:
        for user_id, home in call.service.state.homes.items():
            if home["id"] == view_id and home["team_id"] == call.team_id:
                return _publish(call, payload, user_id)
        raise SlackError("not_found")
    payload = showing.checked(payload, "modal")
    item = _target(call)
    given = call.args.text("hash")
    return _answer(showing.update_view(call.service, call.app, item, payload, given))


def _publish(call: Call, payload: object, user_id: str) -> Json:
    checked = showing.checked(payload, "home")
    given = call.args.text("hash")
    return _answer(showing.publish_home(call.service, call.app, checked, user_id, given))


async def publish(call: Call) -> Json:
    if not call.service.manifest.home_tab:
        raise SlackError("not_enabled")
    user_id = call.args.required("user_id")
    user = call.service.state.users.get(user_id)
    if user is None or user.team_id != call.team_id:
        raise SlackError("user_not_found")
    return _publish(call, call.args.structure("view"), user_id)


METHODS = {
    "views.open": Method(handler=open_view, tier=Tier.FOUR),
    "views.push": Method(handler=push, tier=Tier.FOUR),
    "views.update": Method(handler=update, tier=Tier.FOUR),
    "views.publish": Method(handler=publish, tier=Tier.FOUR),
}
