"""Looking at a customer: nothing changes, but it is kept who looked. Source: OWN-12."""

from datetime import timedelta

from app.base import logbook
from app.base.logbook import Kind
from app.crm.customers.models import Customer

AN_HOUR = timedelta(hours=1)


def look_at(customer: Customer) -> None:
    """Leave in the log that whoever acts has seen this customer, unless it says so for this hour already."""
    logbook.note_afterwards(Kind.VIEWED, **logbook.about(customer), once_within=AN_HOUR)
