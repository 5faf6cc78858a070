"""The list of tickets and a ticket's page."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.views import page as pages
from app.desk.tickets.views.course import Course
from app.desk.tickets.views.intake import Intake
from app.desk.tickets.views.papers import Papers
from app.desk.tickets.views.rowing import Rows
from app.desk.tickets.views.verbs import Verbs
from app.system.audit.views import History
from app.system.recycle.views import Recycled
from app.system.runs.views import BulkActions


class TicketView(Intake, Rows, Course, Verbs, Papers, BulkActions, Recycled, History, DomainView):
    route_base = "/tickets"
    model = Ticket
    title, one, group, icon = _("Tickets"), _("Ticket"), _("Tickets"), "ticket"
    menu_place = 20
    list_template = "zhike/tickets/list.html"
    when_empty = _("What customers ask for stands here, from the first call until it is closed.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history", "can_export"]
    base_permissions += [
        "can_dispatch",
        "can_take",
        "can_work",
        "can_transfer",
        "can_close",
        "can_reopen",
        "can_cancel",
        "can_revisit",
        "can_note",
        "can_print",
        "can_except",
        "can_import",
    ]
    list_fields = ["number", "title", "customer", "type", "priority", "state", "assignee", "due_at", "progress"]
    list_fields += ["last_remark", "created_at"]
    export_fields = [
        *list_fields,
        "category",
        "channel",
        "product",
        "queue",
        "created_by",
        "solution",
        "solved_at",
        "closed_at",
    ]
    form_fields: Sequence[str] = [
        "customer",
        "type",
        "category",
        "priority",
        "channel",
        "product",
        "title",
        "description",
    ]
    row_needs = ["phase", "priority", "due_at", "edition_id", "state", "assignee_id", "created_by_id", "closed_at"]
    row_needs += ["is_excepted", "revision"]
    default_sort = "-created_at"
    create, change, remove = services.take_in, services.change, services.delete

    def import_url(self) -> str | None:
        return url_for("TicketImportView.start") if self.may("import") else None

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a ticket: the way it went, what happened, what can be done. ``show``: which of what happened."""
        return self.drawn_page(pk)

    def drawn_page(self, pk: str, *, problem: object = None, edits: Any = None, **typed: Any) -> str:
        """Draw the page of a ticket. ``note``, ``work``, ``points``: what was typed; ``edits``: what is corrected."""
        page = pages.build(self, self.record(pk, rows=queries.with_names()), shown=pages.asked_part())
        page |= {"problem": problem, "edits": edits, "typed": {"note": {}, "work": {}, "points": {}} | typed}
        drawn: str = self.render_template("zhike/tickets/show.html", page=page)
        return drawn
