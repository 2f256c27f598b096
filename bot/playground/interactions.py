"""A person's dealings with the app: deliver, wait for the ack, show what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.playground import payloads
from bot.playground.blocks import check_suggestions
from bot.playground.composer import command_text
from bot.playground.deliveries import Answer
from bot.playground.directory import Channel, User
from bot.playground.inputs import Place, initial, is_empty, places, typed
from bot.playground.manifest import Command, Shortcut
from bot.playground.modals import OpenView, snapshot
from bot.playground.responding import respond
from bot.playground.service import Service
from bot.playground.showing import checked, close_all, close_view, push_view, update_view
from bot.playground.triggers import ResponseUrl
from bot.playground.wire import Json, SlackError

TROUBLE = "We had some trouble connecting. Try again?"
REQUIRED = "Please complete this required field."

Result = Literal["closed", "errors", "updated", "pushed", "cleared", "failed"]


class PersonError(Exception):
    """Something Slack's own client would not let this person do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a submission led to. `local` errors never reached the app."""

    outcome: Result
    errors: Mapping[str, str] | None = None
    view: Json | None = None
    message: str | None = None
    local: bool = False

    def payload(self) -> Json:
        return asdict(self)


async def run_command(
    service: Service, user: User, channel: Channel, command: Command, typed_text: str
) -> Answer:
    text = command_text(service.state, user.team_id, typed_text, should_escape=command.should_escape)
    body = payloads.command(service, user, channel, command.command, text)
    answer = await service.deliveries.interact("command", user.team_id, body)
    if answer.failure is not None:
        _command_failed(service, user, channel, command, answer.failure)
        return answer
    fields = {"text": answer.body} if isinstance(answer.body, str) else answer.body
    if isinstance(fields, dict) and fields:
        target = ResponseUrl(
            team_id=user.team_id,
            channel_id=channel.id,
            user_id=user.id,
            made_at=service.clock.now(),
        )
        try:
            respond(service, target, fields)
        except SlackError as error:
            _command_failed(service, user, channel, command, error.code)
    return answer


def _command_failed(service: Service, user: User, channel: Channel, command: Command, error: str) -> None:
    text = f'{command.command} failed with the error "{error}"'
    kind = "timeout" if error == "operation_timeout" else "error"
    service.notify(user, kind, channel.id, text)


def _need_interactivity(service: Service) -> None:
    if not service.manifest.interactive:
        text = "This app is not configured to handle interactive responses."
        raise PersonError("not_interactive", text)


async def run_shortcut(
    service: Service,
    user: User,
    shortcut: Shortcut,
    channel: Channel | None = None,
    message: Json | None = None,
) -> Answer:
    _need_interactivity(service)
    kind = "shortcut" if message is None else "message_action"
    body = payloads.interaction(service, kind, user)
    body["callback_id"] = shortcut.callback_id
    body["action_ts"] = f"{service.clock.now():.6f}"
    if message is None or channel is None:
        body["trigger_id"] = service.triggers.issue(user.id, user.team_id)
    else:
        around = payloads.in_message(service, user, channel, message)
        around.pop("container")
        body |= around | {"message_ts": message["ts"]}
    answer = await service.deliveries.interact(kind, user.team_id, body)
    _show_failure(service, user, channel, answer)
    return answer


def _show_failure(service: Service, user: User, channel: Channel | None, answer: Answer) -> None:
    if answer.failure is None:
        return
    text = TROUBLE
    if answer.failure == "http_service_error":
        text = f"This app responded with Status Code {answer.status}."
    kind = "timeout" if answer.failure == "operation_timeout" else "error"
    service.notify(user, kind, channel.id if channel else None, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where a person acts: a message in a channel, or a view."""

    view: Json | None = None
    channel: Channel | None = None
    message: Json | None = None

    @property
    def blocks(self) -> list[Json]:
        if self.view is not None:
            found: list[Json] = self.view["blocks"]
            return found
        message = self.message or {}
        inside = [block for item in message.get("attachments", ()) for block in item.get("blocks", ())]
        return [*message.get("blocks", ()), *inside]

    def find(self, wanted: str, block_id: str | None) -> Place:
        """By action_id, else by the text on the button."""
        found = [item for item in places(self.blocks) if block_id in (None, item.block_id)]
        for item in found:
            if item.action_id == wanted:
                return item
        for item in found:
            if (item.element.get("text") or {}).get("text") == wanted:
                return item
        shown = ", ".join(item.action_id for item in found)
        raise PersonError("no_such_element", f"There is no {wanted!r} here, only: {shown}")

    def around(self, service: Service, user: User) -> Json:
        if self.view is not None:
            return payloads.in_view(service, user, self.view)
        if self.channel is None or self.message is None:
            raise PersonError("no_surface", "Name a view, or a channel and a message.")
        return payloads.in_message(service, user, self.channel, self.message)


async def act(
    service: Service, user: User, surface: Surface, place: Place, value: Any, values: Json
) -> Answer | None:
    """Use an element; `values` are the surface's state, which the new value goes into."""
    element = place.element
    entry: Json = {}
    if element["type"] == "feedback_buttons":
        entry = _feedback(element, value)
    elif element["type"] == "overflow" or initial(element) is not None:
        offered = service.offered(user.id, place.action_id)
        try:
            new = typed(element, value, offered=offered)
        except ValueError as error:
            raise PersonError("no_such_option", str(error)) from error
        entry = {key: item for key, item in new.items() if key != "type"}
        if element["type"] != "overflow":
            values.setdefault(place.block_id, {})[place.action_id] = new
    if not place.dispatches:
        return None
    _need_interactivity(service)
    body = payloads.interaction(service, "block_actions", user)
    body |= surface.around(service, user)
    if surface.view is None:
        body["state"] = {"values": values}
    body["actions"] = [payloads.action(service, place.block_id, element, entry)]
    answer = await service.deliveries.interact("block_actions", user.team_id, body)
    _show_failure(service, user, surface.channel, answer)
    return answer


def _feedback(element: Json, value: Any) -> Json:
    for key in ("positive_button", "negative_button"):
        if value in (key, element[key].get("value"), element[key]["text"]["text"]):
            return {"value": element[key].get("value")}
    raise PersonError("no_such_option", f"Neither button is {value!r}")


async def suggest(service: Service, user: User, surface: Surface, place: Place, query: str) -> Json:
    body = payloads.interaction(service, "block_suggestion", user)
    around = surface.around(service, user)
    for key in ("trigger_id", "response_url"):
        around.pop(key, None)
    body |= around
    body |= {"action_id": place.action_id, "block_id": place.block_id, "value": query}
    answer = await service.deliveries.interact("block_suggestion", user.team_id, body)
    if answer.failure is not None:
        return {"options": []}
    if faults := check_suggestions(answer.body):
        # Slack shows an empty menu and says nothing of why; here the reason is told.
        service.notify(user, "error", None, f"The suggestions were refused: {faults[0]}")
        return {"options": []}
    groups = answer.body.get("option_groups")
    options = answer.body.get("options") or []
    flat = [item for group in groups or () for item in group.get("options", ())]
    service.offer(user.id, place.action_id, [*options, *flat])
    return {"option_groups": groups} if groups else {"options": options}


def missing_fields(view: Json) -> dict[str, str]:
    """What Slack's client itself complains about before anything is sent."""
    errors: dict[str, str] = {}
    values = view["state"]["values"]
    for place in places(view["blocks"]):
        if not place.is_input:
            continue
        value = values.get(place.block_id, {}).get(place.action_id, {})
        if is_empty(value):
            if not place.block.get("optional"):
                errors[place.block_id] = REQUIRED
            continue
        problem = _text_problem(place.element, value.get("value"))
        if problem is not None:
            errors[place.block_id] = problem
    return errors


def _text_problem(element: Json, text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3_000)
    if len(text) < shortest:
        return f"Please enter at least {shortest} characters."
    if len(text) > longest:
        return f"Please enter no more than {longest} characters."
    kind = element["type"]
    if kind == "email_text_input" and ("@" not in text or "." not in text.rpartition("@")[2]):
        return "Please enter a valid email address."
    if kind == "url_text_input" and "://" not in text:
        return "Please enter a valid URL."
    return _number_problem(element, text) if kind == "number_input" else None


def _number_problem(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < float(low):
        return f"Please enter a number no less than {low}."
    if high is not None and number > float(high):
        return f"Please enter a number no more than {high}."
    return None


async def submit(service: Service, user: User, item: OpenView) -> Outcome:
    problems = missing_fields(item.view)
    if problems:
        return Outcome(outcome="errors", errors=problems, local=True)
    _need_interactivity(service)
    body = payloads.interaction(service, "view_submission", user)
    body["trigger_id"] = service.triggers.issue(user.id, user.team_id, item.id)
    body["view"] = snapshot(item.view)
    body["response_urls"] = _response_urls(service, user, item)
    _hand_over_files(service, item)
    answer = await service.deliveries.interact("view_submission", user.team_id, body)
    if answer.failure is not None:
        kind = "timeout" if answer.failure == "operation_timeout" else "error"
        service.notify(user, kind, None, TROUBLE)
        return Outcome(outcome="failed", message=TROUBLE)
    if service.modals.get(item.id) is None:
        # Closed meanwhile: what the app answers is not shown any more.
        return Outcome(outcome="closed")
    try:
        return _apply(service, item, answer.body)
    except SlackError as error:
        service.notify(user, "error", None, TROUBLE)
        return Outcome(outcome="failed", message=f"{TROUBLE} ({error.code}: {error.messages})")


def _hand_over_files(service: Service, item: OpenView) -> None:
    for inputs in item.view["state"]["values"].values():
        for value in inputs.values():
            for sent in value.get("files") or ():
                file = service.state.files[sent["id"]]
                file.in_form = True
                service.state.save_file(file)


def _response_urls(service: Service, user: User, item: OpenView) -> list[Json]:
    made = []
    values = item.view["state"]["values"]
    for place in places(item.view["blocks"]):
        if not place.element.get("response_url_enabled"):
            continue
        value = values.get(place.block_id, {}).get(place.action_id, {})
        channel_id = value.get("selected_conversation") or value.get("selected_channel")
        if channel_id is None:
            continue
        key = service.responses.issue(team_id=user.team_id, channel_id=channel_id, user_id=user.id)
        made.append(
            {
                "block_id": place.block_id,
                "action_id": place.action_id,
                "channel_id": channel_id,
                "response_url": payloads.response_url(service, key),
            }
        )
    return made


def _apply(service: Service, item: OpenView, body: Any) -> Outcome:
    """Do what the app's `response_action` says; with none the view closes."""
    action = body.get("response_action") if isinstance(body, dict) else None
    if action is None:
        close_view(service, item)
        return Outcome(outcome="closed")
    if action == "clear":
        close_all(service, item)
        return Outcome(outcome="cleared")
    if action == "errors":
        return Outcome(outcome="errors", errors=_errors(item.view, body.get("errors")))
    app = service.app(item.team_id)
    if action not in ("update", "push") or app is None:
        raise SlackError("invalid_response_action", messages=[str(action)])
    payload = checked(body.get("view"), "modal")
    if action == "update":
        return Outcome(outcome="updated", view=update_view(service, app, item, payload, None))
    return Outcome(outcome="pushed", view=push_view(service, app, payload, item.user_id))


def _errors(view: Json, errors: Any) -> dict[str, str]:
    inputs = {place.block_id for place in places(view["blocks"]) if place.is_input}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors", messages=[f"errors name no input block: {errors}"])
    return {str(key): str(value) for key, value in errors.items()}


async def close(service: Service, user: User, item: OpenView, *, whole: bool) -> None:
    cleared = whole or bool(item.view["clear_on_close"])
    closing = list(reversed(service.modals.stack(user.id))) if cleared else [item]
    if cleared:
        close_all(service, item)
    else:
        close_view(service, item)
    for closed in closing:
        if closed.view["notify_on_close"]:
            body = payloads.interaction(service, "view_closed", user)
            body |= {"view": closed.view, "is_cleared": cleared}
            await service.deliveries.interact("view_closed", user.team_id, body)
