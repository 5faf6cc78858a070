"""What the list of tickets hangs on other screens, and in the registries of the house."""

from flask_appbuilder import AppBuilder

from app.base import handover, recycle
from app.base.i18n import _
from app.base.screens.home import first_page
from app.crm.customers.services import goes_with
from app.desk.tickets import services
from app.desk.tickets.services import recycling
from app.desk.tickets.views import belongings, bulk, exceptions, filters, home
from app.desk.tickets.views.board import TicketBoardView
from app.desk.tickets.views.calendar import TicketCalendarView
from app.desk.tickets.views.imports import TicketImportView
from app.desk.tickets.views.page import parts
from app.desk.tickets.views.tickets import TicketView
from app.system.approvals import services as approvals
from app.system.imports.services import register as register_target
from app.system.runs.views import add_actions


def hang_up(appbuilder: AppBuilder) -> None:
    """Say it once the screens are known; a second application in the process says it again."""
    filters.hang_up()
    recycle.register(recycling.ticket_bin())
    recycle.forbid("customer", "tickets", recycling.forbidden_customers)
    recycle.forbid("product", "tickets", recycling.forbidden_products)
    recycle.forbid("followup", "tickets", recycling.forbidden_followups)
    goes_with("customer", "a ticket", recycling.go_with_customers)  # before the follow-ups, which it names
    goes_with("contact", "tickets", recycling.go_with_contacts)
    handover.register(belongings.TICKETS)
    approvals.register(exceptions.SUBJECT)
    parts["exception"] = exceptions.draw
    register_target(services.TicketTarget())
    appbuilder.add_view_no_menu(TicketImportView)
    add_actions(TicketView, *bulk.ACTIONS)
    first_page.add(*home.PARTS)
    appbuilder.add_view(TicketBoardView, "TicketBoardView", label=_("Ticket board"), category="desk")
    appbuilder.add_view(TicketCalendarView, "TicketCalendarView", label=_("Calendar of tickets"), category="desk")
