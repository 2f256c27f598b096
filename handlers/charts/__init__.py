"""Charts as pictures, drawn by a process of their own: matplotlib never enters the bot's memory or its event loop."""

from handlers.charts.drawing import Drawer, Patience
from handlers.charts.process import NotDrawn

__all__ = ["Drawer", "NotDrawn", "Patience"]
