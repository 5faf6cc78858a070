"""What customers tell the log and the inbox: who looked (once an hour, OWN-12), with whom one was shared."""

from datetime import timedelta

from app.base import inbox, logbook
from app.base.i18n import _
from app.base.logbook import Kind
from app.crm.customers.models import Customer

AN_HOUR = timedelta(hours=1)


def note_view(customer: Customer) -> None:
    """Leave in the log that the person who asks has seen this customer, unless it says so for this hour already."""
    logbook.note_afterwards(Kind.VIEWED, **logbook.about(customer), once_within=AN_HOUR)


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
