"""Changes of key data: the screen, what hangs on the customer, the setting, and how such a change is approved."""

from flask_appbuilder import AppBuilder

from app.base import settings
from app.base.fields import Boolean
from app.base.i18n import _
from app.base.settings import Setting
from app.crm.customers.views import Part, hang
from app.crm.keychanges import queries, services
from app.crm.keychanges.models import Change
from app.crm.keychanges.views import changes
from app.crm.keychanges.views.changes import KeyChangeView
from app.system.approvals import services as approvals
from app.system.approvals.services import Subject

__all__ = ["KeyChangeView", "register"]


def register(appbuilder: AppBuilder) -> None:
    needs = Boolean(
        _("Key data needs approval"),
        required=True,
        help=_("Yes: who may not change key data proposes it, and the head of the department approves it."),
    )
    settings.register(Setting(services.SETTING, needs, "customers", False))  # noqa: FBT003 - the standard value
    approvals.register(
        Subject(
            code=services.CODE,
            label=_("Change of key data"),
            icon="shield-check",
            model=Change,
            fields=(),
            asked=(),
            restarts=frozenset(),
            limit=lambda _actor: None,
            amount="",
            url=changes.url_of,
            approve=services.approve,
            reject=services.reject,
            give_back=services.give_back,
            withdraw=services.withdraw,
            lines=queries.lines,
            remark=lambda change: change.reason,
            warning=queries.warning,
            default_steps=({"kind": "head"},),
        )
    )
    hang(Part(changes.NAME, place=70, tab=changes.tab, chips=changes.chips))
    appbuilder.add_view(KeyChangeView, "KeyChangeView", label=_("Changes of key data"), category="customers")
