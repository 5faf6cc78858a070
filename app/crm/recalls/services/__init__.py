"""What can be done with rules of recall, and what they do at night. One verb, one transaction, one line of history."""

from app.crm.recalls.services.keeping import change, create, look, seed, switch_off, switch_on
from app.crm.recalls.services.recalling import ACTION, apply, recall
from app.crm.recalls.services.warning import warn

__all__ = ["ACTION", "apply", "change", "create", "look", "recall", "seed", "switch_off", "switch_on", "warn"]
