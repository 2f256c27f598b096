"""What the HTTP server carries beside Slack's requests."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from handlers.api.app import create_api
from handlers.hooks import create_hooks
from handlers.links import create_links
from handlers.services import Services


def parts(services: Services) -> Mapping[str, web.Application]:
    """Applications by the prefix they are mounted at."""
    return {
        "/api": create_api(services, services.tokens),
        "/hooks": create_hooks(services),
        "/issues": create_links(),
    }
