"""Fees are never deleted, and keep their customers from going for good."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from app.base.among import among
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.fees.models import Fee
from app.extensions import db


def keeps_customers(ids: Sequence[int]) -> Mapping[int, object]:
    """Return which of some customers have fees, void ones among them, and so must not be deleted for good."""
    counted = select(Fee.customer_id, func.count()).where(among(Fee.customer_id, ids)).group_by(Fee.customer_id)
    with unscoped("whoever entered them"):
        rows = db.session.execute(counted).all()
    return {key: _("Service fees are entered for it (%(count)s).", count=count) for key, count in rows}
