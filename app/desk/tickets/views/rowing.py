"""The rows of the list of tickets: their tabs, their marks, and the buttons that their state and the reader allow."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import g, request

from app.base.actor import Actor
from app.base.i18n import _
from app.base.narrowing import linked
from app.base.scope import may_write
from app.base.screens.listing import Listing
from app.crm.customers.queries import Customer
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.flows import ASSIGNEE, CREATOR
from app.desk.tickets.views import buttons
from app.desk.tickets.views.asked import SEGMENTS, is_overdue

URGENT = "urgent"


class TicketRows(Listing):
    """The rows of a page: which of them the reader may change is asked once for all."""

    @cached_property
    def rows(self) -> list[Any]:
        found: list[Any] = super().rows
        g.tickets_written = queries.writable([one.id for one in found], self.actor), {one.id for one in found}
        return found

    def _options(self) -> list[Any]:
        """Of a customer its name is enough, but where the masking of a column asks whose it is."""
        named = linked(Ticket.customer).load_only(Customer.name)
        return [*super()._options(), *(() if self._holding else (named,))]


def is_mine(record: Ticket, actor: Actor) -> bool:
    """Tell whether the reader may change a ticket; for the rows of a page without asking again."""
    written, known = g.get("tickets_written", ((), ()))
    return record.id in written if record.id in known else may_write(record, actor)


def steps_of(view: Any, record: Ticket, *, back: str) -> list[dict[str, Any]]:
    """Return the steps that a row or card offers. ``back``: where they return."""
    found = buttons.actions(view, record, [], is_mine=True, back=back)
    return [one for one in found if one.get("verb")]


class Rows:
    """Mixin of the list of tickets. Name it before DomainView."""

    rows_as = TicketRows
    quick_segments = SEGMENTS
    keeps_rows = True
    row_stamps = (queries.STAMP,)

    def row_key(self: Any, record: Ticket) -> Hashable:
        """Return what buttons and marks follow from besides the columns: whose it is, if it is late, the way back."""
        whose = services.what(record, self.actor()) & {ASSIGNEE, CREATOR}
        return is_mine(record, self.actor()), frozenset(whose), is_overdue(record), request.full_path

    def row_actions(self: Any, record: Ticket) -> Sequence[Mapping[str, Any]]:
        if not is_mine(record, self.actor()):
            return []
        own = steps_of(self, record, back=request.full_path.rstrip("?"))
        return [*own, *super().row_actions(record)]  # type: ignore[misc]

    def row_more(self, record: Ticket) -> Mapping[str, Any]:
        return {"overdue": is_overdue(record)}

    def row_chips(self, record: Ticket) -> Sequence[tuple[str, str]]:
        found = [(str(_("Overdue")), "red")] if is_overdue(record) else []
        return [*found, *([(str(_("Urgent")), "red")] if record.priority == URGENT else [])]
