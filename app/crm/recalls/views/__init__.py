"""The screen of recall rules, and what recall hangs on customers: badges, filters, the action of the night."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.bulk import Action
from app.base.choices import Item
from app.base.fields import add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.base.settings import STAMP as SETTINGS
from app.crm.customers import services as customers
from app.crm.customers.views import CustomerView, Part, hang
from app.crm.recalls import queries, rules, services
from app.crm.recalls.services.recalling import columns
from app.crm.recalls.views import filters, marks, settings, told
from app.crm.recalls.views.screen import RecallRuleView
from app.system.runs.views import add_actions

__all__ = ["RecallRuleView", "register"]

#: Done by itself at night; no permission offers it to anybody.
RECALL = Action(
    services.ACTION,
    _("Automatic recall"),
    services.apply,
    columns,
    icon="arrow-back-up",
    after=customers.told,
    amid_undo=lambda: customers.because("undo"),
)


def _kinds() -> tuple[Item, ...]:
    return tuple(Item(code, str(label)) for code, label in rules.KINDS.items())


def register(appbuilder: AppBuilder) -> None:
    settings.declare()
    choices.references["recall_rule"] = queries.RuleNames()
    choices.more |= {"recall_kind": _kinds, "recall_department": queries.department_items}
    inbox.kinds |= told.KINDS
    rights.words |= {
        "can_dry_run": _("Dry run"),
        "can_soon": _("Own customers recalled soon"),
        "can_switch": _("Switch on and off"),
    }
    add_filters(CustomerView.model, *filters.FILTERS)
    add_actions(CustomerView, RECALL)
    hang(
        Part(
            "recalls",
            place=60,
            fixed=filters.fixed,
            chips=marks.chips,
            figures=marks.figures,
            row_chips=marks.row_chips,
            row_needs=marks.NEEDED,
            row_stamps=(queries.STAMP, SETTINGS),
        )
    )
    appbuilder.add_view(RecallRuleView, "RecallRuleView", label=_("Recall rules"), category="customers")
