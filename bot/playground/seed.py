"""The team a fresh local Slack starts with: people, channels and a little ordinary chat."""

from bot.playground.composer import compose
from bot.playground.directory import Channel, Team, User
from bot.playground.installing import install
from bot.playground.posting import by_person
from bot.playground.service import Service
from bot.playground.wire import Json

TEAM_ID = "T0HARBOUR"
_DAY = 86_400

# handle, name, title, time zone, its label, offset, locale, colour
_PEOPLE: tuple[tuple[str, str, str, str, str, int, str, str], ...] = (
    ("ada", "Ada Marlow", "Head of Platform", "Europe/London", "Greenwich Mean Time", 0, "en-GB", "2c6e49"),
    (
        "grace",
        "Grace Okafor",
        "Backend",
        "America/New_York",
        "Eastern Standard Time",
        -18_000,
        "en-US",
        "9f4c3c",
    ),
    ("linus", "Linus Brandt", "Mobile", "Europe/Berlin", "Central European Time", 3_600, "de-DE", "3b5b8c"),
    (
        "margaret",
        "Margaret Ito",
        "Support lead",
        "Asia/Tokyo",
        "Japan Standard Time",
        32_400,
        "en-US",
        "7a4d8f",
    ),
    (
        "dennis",
        "Dennis Pereira",
        "On call",
        "America/Sao_Paulo",
        "Brasilia Standard Time",
        -10_800,
        "en-US",
        "b0742a",
    ),
    ("guest", "Tim (guest)", "Contractor", "Europe/London", "Greenwich Mean Time", 0, "en-GB", "5f6f72"),
)

_CHANNELS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("general", "Company-wide announcements", ("ada", "grace", "linus", "margaret", "dennis", "guest"), True),
    ("product", "What we build next", ("ada", "grace", "linus", "margaret"), True),
    ("on-call", "Alerts and handovers", ("ada", "grace", "dennis"), True),
    ("support", "What customers tell us", ("ada", "margaret", "linus", "guest"), True),
    ("random", "Everything else", ("ada", "grace", "linus", "margaret", "dennis"), False),
)

# channel, days ago, hour, handle, text; a leading "> " answers the last message above it.
_CHAT: tuple[tuple[str, int, float, str, str], ...] = (
    (
        "general",
        6,
        9.1,
        "ada",
        "Morning all. The harbour office is closed on Friday, work from wherever you like.",
    ),
    ("general", 6, 9.3, "linus", "> Great, then I will finally fix the balcony door."),
    ("general", 3, 10.0, "margaret", "New support rota is in #support, please have a look before Thursday."),
    ("general", 1, 16.5, "dennis", "Handover done, quiet week so far :crossed_fingers:"),
    ("product", 5, 11.0, "grace", "Safari users report that login fails after the cookie change."),
    ("product", 5, 11.2, "linus", "> I can reproduce it on iOS 19. Private mode only."),
    ("product", 4, 14.0, "ada", "Can we get the export button into this week's release?"),
    ("product", 2, 9.6, "grace", "Export is behind a flag on staging, feedback welcome."),
    ("on-call", 4, 3.2, "dennis", "Disk on db-2 passed 80 %, grew the volume."),
    ("on-call", 4, 8.9, "grace", "> Thanks! We should not need a person for that."),
    (
        "on-call",
        1,
        22.7,
        "dennis",
        "p99 of the API doubled between 22:10 and 22:25, looks like the nightly job.",
    ),
    ("support", 3, 8.2, "margaret", "Three tickets today about invoices showing the wrong VAT rate."),
    (
        "support",
        2,
        12.4,
        "guest",
        "Customer in Porto cannot upload files over 20 MB, the error is just *Something went wrong*.",
    ),
    ("support", 2, 12.6, "margaret", "> Thanks Tim, I will ask for their browser version."),
    ("random", 4, 12.0, "linus", "Who took the good mug?"),
    ("random", 4, 12.1, "margaret", "> It was always mine."),
)


def user_id(team_id: str, handle: str) -> str:
    """`U0ADA` in the seeded team; elsewhere the team's id keeps it apart."""
    middle = "" if team_id == TEAM_ID else team_id.removeprefix("T0").removeprefix("T")
    return f"U0{middle}{handle.upper()}"


def channel_id(team_id: str, name: str) -> str:
    middle = "" if team_id == TEAM_ID else team_id.removeprefix("T0").removeprefix("T")
    return f"C0{middle}{name.upper().replace('-', '')}"


def seed(service: Service, *, chatter: bool) -> None:
    """Build the team "Harbour" unless it is already there."""
    if TEAM_ID in service.state.teams:
        _reinstall_token(service)
        return
    service.state.store.begin()
    config = service.config
    build_team(
        service,
        Team(id=TEAM_ID, name="Harbour", domain="harbour"),
        bot_token=config.bot_token,
        bot_user_id=config.bot_user_id,
        bot_id=config.bot_id,
    )
    if chatter:
        _chat(service)
    service.state.store.commit()


def _reinstall_token(service: Service) -> None:
    """A demo started again with another token must accept that one."""
    config, state = service.config, service.state
    held = state.installations.get(TEAM_ID)
    if held is None or (held.bot_token != config.bot_token and not held.revoked):
        install(
            service,
            state.teams[TEAM_ID],
            bot_token=config.bot_token,
            bot_user_id=config.bot_user_id,
            bot_id=config.bot_id,
        )


def build_team(service: Service, team: Team, *, bot_token: str, bot_user_id: str, bot_id: str) -> None:
    service.state.save_team(team)
    start = int(service.clock.now()) - 120 * _DAY
    for person in _PEOPLE:
        service.state.save_user(_user(team, person))
    install(
        service,
        team,
        bot_token=bot_token,
        bot_user_id=bot_user_id,
        bot_id=bot_id,
        installer=user_id(team.id, "ada"),
    )
    for name, topic, handles, with_bot in _CHANNELS:
        members = [user_id(team.id, handle) for handle in handles]
        service.state.save_channel(
            Channel(
                id=channel_id(team.id, name),
                team_id=team.id,
                name=name,
                created=start,
                creator=members[0],
                topic=topic,
                is_general=name == "general",
                members=[*members, bot_user_id] if with_bot else members,
            )
        )


def _user(team: Team, person: tuple[str, str, str, str, str, int, str, str]) -> User:
    handle, name, title, tz, tz_label, offset, locale, color = person
    return User(
        id=user_id(team.id, handle),
        team_id=team.id,
        name=handle,
        real_name=name,
        display_name=handle if handle != "guest" else "Tim (guest)",
        email=f"{handle}@{team.domain}.example",
        title=title,
        tz=tz,
        tz_label=tz_label,
        tz_offset=offset,
        locale=locale,
        color=color,
        is_admin=handle == "ada",
        is_owner=handle == "ada",
        is_restricted=handle == "guest",
    )


def _chat(service: Service) -> None:
    """Written straight into the state: nobody is told of old messages."""
    now = service.clock.now()
    midnight = now - now % _DAY
    last_root: dict[str, Json] = {}
    for name, days, hour, handle, text in _CHAT:
        channel = service.state.channels[channel_id(TEAM_ID, name)]
        author = service.state.users[user_id(TEAM_ID, handle)]
        plain, blocks = compose(service.state, TEAM_ID, text.removeprefix("> "))
        message = by_person(author, plain, blocks)
        message["ts"] = f"{midnight - days * _DAY + hour * 3_600:.6f}"
        root = last_root.get(name)
        if text.startswith("> ") and root is not None:
            message |= {"thread_ts": root["ts"], "parent_user_id": root["user"]}
            service.state.save_message(channel, root | _thread_facts(root, message))
        else:
            last_root[name] = message
        service.state.save_message(channel, message)
    for name, *_ in _CHANNELS:
        channel = service.state.channels[channel_id(TEAM_ID, name)]
        for member in channel.members:
            service.state.mark_read(channel.id, member, f"{now:.6f}")


def _thread_facts(root: Json, reply: Json) -> Json:
    return {
        "thread_ts": root["ts"],
        "reply_count": 1,
        "reply_users_count": 1,
        "latest_reply": reply["ts"],
        "reply_users": [reply["user"]],
        "is_locked": False,
        "subscribed": False,
    }
