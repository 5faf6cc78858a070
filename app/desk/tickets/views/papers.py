"""The service order 售后服务单 as PDF: what was asked, what was done, with which parts, and who signs for it."""

from typing import Any

from flask import Response
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import wording
from app.base.fields import text_of
from app.base.i18n import _, ngettext
from app.base.paper.records import lines, pairs
from app.base.paper.sheets import Sheet
from app.base.screens import prints
from app.base.sentences import joined
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket

SHARES = (20, 14, 40, 12, 14)


class Papers:
    """Adds the service order to the screen of tickets. ``self`` is the view."""

    @expose("/<pk>/order")
    @has_access
    @permission_name("print")
    def order(self: Any, pk: str) -> Response:
        """Send the service order of a ticket; phones stand as whoever prints may see them."""
        ticket = self.record(pk)
        sheet = Sheet(str(_("Service order")), self.actor())
        sheet.headline([str(self.specs["number"].label) + str(_(": ")) + ticket.number])
        sheet.blocks += pairs(sheet, _about(self, ticket))
        work = queries.Parts(ticket).work
        if work:
            heads = [str(_("When")), str(_("Technician")), str(_("Done")), str(_("Minutes")), str(_("Parts"))]
            sheet.heading(str(_("Work")))
            sheet.blocks += lines(sheet, [heads, *map(_row, work)], shares=SHARES)
            minutes = sum(one.minutes or 0 for one in work)
            total = ngettext("%(n)s minute", "%(n)s minutes", minutes, n=wording.number(minutes))
            sheet.blocks += pairs(sheet, [(str(_("Working time")), str(total), False)])
        sheet.heading(str(_("Solution")))
        sheet.blocks += pairs(sheet, [(str(_("Solution")), ticket.solution or "", True)])
        sheet.heading(str(_("Signed")))
        signed = ((_("Technician"), ""), (_("Customer"), ""), (_("Day"), ""))
        sheet.blocks += pairs(sheet, [(str(label), text, False) for label, text in signed])
        about = {"subject_kind": Ticket.__tablename__, "subject_id": ticket.id}
        name = joined(_("Service order"), ticket.number, by=" ")
        return prints.send(sheet.pdf(), name=name, what="TicketView.order", about=about, row_count=1)


def _about(view: Any, ticket: Ticket) -> list[tuple[str, str, bool]]:
    names = ("customer", "contact", "caller", "caller_phone", "type", "category", "priority", "product", "assignee")
    names += ("created_at", "solved_at")
    found = [
        (str(view.specs[name].label), text_of(ticket, view.specs[name], actor=view.actor()), False) for name in names
    ]
    found.append((str(view.specs["title"].label), ticket.title, True))
    found.append((str(view.specs["description"].label), ticket.description or "", True))
    return [one for one in found if one[1]]


def _row(one: Any) -> list[str]:
    minutes = "" if one.minutes is None else str(one.minutes)
    return [wording.instant(one.at), one.by or "", one.what, minutes, one.used]
