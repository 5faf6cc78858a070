"""Opportunities in the recycle bin, and what becomes of them with customers, contacts and products."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete as removal
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import purge_versioned, update_versioned
from app.base.i18n import _
from app.base.recycle import Hindrance, Kind
from app.base.scope import unscoped
from app.extensions import db
from app.sales.opportunities import queries
from app.sales.opportunities.models import Move, Opportunity
from app.system.recycle import services as recycle

ROWS, MOVES = Opportunity.__table__, Move.__table__


def opportunity_bin() -> Kind:
    """Return opportunities as the recycle bin sees them."""
    return Kind(
        code="opportunity",
        label=_("Opportunity"),
        icon="target-arrow",
        model=Opportunity,
        screen="OpportunityView",
        restore=restore_opportunities,
        remove=remove_opportunities,
        purge=purge_opportunities,
        hinder=hindered_opportunities,
        named=lambda table: table.c.title,
    )


def hindered_opportunities(ids: Sequence[int], _ways: Collection[str]) -> Mapping[int, Hindrance]:
    """Return those whose follow-up has become another opportunity meanwhile."""
    with unscoped("the bin has chosen them"):
        theirs = db.session.execute(select(ROWS.c.id, ROWS.c.followup_id).where(ROWS.c.id.in_(ids))).all()
    others = queries.at_followups([row.followup_id for row in theirs if row.followup_id])
    sentence = _("Its follow-up has become another opportunity meanwhile.")
    return {
        row.id: Hindrance(sentence, other=others[row.followup_id])
        for row in theirs
        if others.get(row.followup_id, row.id) != row.id
    }


def restore_opportunities(ids: Sequence[int], _ways: Collection[str], _actor: Actor) -> None:
    """Bring opportunities back, in the stage where they stood."""
    update_versioned(Opportunity, ids, {"deleted_at": None}, also={"updated_at": clock.now()})


def remove_opportunities(ids: Sequence[int], _actor: Actor) -> None:
    """Take opportunities out of all lists again."""
    update_versioned(Opportunity, ids, {"deleted_at": clock.now()}, also={"updated_at": clock.now()})


def purge_opportunities(ids: Sequence[int], _actor: Actor) -> None:
    """Delete opportunities with their moves and their history."""
    with unscoped("the bin has chosen them"):
        db.session.execute(removal(MOVES).where(MOVES.c.opportunity_id.in_(ids)))
    purge_versioned(Opportunity, ids)


# ── with what they hang on ──


def forbidden_customers(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the customers among these that have opportunities: those go first, each for a reason of its own."""
    counted = select(ROWS.c.customer_id, func.count()).where(ROWS.c.customer_id.in_(ids), ROWS.c.deleted_at.is_(None))
    with unscoped("whoever deletes a customer is told what hangs on it"):
        rows = db.session.execute(counted.group_by(ROWS.c.customer_id)).all()
    sentence = _("It has opportunities (%(count)s): delete those first.")
    return {key: sentence % {"count": count} for key, count in rows}


def forbidden_products(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the products among these that opportunities name."""
    named = select(ROWS.c.product_id).where(ROWS.c.product_id.in_(ids)).distinct()
    with unscoped("a product is in use whoever may see what names it"):
        return dict.fromkeys(db.session.scalars(named), _("Opportunities name this product."))


def go_with_customers(ids: Sequence[int], actor: Actor) -> None:
    """Delete what is left in the bin of opportunities of customers that go for good."""
    theirs = _where(ROWS.c.customer_id, ids)
    purge_opportunities(theirs, actor)
    recycle.forget("opportunity", theirs)


def go_with_contacts(ids: Sequence[int], _actor: Actor) -> None:
    """Let opportunities forget contacts that go for good."""
    if theirs := _where(ROWS.c.contact_id, ids):
        update_versioned(Opportunity, theirs, {"contact_id": None})


def forbidden_followups(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the follow-ups among these that an opportunity, also one in the bin, was made of."""
    named = select(ROWS.c.followup_id).where(ROWS.c.followup_id.in_(ids)).distinct()
    with unscoped("a follow-up is named whoever may see by what"):
        return dict.fromkeys(db.session.scalars(named), _("An opportunity was made of it: delete that for good first."))


def _where(column: Any, ids: Sequence[int]) -> list[int]:
    with unscoped("what they hang on goes for good"):
        return list(db.session.scalars(select(ROWS.c.id).where(column.in_(ids)).order_by(ROWS.c.id)))
