"""What tickets, and customers by their tickets, can be asked for besides their columns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false

from app.base import clock, filters
from app.base.fields import Boolean, Choice, Field, Link, Reckoned, Related, add_filters
from app.base.i18n import _
from app.base.screens import filterbar, markup
from app.crm.customers.queries import Customer
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import UNSOLVED


def _overdue(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition of being late; the filter negates it itself."""
    if code == "empty":
        return false()
    return and_(table.c.phase.in_(sorted(UNSOLVED)), table.c.due_at < clock.now())


def _in_my_queues(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    return false() if code == "empty" else queries.in_my_queues(table)


def _of(path: Any, name: str, column: str, inner: Field) -> Related:
    return Related(inner.label, name=name, column=column, inner=inner, path=path)


OF_TICKETS = (
    Reckoned(_("Overdue"), name="overdue", inner=Boolean(_("Overdue"), name="overdue"), how=_overdue),
    Reckoned(
        _("In my queues"),
        name="in_my_queues",
        inner=Boolean(_("In my queues"), name="in_my_queues"),
        how=_in_my_queues,
    ),
    _of(queries.people_rows, "person", "employee_id", Link(_("Takes part"), to="employee")),
    _of(
        queries.customer_rows,
        "customer_level",
        "level",
        Choice(_("Level of the customer"), dictionary="customer_level"),
    ),
    _of(queries.customer_rows, "customer_owner", "owner_id", Link(_("Owner of the customer"), to="employee")),
)
OF_CUSTOMERS = (
    _of(queries.ticket_rows, "ticket_phase", "phase", Choice(_("Phase of a ticket"), dictionary="ticket_phase")),
    _of(queries.ticket_rows, "ticket_type", "type", Choice(_("Type of a ticket"), dictionary="ticket_type")),
)


def hang_up() -> None:
    """Let lists be filtered by tickets, and tickets by what they hang on."""
    filters.MINE["ticket_worker"] = "id"
    filterbar.MY_WORDS["ticket_worker"] = filterbar.MY_WORDS["employee"]
    markup.people.add("ticket_worker")
    add_filters(Ticket, *OF_TICKETS)
    add_filters(Customer, *OF_CUSTOMERS)
