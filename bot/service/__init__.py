"""tick(): receive, understand, advance, deliver. No rule lives here; the planner decides, the store remembers."""

from bot.service.desk import Account, Desk
from bot.service.tick import Service, TickReport

__all__ = ["Account", "Desk", "Service", "TickReport"]
