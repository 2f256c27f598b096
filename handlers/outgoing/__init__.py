"""Outgoing webhooks: other programs are told what happens here, in order, until they listen."""

from handlers.outgoing.managing import register
from handlers.outgoing.sending import Telling, register_jobs

__all__ = ["Telling", "register", "register_jobs"]
