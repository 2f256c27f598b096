"""Steps of workflows: functions that the app offers, run for a workflow as Workflow Builder does."""

from typing import Any, Final

from bot.playground.directory import User
from bot.playground.events import send
from bot.playground.ids import new_id
from bot.playground.interactions import PersonError
from bot.playground.service import Service
from bot.playground.wire import Json

# A step may take long in Slack; who runs one from the page is told that it still runs.
PATIENCE: Final = 30.0
_USER: Final = "slack#/types/user_id"
_CHANNEL: Final = "slack#/types/channel_id"


def offered(service: Service) -> list[Json]:
    """The steps of the manifest, with what each takes and gives."""
    return [
        {
            "callback_id": callback_id,
            "title": function.get("title", callback_id),
            "description": function.get("description", ""),
            "inputs": _parameters(function, "input_parameters"),
            "outputs": _parameters(function, "output_parameters"),
        }
        for callback_id, function in service.manifest.functions.items()
    ]


def _parameters(function: Json, side: str) -> list[Json]:
    declared: Json = function.get(side) or {}
    required = declared.get("required") or ()
    return [
        {
            "name": name,
            "title": item.get("title", name),
            "description": item.get("description", ""),
            "type": item.get("type", "string"),
            "is_required": name in required,
        }
        for name, item in (declared.get("properties") or {}).items()
    ]


def check(service: Service, user: User, callback_id: str, inputs: Json) -> Json:
    """The inputs that were filled in. Workflow Builder lets nobody leave out what is required."""
    step = next((each for each in offered(service) if each["callback_id"] == callback_id), None)
    if step is None:
        raise PersonError("unknown_step", f"The app has no step {callback_id}.")
    given: Json = {}
    for parameter in step["inputs"]:
        value = inputs.get(parameter["name"])
        if value in (None, ""):
            if parameter["is_required"]:
                raise PersonError("missing_input", f"{parameter['title']} is missing.")
            continue
        if not _is_there(service, user.team_id, parameter["type"], value):
            raise PersonError("invalid_input", f"{parameter['title']} names nothing that is here.")
        given[parameter["name"]] = value
    if unknown := inputs.keys() - {parameter["name"] for parameter in step["inputs"]}:
        raise PersonError("unknown_input", f"The step takes no {', '.join(sorted(unknown))}.")
    return given


def _is_there(service: Service, team_id: str, kind: str, value: Any) -> bool:
    """Of people and channels; anything else is what it is."""
    if kind == _USER:
        user = service.state.users.get(value)
        return user is not None and user.team_id == team_id
    if kind == _CHANNEL:
        channel = service.state.channels.get(value)
        return channel is not None and channel.team_id == team_id
    return True


def start(service: Service, team_id: str, callback_id: str, inputs: Json) -> Json:
    """Tells the app to run it; the record shows how it ended."""
    installation = service.state.installations[team_id]
    record: Json = {
        "id": new_id("Fx"),
        "team_id": team_id,
        "callback_id": callback_id,
        "inputs": inputs,
        "state": "running",
    }
    service.functions[record["id"]] = record
    function = service.manifest.functions.get(callback_id, {})
    event = {
        "type": "function_executed",
        "function": {
            "id": new_id("Fn"),
            "callback_id": callback_id,
            "title": function.get("title", callback_id),
            "description": function.get("description", ""),
            "type": "app",
            "input_parameters": _parameters(function, "input_parameters"),
            "output_parameters": _parameters(function, "output_parameters"),
            "app_id": service.config.app_id,
        },
        "inputs": inputs,
        "function_execution_id": record["id"],
        "workflow_execution_id": new_id("Wx"),
        "bot_access_token": installation.bot_token,
    }
    send(service, team_id, event, bot_user_id=installation.bot_user_id)
    return record
