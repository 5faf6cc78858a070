"""Fees as the approvals know them: what is shown, asked and decided, by the same verbs as on their own screen."""

from collections.abc import Sequence

from app.base.actor import Actor
from app.base.bulk import Applied
from app.base.i18n import _
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.crm.fees.views import terms
from app.crm.fees.views.entering import page_of
from app.system.approvals.services import Subject

SHOWN = (
    "customer product kind amount agreed_amount period_from period_to received_on method payer invoice_number notes "
    "agent reason_text reverses refunds part_of"
).split()


def _reject(ids: Sequence[int], reason: str, actor: Actor) -> Applied:
    return services.reject(ids, "other", reason, actor)


SUBJECT = Subject(
    code=services.CODE,
    label=_("Service fee"),
    icon="receipt",
    model=Fee,
    fields=SHOWN,
    asked=("amount", "kind", "method", "source", "received_on"),
    restarts=frozenset({"amount", "agreed_amount"}),
    limit=terms.limit,
    amount="amount",
    url=page_of,
    approve=services.approve,
    reject=_reject,
    give_back=services.give_back,
    withdraw=services.withdraw,
    default_steps=(
        {"kind": "role", "role": "finance"},
        {"kind": "role", "role": "finance", "above_limit": True, "is_other": True},
    ),
)
