"""Files: kept, shared into channels as messages, and announced."""

import mimetypes
from pathlib import PurePosixPath

from bot.playground.directory import Channel, File
from bot.playground.events import emit
from bot.playground.ids import new_id
from bot.playground.posting import post
from bot.playground.service import Service
from bot.playground.wire import Json

MAX_FILE_BYTES = 1_000_000_000


def new_file(service: Service, team_id: str, user_id: str, name: str, size: int) -> File:
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    suffix = PurePosixPath(name).suffix.removeprefix(".").lower()
    return File(
        id=new_id("F"),
        team_id=team_id,
        name=name,
        title=name,
        mimetype=mimetype,
        filetype=suffix or "binary",
        size=size,
        user=user_id,
        created=int(service.clock.now()),
    )


def upload(service: Service, team_id: str, user_id: str, name: str, content: bytes) -> File:
    file = new_file(service, team_id, user_id, name, len(content))
    service.state.save_file(file, content)
    return file


def share(service: Service, channel: Channel, files: list[File], message: Json) -> Json:
    """Post a message with these files; the app hears of the message and of every file."""
    message["files"] = [file.payload(service.base_url) for file in files]
    if "bot_id" not in message:
        message["subtype"] = "file_share"
        message["upload"] = False
        message["display_as_bot"] = False
    posted = post(service, channel, message)
    kind = "private" if channel.is_private or channel.is_im else "public"
    for file in files:
        if channel.id not in file.channels:
            file.channels.append(channel.id)
        entry: Json = {
            "ts": posted["ts"],
            "channel_name": channel.name,
            "team_id": channel.team_id,
            "share_user_id": file.user,
            "source": "UNKNOWN",
        }
        if "thread_ts" in posted:
            entry["thread_ts"] = posted["thread_ts"]
        file.shares.setdefault(kind, {}).setdefault(channel.id, []).append(entry)
        service.state.save_file(file)
        service.push(service.watchers(channel), "file", file=file.payload(service.base_url))
        event = {
            "type": "file_shared",
            "file_id": file.id,
            "user_id": file.user,
            "file": {"id": file.id},
            "channel_id": channel.id,
        }
        emit(service, channel.team_id, event, channel=channel)
    return posted
