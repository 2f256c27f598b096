"""functions.*: steps of workflows"""

from bot.playground.api.call import Call, Method
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError


def _execution(call: Call) -> Json:
    found = call.service.functions.get(call.args.required("function_execution_id"))
    if found is None or found["team_id"] != call.team_id:
        raise SlackError("function_execution_not_found")
    if found["state"] != "running":
        raise SlackError("execution_not_in_running_state")
    return found


async def complete_success(call: Call) -> Json:
    execution = _execution(call)
    outputs = call.args.structure("outputs")
    if not isinstance(outputs, dict):
        raise SlackError("parameter_validation_failed")
    execution |= {"state": "succeeded", "outputs": outputs}
    return {}


async def complete_error(call: Call) -> Json:
    execution = _execution(call)
    execution |= {"state": "failed", "error": call.args.required("error")}
    return {}


METHODS = {
    "functions.completeSuccess": Method(handler=complete_success, tier=Tier.THREE),
    "functions.completeError": Method(handler=complete_error, tier=Tier.THREE),
}
