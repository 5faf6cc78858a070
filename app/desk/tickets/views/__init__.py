"""The screens of tickets."""

from flask import url_for
from flask_appbuilder import AppBuilder

from app.base import choices, inbox, settings
from app.base.choices import Item
from app.base.fields import Number
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.base.settings import Setting
from app.crm.customers.views import hang
from app.crm.followups.views import add_step
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.views import customer, hung, told
from app.desk.tickets.views.buttons import elsewhere
from app.desk.tickets.views.flows import TicketFlowView
from app.desk.tickets.views.imports import TicketImportView
from app.desk.tickets.views.mine import MyTicketsView
from app.desk.tickets.views.moves import TicketMoveView
from app.desk.tickets.views.page import parts
from app.desk.tickets.views.queues import QueueView, RouteView
from app.desk.tickets.views.tickets import TicketView
from app.desk.tickets.views.times import StepTimesView
from app.system.files import services as files
from app.system.files.services import Holder
from app.system.search.services import register as register_kind

__all__ = [
    "MyTicketsView",
    "QueueView",
    "RouteView",
    "StepTimesView",
    "TicketFlowView",
    "TicketImportView",
    "TicketMoveView",
    "TicketView",
    "elsewhere",
    "parts",
    "register",
]

settings.groups |= {"tickets": _("Tickets")}
settings.register(
    Setting(
        "ticket_autoclose_days",
        Number(
            _("Days after which a solved ticket is closed"),
            help=_("So long the revisit may take; then the ticket is closed as not revisited."),
            required=True,
            low=1,
            high=365,
        ),
        "tickets",
        7,
        _("days"),
    ),
    Setting(
        "ticket_reopen_days",
        Number(
            _("Days in which a closed ticket may be reopened"),
            help=_("Later a new ticket is opened that follows it."),
            required=True,
            low=1,
            high=3650,
        ),
        "tickets",
        30,
        _("days"),
    ),
)

ENDS = {
    rules.REVISITED_END: (_("Revisited"), "green"),
    rules.UNREVISITED_END: (_("Not revisited"), "amber"),
    rules.PLAIN_END: (_("Without a revisit"), "gray"),
}


def _ends() -> tuple[Item, ...]:
    return tuple(Item(code, str(word), color) for code, (word, color) in ENDS.items())


def _page_of(key: int) -> str:
    return url_for("TicketView.show", pk=key)


def _needs() -> tuple[Item, ...]:
    return tuple(Item(name, str(word)) for name, word in rules.NEEDED.items())


def register(appbuilder: AppBuilder) -> None:
    choices.references["ticket"] = queries.TicketNames()
    choices.references["ticket_queue"] = queries.QueueNames()
    choices.references["ticket_worker"] = queries.WorkerNames()
    choices.trees.add("ticket_category")
    choices.more["ticket_step"] = queries.state_items
    choices.beside["ticket_step"] = queries.items_of
    choices.more["ticket_phase"] = queries.phase_items
    choices.more["ticket_verb"] = queries.verb_items
    choices.more["ticket_end"] = _ends
    choices.more["ticket_need"] = _needs
    inbox.kinds |= told.KINDS
    register_kind(services.ticket_kind())
    hang(customer.PART)
    add_step(customer.STEP)
    hung.hang_up(appbuilder)
    rights.words |= {
        "can_dispatch": _("Dispatch"),
        "can_take": _("Take"),
        "can_work": _("Work on"),
        "can_transfer": _("Transfer"),
        "can_revisit": _("Revisit"),
        "can_close": _("Close"),
        "can_reopen": _("Reopen"),
        "can_except": _("Serve all the same"),
        "can_cancel": _("Cancel"),
        "can_note": _("Write notes"),
        "can_print": _("Print"),
    }
    files.register(Holder("ticket", _("Ticket"), Ticket, _page_of))
    appbuilder.add_view(MyTicketsView, "MyTicketsView", label=_("My tickets"), category="desk")
    appbuilder.add_view(TicketView, "TicketView", label=_("Tickets"), category="desk")
    appbuilder.add_view(TicketMoveView, "TicketMoveView", label=_("Flow records"), category="desk")
    appbuilder.add_view(StepTimesView, "StepTimesView", label=_("Time per step"), category="desk")
    appbuilder.add_view(TicketFlowView, "TicketFlowView", label=_("Flows of tickets"), category="desk")
    appbuilder.add_view(QueueView, "QueueView", label=_("Queues"), category="desk")
    appbuilder.add_view(RouteView, "RouteView", label=_("Service routes"), category="desk")
    quick_adds.append((_("New ticket"), "ticket", "TicketView.add", "can_add", "TicketView"))
