"""What can be done to settings. One verb, one transaction."""

from app.system.settings.services.changing import back_to_default, change, take_back
from app.system.settings.services.logo import take_in

__all__ = ["back_to_default", "change", "take_back", "take_in"]
