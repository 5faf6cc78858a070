"""Fees that pay for a deal that stands already: a won opportunity, one recorded by hand. Approved, they make no other.

Whoever enters, corrects or decides holds the customer, as does whoever takes the deal away.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from app.base.among import among
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.deals import queries as deals
from app.crm.fees import queries
from app.crm.fees.models import Fee
from app.crm.fees.services.selling import ORIGIN
from app.extensions import db


def check_deal(key: int | None, *, customer_id: int, but: int | None) -> None:
    """Raise InvalidFields unless a fee of a customer may pay for a deal. ``but``: the one that it has already."""
    if key is None:
        return
    if key == but:
        with unscoped("whoever entered it saw the deal then"):
            deal = deals.by_id(key)
    else:
        deal = deals.by_id(key)
    if deal is None or deal.customer_id != customer_id:
        raise InvalidFields({"deal": _("There is no such deal of this customer any more.")})
    if deal.origin == ORIGIN:
        sentence = _("This deal follows from a fee. What is still paid of it is a further payment of that fee.")
        raise InvalidFields({"deal": sentence})


def keeps_deal(key: int) -> object | None:
    """Return why a deal stays: living fees pay for it."""
    return _told(queries.paying(key))


def keeps_origin(origin: str, origin_id: int) -> object | None:
    """Return why what a deal follows from stays as it is: living fees pay for that deal."""
    with unscoped("whoever may see the deal"):
        deal = deals.at_origin(origin, origin_id)
    return keeps_deal(deal.id) if deal is not None else None


def _told(numbers: Sequence[str]) -> object | None:
    if not numbers:
        return None
    return _("A fee pays for this deal (%(numbers)s): void, or reverse, that first.", numbers="、".join(numbers[:3]))


def keeps_deals(ids: Sequence[int]) -> Mapping[int, object]:
    """Return which of some deals fees name, void ones among them, and so must not be deleted for good."""
    counted = select(Fee.deal_id, func.count()).where(among(Fee.deal_id, ids)).group_by(Fee.deal_id)
    with unscoped("whoever entered them"):
        rows = db.session.execute(counted).all()
    sentence = _("Service fees are entered for it (%(count)s).")
    return {key: sentence % {"count": count} for key, count in rows if key is not None}


def keeps_products(ids: Sequence[int]) -> Mapping[int, object]:
    """Return which of some products fees name."""
    named = select(Fee.product_id).where(among(Fee.product_id, ids)).distinct()
    with unscoped("a product is in use whoever may see what names it"):
        return dict.fromkeys(db.session.scalars(named), _("Service fees name this product."))
