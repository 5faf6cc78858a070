"""How messages leave the house. Pure: no database, no request, no clock, no network."""

from app.system.channels.rules import addresses, holding, lifecycle, robots, sms, words

__all__ = ["addresses", "holding", "lifecycle", "robots", "sms", "words"]
