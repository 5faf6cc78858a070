"""Entries that belong to another: what is given back, what is paid on, and what reverses it. Each is decided itself."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.base.transaction import lock, transaction
from app.crm.fees import queries, rules
from app.crm.fees.models import Fee
from app.crm.fees.services import months
from app.crm.fees.services.entering import enter
from app.extensions import db

LONGEST_REASON = 500
#: What such an entry has of the one it belongs to.
SAME = ("customer_id", "product_id", "kind", "method", "payer", "agent_id", "department_id")
OF_ITS_OWN = ("amount", "received_on", "method", "payer", "invoice_number", "notes")


@transaction
def reverse(fee: Fee, reason: str, actor: Actor, *, on: date | None = None) -> Fee:
    """Enter what brings an approved fee to nothing; once it is approved, the fee is reversed. ``on``: else today.

    Raises WrongState unless the fee is approved, and while something else that belongs to it lives.
    """
    lock(fee)
    said = _reason(reason)
    rules.after("reverse", fee.state)
    if fee.reverses_id is not None:
        raise WrongState(_("A reversing entry is not reversed itself. Enter the fee again."))
    if queries.living(Fee.reverses_id, fee.id):
        raise WrongState(_("It is being reversed already: that entry waits for approval."))
    _check_alone(fee)
    made = _like(fee, -fee.amount, on=on)
    made.reverses_id, made.source, made.reason_text = fee.id, "reversal", said
    return enter(made, actor=actor)


@transaction
def refund(fee: Fee, amount: Decimal, reason: str, actor: Actor, *, on: date | None = None) -> Fee:
    """Enter what is given back of an approved fee. Raises WrongState unless it is approved; InvalidFields above it."""
    lock(fee)
    said = _reason(reason)
    if fee.state != rules.APPROVED or fee.amount < 0:
        raise WrongState(_("Only of an approved fee something is given back."))
    if queries.living(Fee.reverses_id, fee.id):
        raise WrongState(_("It is being reversed already: that entry waits for approval."))
    rules.check_refund(amount, left=queries.refundable(fee))
    made = _like(fee, -amount, on=on)
    made.refunds_id, made.source, made.reason_text = fee.id, "refund", said
    return enter(made, actor=actor)


@transaction
def further_payment(fee: Fee, values: Mapping[str, Any], actor: Actor) -> Fee:
    """Enter a later payment of what was agreed. ``values``: amount, received_on, method, payer, invoice number, notes.

    Raises WrongState if nothing was agreed or the first payment does not live; InvalidFields above what is open.
    """
    first = fee if fee.part_of_id is None else db.session.get_one(Fee, fee.part_of_id)
    lock(first)
    if first.state not in rules.LIVING or first.agreed_amount is None:
        raise WrongState(_("Nothing is open of this fee: no larger amount was agreed."))
    given = {"received_on": clock.today()} | {name: values[name] for name in OF_ITS_OWN if name in values}
    rules.check_values(given, today=clock.today(), is_part=True)
    rules.check_further(given["amount"], open_amount=queries.open_amount(first))
    months.check_open(given["received_on"])
    made = _like(first, given["amount"], on=given["received_on"])
    made.part_of_id, made.source = first.id, "part"
    for name, value in given.items():
        if value is not None:
            setattr(made, name, value)
    return enter(made, actor=actor)


def _like(fee: Fee, amount: Decimal, *, on: date | None) -> Fee:
    day = on or clock.today()
    if day > clock.today():
        raise InvalidFields({"received_on": _("This day is still to come.")})
    months.check_open(day)
    return Fee(**{name: getattr(fee, name) for name in SAME}, amount=amount, received_on=day)


def _check_alone(fee: Fee) -> None:
    if queries.living(Fee.refunds_id, fee.id):
        raise WrongState(_("Part of it was given back: reverse, or void, that entry first."))
    if queries.living(Fee.part_of_id, fee.id):
        raise WrongState(_("Further payments belong to it: reverse, or void, those first."))


def _reason(reason: str) -> str:
    said = (reason or "").strip()
    if not said:
        raise InvalidFields({"reason": _("Please say why: whoever approves it reads it.")})
    if len(said) > LONGEST_REASON:
        raise InvalidFields({"reason": _("At most %(count)s characters.") % {"count": LONGEST_REASON}})
    return said
