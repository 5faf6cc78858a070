"""What fees hang on deals: their lines among the transactions of a customer, and a part of a deal's page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.deals.queries import Deal
from app.crm.deals.views import hang_on_deal
from app.crm.deals.views.transactions import Source, Transaction, add
from app.crm.fees import queries, services
from app.crm.fees.models import Fee
from app.crm.fees.views.entering import address, view

RIGHT = ("can_list", "FeeView")


# ── transactions ──


def _rows(customer: Customer, _actor: Actor, limit: int) -> Sequence[Transaction]:
    return [_transaction(fee) for fee in queries.counting_of(customer.id, limit=limit)]


def _transaction(fee: Fee) -> Transaction:
    kind, color = _kind(fee)
    return Transaction(
        on=fee.received_on,
        kind=kind,
        color=color,
        amount=fee.amount,
        what=str(fee.product or ""),
        number=fee.number,
        by=str(fee.agent or ""),
        url=url_for("FeeView.show", pk=fee.id) if view().may("show") else None,
        id=fee.id,
    )


def _kind(fee: Fee) -> tuple[object, str]:
    if fee.reverses_id is not None:
        return _("Reversing entry"), "gray"
    if fee.refunds_id is not None:
        return _("Refund"), "red"
    return (_("Further payment"), "blue") if fee.part_of_id is not None else (_("Payment"), "blue")


def _sums(customer: Customer, _actor: Actor) -> Mapping[int, Decimal]:
    return queries.received_by_year(customer.id)


SOURCE = Source("fees", _("Money received"), _rows, _sums, RIGHT, place=20)


# ── a deal's page ──


def of_deal(deal: Deal) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """Return the fees that pay for a deal and what is still open of it, and the button that enters one."""
    origin_id = deal.origin_id if deal.origin == services.ORIGIN else None
    sections = [_section(deal, origin_id)] if view().may("list") else []
    return sections, [] if origin_id is not None else enter(deal)


def _section(deal: Deal, origin_id: int | None) -> Mapping[str, Any]:
    drawn = [_field(fee) for fee in queries.of_deal(deal.id, origin_id=origin_id)]
    left = deal.amount - queries.paid_of_deal(deal.id, origin_id=origin_id)
    value = wording.yuan(max(left, queries.NOTHING))
    value = Markup('<span class="zk-danger">{}</span>').format(value) if left > 0 else value
    return {"title": _("Service fees"), "fields": [*drawn, {"label": _("Open amount"), "value": value}]}


def _field(fee: Fee) -> Mapping[str, Any]:
    said = f"{wording.yuan(fee.amount)} · {view().specs['state'].text(fee.state)}"
    if view().may("show"):
        said = Markup('<a href="{}">{}</a>').format(url_for("FeeView.show", pk=fee.id), said)
    return {"label": fee.number, "value": said}


def enter(deal: Deal) -> Sequence[Mapping[str, Any]]:
    """Return the button that enters a fee for a deal, for who may."""
    customer = customers.by_id(deal.customer_id)
    if customer is None or not view().may("add") or not services.may_enter(customer, view().actor()):
        return []
    url = address(customer.id, deal=str(deal.id), back=url_for("DealView.show", pk=deal.id))
    return [{"label": _("Enter fee"), "icon": "receipt", "url": url}]


def declare() -> None:
    """Hang them up."""
    add(SOURCE)
    hang_on_deal("fees", of_deal)
