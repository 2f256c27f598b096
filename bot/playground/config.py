"""What a local Slack is started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

RateMode = Literal["off", "realistic", "strict"]

# So long Slack waits for an acknowledgement, and so long a trigger_id can be used.
SECONDS = 3.0


def slacks_patience() -> float:
    return SECONDS


@dataclass(slots=True, kw_only=True)
class PlaygroundConfig:
    """`database=None` keeps everything in memory; `manifest=None` allows every scope and event."""

    database: Path | None = None
    manifest: Path | Mapping[str, Any] | None = None
    request_url: str | None = None
    signing_secret: str = "local-signing-secret"  # noqa: S105 - the local Slack guards nothing
    bot_token: str = "xoxb-local-bot"  # noqa: S105
    app_token: str = "xapp-local-app"  # noqa: S105
    verification_token: str = "local-verification"  # noqa: S105
    app_id: str = "A0LODGE"
    bot_user_id: str = "U0LODGEBOT"
    bot_id: str = "B0LODGE"
    client_id: str = "1000.2000"
    client_secret: str = "local-client-secret"  # noqa: S105
    rate_limits: RateMode = "realistic"
    retry_scale: float = 1.0
    ack_timeout: float = field(default_factory=slacks_patience)
    trigger_seconds: float = field(default_factory=slacks_patience)
    control: bool = False
    chatter: bool = True
    log_size: int = 2_000
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
