"""Who viewed, revealed and exported a customer: for those alone who may see the log. Source: OWN-12."""

from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import choices
from app.base.i18n import _
from app.base.screens import markup
from app.crm.customers.models import Customer
from app.system.logs import queries as logs

if TYPE_CHECKING:
    from app.crm.customers.views.customers import CustomerView

MOST_READERS = 100


def may_see(view: "CustomerView") -> bool:
    """Tell whether this person is told who looked: the log's reach and its screen are theirs."""
    return logs.may_read(view.actor()) and bool(view.appbuilder.sm.has_access("can_show", "LogView"))


def build(view: "CustomerView", customer: Customer) -> list[dict[str, Any]]:
    """Return the newest lines of the log about a customer; nothing to who may not see the log."""
    if not may_see(view):
        return []
    found = logs.readers_of(Customer.__tablename__, customer.id, limit=MOST_READERS)
    kinds, names = choices.values("log_kind").by_code, choices.labels("employee", [one.person_id for one in found])
    return [
        {
            "who": markup.person(names.get(one.person_id or 0, str(_("System")))),
            "what": kinds[one.kind],
            "at": markup.moment(one.at),
            "address": one.address or "",
            "url": url_for("LogView.show", pk=one.id),
        }
        for one in found
    ]
