"""Teams, users, channels, installations and files, and the JSON Slack shows of each."""

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.playground.messages import MessageLog
from bot.playground.wire import Json


@dataclass(slots=True, kw_only=True)
class Team:
    id: str
    name: str
    domain: str

    def payload(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "domain": self.domain,
            "url": f"https://{self.domain}.slack.com/",
            "email_domain": f"{self.domain}.example",
            "icon": {"image_default": True},
            "is_verified": False,
        }


@dataclass(slots=True, kw_only=True)
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    title: str = ""
    tz: str = "Europe/London"
    tz_label: str = "Greenwich Mean Time"
    tz_offset: int = 0
    locale: str = "en-US"
    color: str = "4bbe2e"
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    image: str | None = None
    updated: int = 0

    @property
    def shown_name(self) -> str:
        return self.display_name or self.real_name

    def profile(self, *, email: bool = True) -> Json:
        first, _, last = self.real_name.partition(" ")
        body: Json = {
            "title": self.title,
            "phone": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "first_name": first,
            "last_name": last,
            "status_text": "",
            "status_emoji": "",
            "status_expiration": 0,
            "avatar_hash": f"g{self.id.lower()}",
            "team": self.team_id,
        }
        if self.image:
            body |= {f"image_{size}": self.image for size in (24, 32, 48, 72, 192, 512)}
        if email and self.email:
            body["email"] = self.email
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "api_app_id": self.app_id or "", "always_active": True}
        return body

    def payload(self, *, email: bool = True, locale: bool = False) -> Json:
        body: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz_label,
            "tz_offset": self.tz_offset,
            "profile": self.profile(email=email),
            "is_admin": self.is_admin,
            "is_owner": self.is_owner,
            "is_primary_owner": self.is_owner,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
            "is_email_confirmed": not self.is_bot,
            "who_can_share_contact_card": "EVERYONE",
        }
        if locale:
            body["locale"] = self.locale
        return body


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    team_id: str
    name: str
    created: int
    creator: str
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_general: bool = False
    is_archived: bool = False
    # By Slack Connect, with another organization.
    is_ext_shared: bool = False
    topic: str = ""
    purpose: str = ""
    members: list[str] = field(default_factory=list)
    log: MessageLog = field(default_factory=MessageLog, repr=False, compare=False)

    @property
    def type(self) -> str:
        """As in `channel_type` of message events."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    @property
    def list_type(self) -> str:
        """As in the `types` argument of conversations.list."""
        if self.is_im or self.is_mpim:
            return self.type
        return "private_channel" if self.is_private else "public_channel"

    @property
    def scope_family(self) -> str:
        return {"im": "im", "mpim": "mpim", "group": "groups"}.get(self.type, "channels")

    @property
    def spoken_name(self) -> str:
        """As in `channel_name` of commands."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private and not self.is_mpim else self.name

    def other(self, user_id: str) -> str:
        """The counterpart in a direct message."""
        return next((member for member in self.members if member != user_id), user_id)

    def payload(self, viewer: str) -> Json:
        if self.is_im:
            return {
                "id": self.id,
                "created": self.created,
                "is_archived": self.is_archived,
                "is_im": True,
                "is_org_shared": False,
                "context_team_id": self.team_id,
                "updated": self.created * 1000,
                "user": self.other(viewer),
                "is_user_deleted": False,
                "priority": 0,
            }
        by: Json = {"creator": self.creator, "last_set": self.created}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.is_private and not self.is_mpim,
            "is_group": self.is_private and not self.is_mpim,
            "is_im": False,
            "is_mpim": self.is_mpim,
            "is_private": self.is_private or self.is_mpim,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_general": self.is_general,
            "unlinked": 0,
            "name_normalized": self.name,
            "is_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": self.team_id,
            "updated": self.created * 1000,
            "parent_conversation": None,
            "creator": self.creator,
            "is_ext_shared": self.is_ext_shared,
            "shared_team_ids": [self.team_id],
            "pending_connected_team_ids": [],
            "is_member": viewer in self.members,
            "topic": {"value": self.topic, **by},
            "purpose": {"value": self.purpose, **by},
            "previous_names": [],
            "num_members": len(self.members),
        }

    def document(self) -> Json:
        body: Json = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "log"}
        return body


@dataclass(slots=True, kw_only=True)
class Installation:
    """The app in one team. `scopes` of None mean all."""

    team_id: str
    bot_token: str
    bot_user_id: str
    bot_id: str
    scopes: list[str] | None = None
    revoked: bool = False
    installer: str = ""
    # Where the app rotates its tokens: this one ends then, and that one brings the next.
    expires_at: float | None = None
    refresh_token: str = ""


@dataclass(slots=True, kw_only=True)
class File:
    id: str
    team_id: str
    name: str
    title: str
    mimetype: str
    filetype: str
    size: int
    user: str
    created: int
    channels: list[str] = field(default_factory=list)
    shares: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    complete: bool = True
    # Sent in a form: the app may read it although it was shared nowhere.
    in_form: bool = False

    def payload(self, base_url: str) -> Json:
        path = f"{self.team_id}-{self.id}"
        body: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "pretty_type": self.filetype.upper(),
            "user": self.user,
            "user_team": self.team_id,
            "editable": False,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{base_url}/files/{path}/{self.name}",
            "url_private_download": f"{base_url}/files/{path}/download/{self.name}",
            "permalink": f"{base_url}/files/{self.user}/{self.id}/{self.name}",
            "has_rich_preview": False,
            "file_access": "visible",
        }
        return body

    def detail(self, base_url: str) -> Json:
        return {
            **self.payload(base_url),
            "shares": self.shares,
            "channels": [item for item in self.channels if item.startswith("C")],
            "groups": [item for item in self.channels if item.startswith("G")],
            "ims": [item for item in self.channels if item.startswith("D")],
            "comments_count": 0,
        }


def document(item: Team | User | Installation | File) -> dict[str, Any]:
    return asdict(item)
