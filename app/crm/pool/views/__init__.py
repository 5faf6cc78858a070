"""The screens of the pool: what stands in it, and the rules of who may take how much."""

from flask_appbuilder import AppBuilder

from app.base import choices
from app.base.fields import add_filters
from app.base.fields import groups as personal_groups
from app.base.fields.groups import Group
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.crm.customers.views import CustomerView
from app.crm.pool.views import actions, home, hung, ruling
from app.crm.pool.views.pool import HIDDEN, PoolView
from app.crm.pool.views.ruling import LimitView, PoolsView
from app.system.runs.views import add_actions

__all__ = ["LimitView", "PoolView", "PoolsView", "register"]


def register(appbuilder: AppBuilder) -> None:
    right = ("can_hidden_fields", "PoolView")
    personal_groups.register(Group(HIDDEN, _("What pools hide until claimed"), right, is_personal=False))
    choices.more |= {
        "pool": ruling.pools,
        "pool_department": ruling.departments,
        "pool_employee": ruling.people,
        "pool_field": ruling.fields,
        "pool_part": ruling.parts,
        "pool_role": ruling.roles,
    }
    add_filters(CustomerView.model, hung.POOL)
    add_actions(CustomerView, actions.RELEASE)
    hung.hang()
    rights.words |= {
        "can_claim": _("Claim"),
        "can_hidden_fields": _("See what pools hide"),
        "can_release": _("Release to the pool"),
    }
    first_page.add(*home.PARTS)
    appbuilder.add_view(PoolView, "PoolView", label=_("Pool"), category="customers")
    appbuilder.add_view(PoolsView, "PoolsView", label=_("Pools"), category="system")
    appbuilder.add_view(LimitView, "LimitView", label=_("Limits"), category="system")
