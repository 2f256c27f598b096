"""Putting the app into a team and taking it out again."""

from bot.playground.directory import Installation, Team, User
from bot.playground.events import send
from bot.playground.ids import new_id
from bot.playground.service import Service

# Seconds, where the manifest has token_rotation_enabled.
TOKEN_LASTS = 43_200


def install(
    service: Service,
    team: Team,
    *,
    bot_token: str,
    bot_user_id: str,
    bot_id: str,
    scopes: list[str] | None = None,
    installer: str = "",
    lasts: float | None = None,
) -> Installation:
    manifest = service.manifest
    if bot_user_id not in service.state.users:
        service.state.save_user(
            User(
                id=bot_user_id,
                team_id=team.id,
                name=manifest.bot_name.lower().replace(" ", "_"),
                real_name=manifest.bot_name,
                is_bot=True,
                bot_id=bot_id,
                app_id=service.config.app_id,
                color="e7392d",
            )
        )
    installation = Installation(
        team_id=team.id,
        bot_token=bot_token,
        bot_user_id=bot_user_id,
        bot_id=bot_id,
        scopes=scopes,
        installer=installer,
        expires_at=None if lasts is None else service.clock.now() + lasts,
        refresh_token="" if lasts is None else f"xoxe-1-{new_id('', 32)}",
    )
    service.state.save_installation(installation)
    return installation


def reinstall(service: Service, team: Team, installer: str, scopes: list[str] | None) -> Installation:
    """What Allow on the authorize page does: a new token for the team."""
    old = service.state.installations.get(team.id)
    rotates = service.manifest.rotates_tokens
    return install(
        service,
        team,
        bot_token=f"{'xoxe.' if rotates else ''}xoxb-{team.id}-{new_id('', 24)}",
        lasts=TOKEN_LASTS if rotates else None,
        bot_user_id=old.bot_user_id if old else new_id("U"),
        bot_id=old.bot_id if old else new_id("B"),
        scopes=scopes,
        installer=installer,
    )


def revoke(service: Service, installation: Installation) -> None:
    """The token dies; the app is told what it can no longer ask about."""
    if installation.revoked:
        return
    installation.revoked = True
    service.state.save_installation(installation)
    if service.manifest.subscribes("tokens_revoked"):
        tokens = {"oauth": [], "bot": [installation.bot_user_id]}
        event = {"type": "tokens_revoked", "tokens": tokens}
        send(service, installation.team_id, event, bot_user_id=installation.bot_user_id)


def uninstall(service: Service, team_id: str) -> None:
    installation = service.app(team_id)
    if installation is None:
        return
    revoke(service, installation)
    if service.manifest.subscribes("app_uninstalled"):
        event = {"type": "app_uninstalled"}
        send(service, team_id, event, bot_user_id=installation.bot_user_id)
