"""The screens of assignments: actions over customers, the history of who held them, handovers, and by file."""

from flask_appbuilder import AppBuilder

from app.base import choices, handover, inbox, settings
from app.base.choices import Item
from app.base.fields import add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.crm.assignments import rules
from app.crm.assignments.queries import Customer
from app.crm.assignments.services import AssignmentTarget, ReceiverNames
from app.crm.assignments.views import belongings, bulk, filters, holdings, told
from app.crm.assignments.views.bulk import ACTIONS
from app.crm.assignments.views.handovers import HandoverView
from app.crm.assignments.views.holdings import GivenView, HoldingView
from app.crm.assignments.views.imports import AssignmentImportView
from app.crm.customers.views import CustomerView
from app.crm.pool.views import PoolView
from app.system.imports.services import register as register_target
from app.system.runs.views import add_actions
from app.system.security.queries import EverybodyNames

__all__ = ["ACTIONS", "AssignmentImportView", "GivenView", "HandoverView", "HoldingView", "register"]


def register(appbuilder: AppBuilder) -> None:
    add_actions(CustomerView, *bulk.ACTIONS, *bulk.HIDDEN)
    add_actions(PoolView, bulk.ASSIGN)
    add_filters(Customer, filters.DAYS_WITHOUT_CONTACT)
    CustomerView.quick_segments = [
        *(one for one in CustomerView.quick_segments if one[0] != filters.NEGLECTED[0]),
        filters.NEGLECTED,
    ]
    holdings.hang_up()
    handover.register(belongings.CUSTOMERS)
    register_target(AssignmentTarget(lambda: settings.value("hold_limit")))
    inbox.kinds |= told.KINDS
    choices.more["assignment_way"] = _ways
    choices.more["spell_reason"] = _reasons
    choices.references["anybody"] = EverybodyNames()
    choices.references["receiver"] = ReceiverNames()
    rights.words |= {
        "can_assign": _("Assign"),
        "can_recall": _("Recall"),
        "can_exceed": _("Assign beyond the limit"),
        "can_hand_over": _("Hand over"),
    }
    appbuilder.add_view(HoldingView, "HoldingView", label=_("Assignment history"), category="customers")
    appbuilder.add_view(HandoverView, "HandoverView", label=_("Handover"), category="customers")
    appbuilder.add_view_no_menu(GivenView)
    appbuilder.add_view(AssignmentImportView, "AssignmentImportView", label=_("Assign by file"), category="customers")


def _ways() -> tuple[Item, ...]:
    known = choices.values("assignment_kind").by_code
    return tuple(known[way] for way in rules.SPREADS if way in known)


def _reasons() -> tuple[Item, ...]:
    found = {item.code: item for name in ("release_reason", "recall_reason") for item in choices.values(name).items}
    return tuple(found.values())
