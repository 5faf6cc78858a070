"""What customers tell people: with whom one was shared."""

from app.base import inbox
from app.base.i18n import _

SHARED = inbox.Kind(
    _("Customer shared with me"),
    "share",
    _("%(who)s shared the customer “%(what)s” with you"),
    _("May change it: %(can_write)s. Until: %(until)s."),
    names="customer",
    read={
        "can_write": lambda said: _("Yes") if said else _("No"),
        "until": lambda day: day or _("until the sharing is stopped"),
    },
)
