"""Closing a month of the ledger 月结, and opening it again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.base.history import explain
from app.base.i18n import _
from app.base.transaction import lock, transaction
from app.crm.fees import queries, rules
from app.crm.fees.models import Closing
from app.crm.fees.services import months
from app.extensions import db

MOST_NAMED = 5  # of the fees that hinder a closing


@transaction
def close(values: Mapping[str, Any], *, actor: Actor) -> Closing:
    """Close the month of the day ``values["month"]``: nothing received in it is entered, changed or decided any more.

    Raises InvalidFields for a month that is not over, is closed already, or in which something waits for approval.
    """
    month: date = values["month"].replace(day=1)
    if month >= clock.today().replace(day=1):
        raise InvalidFields({"month": _("A month is closed once it is over.")})
    queries.hold_month(month)  # whoever decides on one of its entries is before this, or after
    months.hold(month)  # and whoever enters one
    queries.hold_month(month)  # those entered meanwhile
    known = queries.closing(month)
    if known is not None and known.opened_at is None:
        raise InvalidFields({"month": _("This month is closed already.")})
    _check_nothing_waits(month)
    counted, total = queries.tally(month)
    closing = known or Closing(month=month)
    closing.counted, closing.total = counted, total
    closing.closed_at, closing.closed_by_id, closing.opened_at, closing.opened_by_id = clock.now(), actor.id, None, None
    db.session.add(closing)
    db.session.flush()
    return closing


def _check_nothing_waits(month: date) -> None:
    waiting = queries.waiting_in(month)
    if waiting:
        named = "、".join(waiting[:MOST_NAMED]) + ("…" if len(waiting) > MOST_NAMED else "")
        sentence = _("Entries still wait for approval (%(count)s): %(named)s. Approve or reject them first.")
        raise InvalidFields({"month": sentence % {"count": len(waiting), "named": named}})


@transaction
def reopen(closing: Closing, reason: str, *, actor: Actor) -> None:
    """Open a closed month again. Raises NotAllowed unless by an administrator or the head of the department."""
    lock(closing)
    if not rules.may_reopen(is_admin=actor.is_system or "admin" in actor.roles, heads=_heads(actor)):
        raise NotAllowed(_("An administrator opens a month again, or whoever heads the finance department."))
    if closing.opened_at is not None:
        raise Invalid(_("This month is open."))
    said = (reason or "").strip()
    if not said:
        raise InvalidFields({"reason": _("Please say why.")})
    explain(said)
    closing.opened_at, closing.opened_by_id = clock.now(), actor.id


def _heads(actor: Actor) -> bool:
    return actor.id is not None and queries.heads_department(actor.department_id) == actor.id
