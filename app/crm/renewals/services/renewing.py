"""Renewing in one step: the fee of the next period, entered from the line. Source: FEE-3."""

from collections.abc import Mapping
from typing import Any

from app.base.actor import Actor
from app.base.errors import NotAllowed
from app.base.i18n import _
from app.base.transaction import lock, transaction
from app.crm.customers import queries as customers
from app.crm.fees import queries as fee_queries
from app.crm.fees import services as fees
from app.crm.fees.queries import Fee
from app.crm.renewals import rules
from app.crm.renewals.models import Line
from app.crm.renewals.services.reckoning import locked


@transaction
def renew(
    line: Line, values: Mapping[str, Any], *, actor: Actor, token: str | None = None, despite: bool = False
) -> Fee:
    """Enter the fee of the next period, which then waits for approval as any fee. ``values``: by field name of a fee.

    ``token``: of the form, which sent twice makes one fee. ``despite``: though a renewal waits already.
    Raises WrongState without a period, or while one waits; else as ``fees.services.record``.
    """
    customer = customers.by_id(line.customer_id)
    if customer is None:
        raise NotAllowed(_("You do not see this customer, so you cannot renew its service."))
    locked([customer.id])
    lock(line)
    is_again = bool(token) and fee_queries.by_token(token or "") is not None
    if not is_again:
        rules.check_may_renew(line.end_on, is_waiting=line.waiting_fee_id is not None and not despite)
    given = {"product": line.product_id, "kind": _kind(line), "renews": line.last_fee_id} | dict(values)
    return fees.record(customer, given, actor=actor, token=token, source="renewal")


def _kind(line: Line) -> str | None:
    return line.last_fee.kind if line.last_fee is not None else None
