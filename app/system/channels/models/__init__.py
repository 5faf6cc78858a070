"""The tables of channels: how messages leave, those that do, and in what words."""

from app.system.channels.models.channel import Channel, ChannelMessageKind
from app.system.channels.models.delivery import Delivery
from app.system.channels.models.template import Template

__all__ = ["Channel", "ChannelMessageKind", "Delivery", "Template"]
