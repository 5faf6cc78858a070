"""What may be done to a dictionary. Pure. Source: spec DECISIONS, Data."""

from enum import StrEnum

from app.base.errors import NotAllowed
from app.base.i18n import _


class Policy(StrEnum):
    """How free a dictionary is."""

    LOCKED = "locked"  # the code branches on its values: code fixed; label, colour, order editable
    CLOSED = "closed"  # no new values by import; codes fixed
    EDITABLE = "editable"
    OPEN = "open"  # an import may propose new values


LOCKED, CLOSED, EDITABLE, OPEN = Policy


def check_may_add(policy: str) -> None:
    """Raise NotAllowed for a dictionary whose values the program knows by name."""
    if policy == LOCKED:
        raise NotAllowed(_("The program relies on the values of this dictionary: labels may change, values may not."))


def check_may_retire(policy: str) -> None:
    """Raise NotAllowed for a value the program knows by name."""
    if policy == LOCKED:
        raise NotAllowed(_("The program relies on this value; it cannot be taken out of use."))
