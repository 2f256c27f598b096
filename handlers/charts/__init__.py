"""Charts as pictures, drawn by a process of their own: matplotlib never enters the bot's memory or its event loop."""

from handlers.charts.drawing import Drawer, NotDrawn, Patience

__all__ = ["Drawer", "NotDrawn", "Patience"]
