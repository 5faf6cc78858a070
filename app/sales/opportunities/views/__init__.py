"""The screens of opportunities: board, list, funnel, stage changes, stages."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder import AppBuilder
from sqlalchemy import ColumnElement, FromClause, false

from app.base import choices, handover, inbox, recycle, settings
from app.base.choices import Item
from app.base.fields import Boolean, Choice, Date, Field, Link, Money, Number, Reckoned, Related, add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.base.screens.home import first_page
from app.base.settings import Setting
from app.crm.customers.queries import Customer
from app.crm.customers.services import goes_with
from app.crm.customers.views import CustomerView, hang
from app.crm.deals.views import leads
from app.crm.followups.views import FollowupView, add_step
from app.sales.opportunities import queries, rules
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.queries import OpportunityNames
from app.sales.opportunities.services import (
    OwnerNames,
    fee_keeps,
    fees_hang_on,
    forbidden_customers,
    forbidden_followups,
    forbidden_products,
    go_with_contacts,
    go_with_customers,
    opportunity_bin,
    opportunity_kind,
)
from app.sales.opportunities.services.deciding import ORIGIN
from app.sales.opportunities.views import belongings, bulk, customer, home, told
from app.sales.opportunities.views.board import BoardView, FunnelView
from app.sales.opportunities.views.opportunities import OpportunityView
from app.sales.opportunities.views.stages import MoveView, StageView
from app.system.runs.views import add_actions
from app.system.search.services import register as register_kind

__all__ = ["BoardView", "FunnelView", "MoveView", "OpportunityView", "StageView", "register"]

settings.groups |= {"opportunities": _("Opportunities")}
settings.register(
    Setting(
        "opportunity_stale_days",
        Number(
            _("Days after which an opportunity is stale"),
            help=_("So long it may stand in one stage, where the stage itself says nothing."),
            required=True,
            low=1,
            high=rules.MOST_STALE_DAYS,
        ),
        "opportunities",
        30,
        _("days"),
    )
)


def _stale(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    if code == "empty":
        return false()
    return queries.stale(table, days=settings.value("opportunity_stale_days"))


def _hanging(name: str, column: str, inner: Field) -> Related:
    return Related(inner.label, name=name, column=column, inner=inner, path=queries.alive)


#: What customers can be asked for.
OF_CUSTOMERS = (
    _hanging("opportunity_state", "state", Choice(_("State of an opportunity"), dictionary="opportunity_phase")),
    _hanging("opportunity_stage", "stage", Choice(_("Stage of an opportunity"), dictionary="opportunity_step")),
    _hanging("opportunity_expected", "expected_on", Date(_("Opportunity expected on"))),
    _hanging("opportunity_amount", "amount", Money(_("Amount of an opportunity"))),
    _hanging("opportunity_owner", "owner_id", Link(_("Owner of an opportunity"), to="employee")),
)
#: What opportunities can be asked for besides their columns.
OF_OPPORTUNITIES = (
    Reckoned(_("Stale"), name="stale", inner=Boolean(_("Stale"), name="stale"), how=_stale),
    *(
        Related(inner.label, name=name, column=column, inner=inner, path=queries.parents)
        for name, column, inner in (
            ("customer_level", "level", Choice(_("Level of the customer"), dictionary="customer_level")),
            ("customer_owner", "owner_id", Link(_("Owner of the customer"), to="employee")),
        )
    ),
)


def _steps(*, open_only: bool = False) -> tuple[Item, ...]:
    wanted = queries.stages(phase=rules.OPEN, is_active=True) if open_only else queries.stages()
    return tuple(one.item for one in wanted)


def _phases() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in rules.PHASES.items())


def register(appbuilder: AppBuilder) -> None:
    choices.references["opportunity"] = OpportunityNames()
    choices.references["opportunity_owner"] = OwnerNames()
    choices.more["opportunity_step"] = _steps
    choices.more["opportunity_open_step"] = lambda: _steps(open_only=True)
    choices.more["opportunity_phase"] = _phases
    _hang_up()
    rights.words |= {
        "can_move": _("Move between stages"),
        "can_decide": _("Win, lose, reopen"),
        "can_allocate": _("Allocate"),
        "can_make_opportunities": _("Make opportunities of many"),
    }
    appbuilder.add_view(BoardView, "BoardView", label=_("Opportunity board"), category="sales")
    appbuilder.add_view(OpportunityView, "OpportunityView", label=_("Opportunities"), category="sales")
    appbuilder.add_view(FunnelView, "FunnelView", label=_("Sales funnel"), category="sales")
    appbuilder.add_view(MoveView, "MoveView", label=_("Stage changes"), category="sales")
    appbuilder.add_view(StageView, "StageView", label=_("Sales stages"), category="sales")
    quick_adds.append((_("New opportunity"), "target-arrow", "OpportunityView.add", "can_add", "OpportunityView"))


def _hang_up() -> None:
    recycle.register(opportunity_bin())
    recycle.forbid("customer", "opportunities", forbidden_customers)
    recycle.forbid("product", "opportunities", forbidden_products)
    recycle.forbid("followup", "opportunities", forbidden_followups)
    goes_with("customer", "an opportunity", go_with_customers)  # before the follow-ups, which it names
    goes_with("contact", "opportunities", go_with_contacts)
    fees_hang_on("fees", fee_keeps)
    register_kind(opportunity_kind())
    add_filters(Customer, *OF_CUSTOMERS)
    add_filters(Opportunity, *OF_OPPORTUNITIES)
    add_actions(CustomerView, bulk.OF_CUSTOMERS)
    add_actions(FollowupView, bulk.OF_FOLLOWUPS)
    add_actions(OpportunityView, bulk.ALLOCATE, bulk.HAND_OVER)
    hang(customer.PART)
    add_step(customer.STEP)
    handover.register(belongings.OPPORTUNITIES)
    inbox.kinds |= told.KINDS
    right = ("can_show", "OpportunityView")
    leads(ORIGIN, _("Open the opportunity"), icon="target-arrow", endpoint="OpportunityView.show", right=right)
    first_page.add(*home.PARTS)
