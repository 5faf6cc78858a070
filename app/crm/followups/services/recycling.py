"""Follow-ups in the recycle bin, and what becomes of them when a customer or a contact goes for good."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import purge_versioned, update_versioned
from app.base.i18n import _
from app.base.recycle import Kind
from app.base.scope import unscoped
from app.crm.customers.queries import Customer
from app.crm.followups.models import Followup
from app.crm.followups.services.reckoning import customers_of, locked, reckon
from app.extensions import db
from app.system.files import services as files
from app.system.recycle import services as recycle

ROWS = Followup.__table__


def followup_bin() -> Kind:
    """Return follow-ups as the recycle bin sees them: under the names of their customers."""
    return Kind(
        code="followup",
        label=_("Follow-up"),
        icon="message-2",
        model=Followup,
        screen="FollowupView",
        restore=restore_followups,
        remove=remove_followups,
        purge=purge_followups,
        named=_customer_name,
    )


def _customer_name(table: Any) -> ScalarSelect[str]:
    parents = Customer.__table__
    return select(parents.c.name).where(parents.c.id == table.c.customer_id).correlate(table).scalar_subquery()


def restore_followups(ids: Sequence[int], _ways: Collection[str], actor: Actor) -> None:
    """Bring follow-ups back; their customers tell of them again."""
    _set_deleted(ids, None, actor)


def remove_followups(ids: Sequence[int], actor: Actor) -> None:
    """Take follow-ups out of all lists again."""
    _set_deleted(ids, clock.now(), actor)


def _set_deleted(ids: Sequence[int], at: Any, actor: Actor) -> None:
    theirs = locked(customers_of(ids))
    update_versioned(Followup, ids, {"deleted_at": at}, also={"updated_at": clock.now()})
    reckon(theirs, actor=actor)


def purge_followups(ids: Sequence[int], _actor: Actor) -> None:
    """Delete follow-ups with their files and their history."""
    with unscoped("the bin has chosen them"):
        files.erase("followup", ids)
        purge_versioned(Followup, ids)


def go_with_customers(ids: Sequence[int], _actor: Actor) -> None:
    """Delete the follow-ups of customers that go for good, with files, history and what the bin knew of them."""
    theirs = _where(ROWS.c.customer_id, ids)
    files.erase("followup", theirs)
    purge_versioned(Followup, ids, column="customer_id")
    recycle.forget("followup", theirs)


def go_with_contacts(ids: Sequence[int], _actor: Actor) -> None:
    """Let follow-ups forget contacts that go for good."""
    if theirs := _where(ROWS.c.contact_id, ids):
        update_versioned(Followup, theirs, {"contact_id": None})


def _where(column: Any, ids: Sequence[int]) -> list[int]:
    with unscoped("what they hang on goes for good"):
        return list(db.session.scalars(select(ROWS.c.id).where(column.in_(ids)).order_by(ROWS.c.id)))
