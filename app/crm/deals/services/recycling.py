"""Deals in the recycle bin, what becomes of them with their customer, and the products they keep."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import purge_versioned, update_versioned
from app.base.i18n import _
from app.base.recycle import Hindrance, Kind
from app.base.scope import unscoped
from app.crm.customers.queries import Customer
from app.crm.deals import queries, rules
from app.crm.deals.models import Deal
from app.crm.deals.services.converting import convert, locked, reconsider
from app.crm.deals.services.holding import check_free
from app.extensions import db
from app.system.recycle import services as recycle

ROWS = Deal.__table__


def deal_bin() -> Kind:
    """Return deals as the recycle bin sees them: under the names of their customers."""
    return Kind(
        code="deal",
        label=_("Deal"),
        icon="heart-handshake",
        model=Deal,
        screen="DealView",
        restore=restore_deals,
        remove=remove_deals,
        purge=purge_deals,
        hinder=hindered_deals,
        named=_customer_name,
    )


def _customer_name(table: Any) -> ScalarSelect[str]:
    parents = Customer.__table__
    return select(parents.c.name).where(parents.c.id == table.c.customer_id).correlate(table).scalar_subquery()


def hindered_deals(ids: Sequence[int], _ways: Collection[str]) -> Mapping[int, Hindrance]:
    """Return those that follow from something that was taken back: only that brings them back."""
    followed = select(ROWS.c.id, ROWS.c.origin).where(ROWS.c.id.in_(ids), ROWS.c.origin != rules.MANUAL)
    with unscoped("the bin has chosen them"):
        return {row.id: Hindrance(rules.GONE[row.origin]) for row in db.session.execute(followed)}


def restore_deals(ids: Sequence[int], _ways: Collection[str], actor: Actor) -> None:
    """Bring deals back; their customers tell of them again."""
    theirs = locked(_customers_of(ids))
    update_versioned(Deal, ids, {"deleted_at": None}, also={"updated_at": clock.now()})
    convert(theirs, actor=actor)


def remove_deals(ids: Sequence[int], actor: Actor) -> None:
    """Take deals out of all lists again."""
    theirs = locked(_customers_of(ids))
    for key in ids:
        check_free(key)
    update_versioned(Deal, ids, {"deleted_at": clock.now()}, also={"updated_at": clock.now()})
    reconsider(theirs, gone=ids, actor=actor)


def _customers_of(ids: Sequence[int]) -> Sequence[int]:
    with unscoped("the bin has chosen them"):
        return list(db.session.scalars(select(ROWS.c.customer_id).where(ROWS.c.id.in_(ids)).distinct()))


def purge_deals(ids: Sequence[int], _actor: Actor) -> None:
    """Delete deals with their history."""
    purge_versioned(Deal, ids)


def go_with_customers(ids: Sequence[int], _actor: Actor) -> None:
    """Delete the deals of customers that go for good, with history and what the bin knew of them."""
    with unscoped("what they hang on goes for good"):
        theirs = list(db.session.scalars(select(ROWS.c.id).where(ROWS.c.customer_id.in_(ids)).order_by(ROWS.c.id)))
    purge_versioned(Deal, ids, column="customer_id")
    recycle.forget("deal", theirs)


def forbidden_products(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the products among these that deals name."""
    return dict.fromkeys(queries.products_in_use(ids), _("Deals name this product."))
