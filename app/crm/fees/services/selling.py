"""Approved fees are deals 成交, in the same transaction; what is reversed takes its deal back. Source: CUS-15.

The first payment of what was agreed is the deal, of the whole sum. Further payments, refunds and reversing entries are
none of their own, and neither is a fee that pays for a deal that stands already.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, func, select

from app.base.actor import Actor
from app.base.among import among
from app.base.scope import unscoped
from app.crm.deals import services as deals
from app.crm.fees import rules
from app.crm.fees.models import Fee
from app.extensions import db

ORIGIN = "fee"
ROWS = Fee.__table__
SOLD = and_(
    ROWS.c.state == rules.APPROVED,
    ROWS.c.amount > 0,
    ROWS.c.part_of_id.is_(None),
    ROWS.c.refunds_id.is_(None),
    ROWS.c.reverses_id.is_(None),
    ROWS.c.deal_id.is_(None),
)


def sell(ids: Sequence[int], *, actor: Actor) -> None:
    """Make the deals of those of some fees that are approved; take back those of all others. In sets.

    Part of the transaction that changed them.
    """
    columns = {
        "origin_id": ROWS.c.id,
        "customer_id": ROWS.c.customer_id,
        "product_id": ROWS.c.product_id,
        "amount": func.coalesce(ROWS.c.agreed_amount, ROWS.c.amount),
        "dealt_on": ROWS.c.received_on,
        "agent_id": ROWS.c.agent_id,
    }
    sold = select(*[column.label(name) for name, column in columns.items()]).where(among(ROWS.c.id, ids), SOLD)
    with unscoped("a fee is a deal, whoever approves it"):
        found = db.session.execute(sold.order_by(ROWS.c.id)).mappings().all()
    deals.from_origins([{"origin": ORIGIN, **row} for row in found], actor=actor)
    unsell(set(ids) - {row["origin_id"] for row in found}, actor=actor)


def unsell(ids: Collection[int], *, actor: Actor) -> None:
    """Take back the deals of fees that are reversed, or never were. Part of the caller's transaction."""
    if ids:
        deals.withdraw_origin(ORIGIN, sorted(ids), actor=actor)
