"""Transactions 交易记录 of a customer in one list, with totals by year, and as a file. Source: CUS-16.

Deals are here; a domain above adds its own, such as payments, from its ``register``:
``transactions.add(Source("fees", _("Money received"), rows=…, sums=…, right=("can_list", "FeeView")))``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, abort, current_app, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import exports
from app.base.screens.outside import not_found
from app.base.screens.view import LONGEST_KEY, current_actor
from app.base.tabular.cells import Column
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer

MOST_SHOWN, MOST_IN_FILE = 200, 100_000


@dataclass(frozen=True)
class Transaction:
    """One line: a deal, a payment, a refund. ``url``: its source; ``actions``: only of what was entered by hand."""

    on: date
    kind: object  # in words
    color: str
    amount: Decimal
    what: str = ""
    number: str = ""
    by: str = ""
    url: str | None = None
    actions: Sequence[Mapping[str, Any]] = ()
    id: int = 0  # orders the lines of one day


@dataclass(frozen=True)
class Source:
    """All transactions of one domain. ``heading``: over their sums by year. Each function keeps to the actor's scope.

    ``rows``: (customer, actor, how many at most), the newest first; ``sums``: (customer, actor), by year.
    """

    name: str
    heading: object
    rows: Callable[[Customer, Actor, int], Sequence[Transaction]]
    sums: Callable[[Customer, Actor], Mapping[int, Decimal]]
    right: tuple[str, str]
    place: int = 100


sources: dict[str, Source] = {}


def add(source: Source) -> None:
    """Let a domain's transactions stand in the list. Said again, it is the same."""
    sources[source.name] = source


def opened() -> Sequence[Source]:
    """Return what the person who asks may look at, in order."""
    sm = current_app.extensions["house"].sm
    return [one for one in sorted(sources.values(), key=lambda one: one.place) if sm.has_access(*one.right)]


def lines(customer: Customer, actor: Actor, *, limit: int) -> Sequence[Transaction]:
    """Return the transactions of a customer, the newest first."""
    found = [row for source in opened() for row in source.rows(customer, actor, limit)]
    return sorted(found, key=lambda one: (one.on, one.id), reverse=True)[:limit]


def sums(customer: Customer, actor: Actor) -> dict[str, Any]:
    """Return the totals by year, the newest first, and over all of them, as the page draws them."""
    shown = opened()
    by_source = {source.name: source.sums(customer, actor) for source in shown}
    years = sorted({year for found in by_source.values() for year in found}, reverse=True)
    rows = [(str(year), [by_source[one.name].get(year, Decimal(0)) for one in shown]) for year in years]
    if len(rows) > 1:
        rows.append((str(_("Total")), [sum(by_source[one.name].values(), Decimal(0)) for one in shown]))
    drawn = [{"year": year, "cells": [wording.yuan(amount) for amount in cells]} for year, cells in rows]
    return {"headings": [one.heading for one in shown], "rows": drawn}


class TransactionView(BaseView):
    """The file of a customer's transactions; they are looked at on its page."""

    route_base = "/transactions"
    class_permission_name = "DealView"
    base_permissions = ["can_export"]
    default_view = "export"

    @expose("/<pk>/export")
    @has_access
    @permission_name("export")
    def export(self, pk: str) -> Response:
        """Send the transactions of a customer. ``format``: xlsx or csv."""
        key = int(pk) if pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY else abort(404)
        customer = customers.by_id(key)
        if customer is None:
            not_found(Customer, key)
        file_format = "csv" if request.args.get("format") == "csv" else "xlsx"
        found = lines(customer, current_actor(), limit=MOST_IN_FILE)
        rows = [[one.on, str(one.kind), one.number, one.what, one.amount, one.by] for one in found]
        name = str(_("Transactions of %(name)s") % {"name": customer.name})
        about = {"customer": customer.name}
        return exports.send(_columns(), rows, name=name, what="TransactionView", asked=about, file_format=file_format)


def _columns() -> Sequence[Column]:
    return [
        Column(_("Day"), "date", 12),
        Column(_("Kind"), "text", 14),
        Column(_("Number"), "code", 22),
        Column(_("Product"), "text", 28),
        Column(_("Amount"), "amount", 14),
        Column(_("By"), "text", 14),
    ]


def url_of_file(customer: Customer, file_format: str) -> str:
    """Return the address of the file."""
    return url_for("TransactionView.export", pk=customer.id, format=file_format)
