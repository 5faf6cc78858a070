"""What customers tell people: with whom one was shared, who asks for one."""

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

ASKED_FOR = inbox.Kind(
    _("Customer asked for"),
    "message-question",
    _("%(who)s asks for the customer “%(what)s”"),
    _("They met it while entering a customer, and do not see it. Share it with them, or hand it over."),
    names="customer",
)
