"""Incoming webhooks: other programs' alerts and issues become issues here."""

from handlers.hooks.managing import register
from handlers.hooks.receiving import create_hooks
from handlers.hooks.upkeep import register_jobs

__all__ = ["create_hooks", "register", "register_jobs"]
