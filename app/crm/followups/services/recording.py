"""Record, correct, delete and restore a follow-up; the customer follows in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.scope import may_write
from app.base.transaction import announce, check_revision, lock, transaction
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups import rules
from app.crm.followups.facts import FollowupRecorded
from app.crm.followups.models import Followup
from app.crm.followups.services.reckoning import locked, reckon
from app.extensions import db
from app.system.files import services as files
from app.system.files.services import Content, Limits
from app.system.recycle import services as recycle

#: Never set by a form or program.
KEPT = frozenset({"customer", "by", "department", "created_at", "updated_at"})


@transaction
def record(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    contents: Sequence[Content] = (),
    limits: Limits | None = None,
) -> Followup:
    """Keep what was spoken with a customer. ``values``: by field name; ``at``: now, if nothing is said.

    ``contents``: files that were taken in, which hang on it. ``limits``: what files may be.

    The customer's row is locked first, so that a hand-over meanwhile is either before or after. Raises NotAllowed if
    the customer is not the actor's any more, WrongState if it is deleted, InvalidFields as ``rules.check``.
    """
    lock(customer)
    rules.check_writable(is_deleted=customer.deleted_at is not None, may_write=may_write(customer, actor))
    given = dict(values) | {"at": values.get("at") or clock.now()}
    _check(customer, given)
    followup = Followup(customer_id=customer.id, by_id=actor.id, department_id=actor.department_id)
    _assign(followup, given)
    db.session.add(followup)
    db.session.flush()
    if limits is not None:
        for content in contents:
            files.attach(followup, content, kind="followup", actor=actor, limits=limits)
    reckon([customer.id], actor=actor)
    announce(FollowupRecorded(followup_id=followup.id, customer_id=customer.id))
    return followup


def _check(customer: Customer, values: Mapping[str, Any], *, placed: int | None = None) -> None:
    rules.check(values, now=clock.now())
    contact = values.get("contact")
    if contact is not None and contact != placed:
        rules.check_placed(contact, contacts=[link.contact_id for link in customers.links_of(customer)])


def _assign(followup: Followup, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Followup).items():
        if name in values and name not in KEPT:
            setattr(followup, spec.column, values[name])


@transaction
def change(followup: Followup, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct a follow-up. The customer and who spoke with it stay.

    Raises Conflict if it was saved since ``revision``, InvalidFields as ``record``.
    """
    locked([followup.customer_id])
    check_revision(followup, revision=revision)
    now = {name: getattr(followup, spec.column) for name, spec in fields_of(Followup).items()}
    given = {name: value for name, value in values.items() if name != "at" or value is not None}
    customer = followup.customer
    if customer is not None:
        _check(customer, now | given, placed=followup.contact_id)
    else:
        rules.check(now | given, now=clock.now())
    with db.session.no_autoflush:  # one saving is one revision
        _assign(followup, given)
        followup.updated_at = clock.now()
    reckon([followup.customer_id], actor=actor)


@transaction
def delete(followup: Followup, *, actor: Actor, why: Why = UNSAID) -> None:
    """Put a follow-up into the recycle bin; its customer tells of the newest that is left."""
    locked([followup.customer_id])
    if followup.deleted_at is not None:
        raise Invalid(_("This follow-up is deleted already."))
    followup.deleted_at = followup.updated_at = clock.now()
    if str(why):
        explain(why)
    key = followup.customer_id
    db.session.flush()
    recycle.put("followup", [followup.id], why=why, actor=actor)
    reckon([key], actor=actor)


@transaction
def restore(followup: Followup, *, actor: Actor) -> None:
    """Bring a deleted follow-up back. Raises Invalid if it is not deleted."""
    if followup.deleted_at is None:
        raise Invalid(_("This follow-up is not deleted."))
    recycle.restore_record("followup", followup.id, actor=actor)
