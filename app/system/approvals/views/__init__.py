"""What waits for approval: the screens of those who decide, of those who submitted, and of who keeps the flows."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.system.approvals import queries
from app.system.approvals.rules.cases import STATES
from app.system.approvals.views import home, names, told
from app.system.approvals.views.cases import CaseView, MineView
from app.system.approvals.views.delegations import DelegationView
from app.system.approvals.views.flows import FlowView
from app.system.approvals.views.standing import section
from app.system.approvals.views.waiting import WaitingView

__all__ = ["CaseView", "DelegationView", "FlowView", "MineView", "WaitingView", "register", "section"]

GROUP = "approvals"


def _subjects() -> tuple[Item, ...]:
    return tuple(Item(code, str(one.label)) for code, one in queries.known_subjects().items())


def _states() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color=color) for code, (label, color) in STATES.items())


def register(appbuilder: AppBuilder) -> None:
    choices.more |= {"approval_subject": _subjects, "approval_state": _states}
    choices.references["approval_case"] = names.CaseNames()
    inbox.kinds |= told.KINDS
    rights.words |= {"can_decide": _("Approve, reject, submit")}
    first_page.add(*home.PARTS)
    appbuilder.add_view(WaitingView, "WaitingView", label=_("Waiting for me"), category=GROUP)
    appbuilder.add_view(MineView, "MineView", label=_("My applications"), category=GROUP)
    appbuilder.add_view(CaseView, "CaseView", label=_("All approvals"), category=GROUP)
    appbuilder.add_view(DelegationView, "DelegationView", label=_("Delegations"), category=GROUP)
    appbuilder.add_view(FlowView, "FlowView", label=_("Approval flows"), category=GROUP)
