"""The list of tickets and a ticket's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.views import buttons
from app.desk.tickets.views import page as pages
from app.desk.tickets.views.course import Course
from app.desk.tickets.views.intake import Intake
from app.desk.tickets.views.papers import Papers
from app.desk.tickets.views.verbs import Verbs
from app.system.audit.views import History


class TicketView(Intake, Course, Verbs, Papers, History, DomainView):
    route_base = "/tickets"
    model = Ticket
    title, one, group, icon = _("Tickets"), _("Ticket"), _("Tickets"), "ticket"
    menu_place = 20
    when_empty = _("What customers ask for stands here, from the first call until it is closed.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_history", "can_export"]
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
    ]
    list_fields = ["number", "title", "customer", "type", "priority", "state", "assignee", "due_at", "created_at"]
    export_fields = [
        *list_fields,
        "category",
        "channel",
        "product",
        "progress",
        "last_remark",
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
    row_needs = ["phase", "due_at", "state", "edition_id", "assignee_id", "created_by_id"]
    default_sort = "-created_at"
    quick_segments = [
        ("mine", _("With me"), pages.asked(pages.MINE, pages.UNSOLVED_ONES)),
        ("new", _("Not dispatched"), pages.asked(pages.NEW_ONES)),
        ("work", _("In work"), pages.asked(pages.IN_WORK)),
        ("waiting", _("Waiting for the customer"), pages.asked(pages.WAITING_ONES)),
        ("late", _("Overdue"), pages.asked(pages.UNSOLVED_ONES, pages.LATE)),
        ("solved", _("To revisit"), pages.asked(pages.SOLVED_ONES)),
    ]
    change = services.change

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a ticket: the way it went, what happened, what can be done. ``show``: which of what happened."""
        return self.drawn_page(pk)

    def row_more(self, record: Any) -> Mapping[str, Any]:
        return {"overdue": pages.is_overdue(record)}

    def row_actions(self, record: Ticket) -> Sequence[Mapping[str, Any]]:
        is_mine = self.may("work") or self.may("dispatch")
        found = buttons.actions(self, record, [], is_mine=True, back=request.full_path) if is_mine else []
        return [*[one for one in found if one.get("verb")], *super().row_actions(record)]

    def drawn_page(self, pk: str, *, problem: object = None, edits: Any = None, **typed: Any) -> str:
        """Draw the page of a ticket. ``note``, ``work``: what was typed; ``edits``: what is being corrected."""
        page = pages.build(self, self.record(pk), shown=pages.asked_part())
        page |= {"problem": problem, "edits": edits, "typed": {"note": {}, "work": {}} | typed}
        drawn: str = self.render_template("zhike/tickets/show.html", page=page)
        return drawn
