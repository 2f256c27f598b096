"""files.*"""

from bot.playground import sharing
from bot.playground.api.call import Call, Method
from bot.playground.content import app_content
from bot.playground.directory import Channel, File
from bot.playground.posting import by_app
from bot.playground.rates import Tier
from bot.playground.wire import Json, SlackError


def _file(call: Call, file_id: str | None) -> File:
    file = call.service.state.files.get(file_id or "")
    if file is None or file.team_id != call.team_id:
        raise SlackError("file_not_found")
    return file


async def info(call: Call) -> Json:
    file = _file(call, call.args.text("file"))
    channels = [call.service.state.channels[item] for item in file.channels]
    inside = [item for item in channels if call.app.bot_user_id in item.members]
    public = any(item.list_type == "public_channel" for item in channels)
    if file.user != call.app.bot_user_id and not file.in_form and not inside and not public:
        raise SlackError("file_not_found")
    return {
        "file": file.detail(call.service.base_url),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


async def get_upload_url(call: Call) -> Json:
    name = call.args.required("filename")
    length = call.args.number("length", 0)
    if length < 1:
        text = "[ERROR] must be greater than 0 [json-pointer:/length]"
        raise SlackError("invalid_arguments", messages=[text])
    if length > sharing.MAX_FILE_BYTES:
        raise SlackError("file_upload_size_restricted")
    file = sharing.new_file(call.service, call.team_id, call.app.bot_user_id, name, length)
    file.complete = False
    call.service.state.save_file(file)
    return {"upload_url": f"{call.service.base_url}/upload/{file.id}", "file_id": file.id}


async def complete_upload(call: Call) -> Json:
    wanted = call.args.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: files"])
    if not all(isinstance(item, dict) for item in wanted):
        text = "[ERROR] must provide objects [json-pointer:/files]"
        raise SlackError("invalid_arguments", messages=[text])
    files = [_file(call, item.get("id")) for item in wanted]
    for file, item in zip(files, wanted, strict=True):
        if file.id not in call.service.state.contents:
            raise SlackError("file_not_found")
        file.title = item.get("title") or file.name
        file.complete = True
        call.service.state.save_file(file)
    for channel in _targets(call):
        fields = {"text": call.args.text("initial_comment"), "blocks": call.args.values.get("blocks")}
        message = by_app(
            call.service,
            call.app,
            **{"text": "", **app_content(fields)},
            thread_ts=call.args.text("thread_ts"),
        )
        sharing.share(call.service, channel, files, message)
    return {"files": [file.detail(call.service.base_url) for file in files]}


def _targets(call: Call) -> list[Channel]:
    names = call.args.names("channels") or call.args.names("channel_id")
    found = []
    for name in names:
        channel = call.service.state.channels.get(name)
        if channel is None or channel.team_id != call.team_id:
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if call.app.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        found.append(channel)
    return found


async def legacy_upload(_: Call) -> Json:
    raise SlackError("method_deprecated")


METHODS = {
    "files.info": Method(handler=info, tier=Tier.FOUR, scopes=("files:read",)),
    "files.getUploadURLExternal": Method(handler=get_upload_url, tier=Tier.FOUR, scopes=("files:write",)),
    "files.completeUploadExternal": Method(handler=complete_upload, tier=Tier.FOUR, scopes=("files:write",)),
    "files.upload": Method(handler=legacy_upload, tier=Tier.TWO),
}
