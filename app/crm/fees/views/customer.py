"""What hangs on the customer page: the tab of fees, figures, buttons, events of the timeline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.actor import Level
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.crm.customers.queries import Customer
from app.crm.customers.views.parts import Part, Tab, once
from app.crm.fees import queries
from app.crm.fees.models import REACH, Fee
from app.crm.fees.views.entering import address, view

NAME = "fees"
MOST_SHOWN = 50
COLUMNS = ("number", "received_on", "product", "period_to", "amount", "state", "agent")


def _count_and_paid(customer: Customer) -> tuple[int, Decimal]:
    year = date(clock.today().year, 1, 1)
    found: tuple[int, Decimal] = once(NAME, customer, lambda: queries.count_and_paid(customer.id, since=year))
    return found


def tab(shows: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:
    """Return the tab of a customer's fees, those received last first."""
    if not view().may("list"):
        return None
    count, _paid = _count_and_paid(customer)
    return Tab(_("Service fees"), count, _body(shows, customer, count, is_mine=is_mine) if is_open else None)


def _body(shows: Any, customer: Customer, count: int, *, is_mine: bool) -> Markup:
    found, screen = queries.of_customer(customer.id, limit=MOST_SHOWN), view()
    here = shows.url("show", pk=customer.id, tab=NAME)
    page = {
        "columns": [screen.specs[name].label for name in COLUMNS],
        "rows": [_drawn(screen, row) for row in found],
        "count": count,
        "open": [_open(screen, fee, left) for fee, left in queries.open_lines(customer.id)],
        "enter": {"label": _("Enter fee"), "url": address(customer.id, back=here)}
        if may_enter(is_mine=is_mine)
        else None,
        "statement_url": url_for("FeeView.statement", customer=customer.id) if screen.may("print") else None,
        "all_url": _all(customer) if count > len(found) else None,
    }
    return Markup(render_template("zhike/fees/tab.html", page=page))  # noqa: S704 - a template's answer


def may_enter(*, is_mine: bool) -> bool:
    """Tell whether somebody may enter fees of a customer: of their own, or of all."""
    level = current_actor().reach(REACH).write
    return bool(view().may("add") and (level == Level.ALL or (is_mine and level > Level.NONE)))


def _drawn(screen: Any, row: Fee) -> dict[str, Any]:
    cells = [markup.draw(screen.specs[name], row, actor=current_actor()) for name in COLUMNS]
    return {"cells": cells, "url": screen.url("show", pk=row.id) if screen.may("show") else None}


def _open(screen: Any, fee: Fee, left: Any) -> dict[str, Any]:
    url = screen.url("further", pk=fee.id) if screen.may("add") else None
    return {"number": fee.number, "product": str(fee.product), "left": wording.yuan(left), "url": url}


def _all(customer: Customer) -> str:
    wanted = {"all": [{"field": "customer", "op": "is", "value": str(customer.id)}]}
    return url_for("FeeView.list", filter=json.dumps(wanted))


def figures(_shows: Any, customer: Customer) -> Iterator[Mapping[str, Any]]:
    """Yield what was paid this year, and what is open."""
    if not view().may("list"):
        return
    count, paid = _count_and_paid(customer)
    yield {"k": _("Paid this year"), "v": wording.yuan(paid)}
    if count and (left := queries.open_of(customer.id)):
        yield {"k": _("Open amount"), "v": Markup('<span class="zk-danger">{}</span>').format(wording.yuan(left))}


def actions(shows: Any, customer: Customer, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:
    """Return the button of the page: enter a fee."""
    if not may_enter(is_mine=is_mine):
        return []
    back = shows.url("show", pk=customer.id, tab=NAME)
    return [{"label": _("Enter fee"), "icon": "receipt", "url": address(customer.id, back=back)}]


def events(_shows: Any, customer: Customer, *, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield the fees for the timeline, by the moment they were entered."""
    if not view().may("list") or not _count_and_paid(customer)[0]:
        return
    specs = view().specs
    for row in queries.of_customer(customer.id, limit=limit):
        here = clock.local(row.created_at).date()
        words = {"amount": wording.yuan(row.amount), "state": specs["state"].text(row.state)}
        yield {
            "at": row.created_at,
            "who": str(row.entered_by) if row.entered_by is not None else _("System"),
            "day": wording.day(here),
            "day_text": wording.heading(here),
            "time": wording.time_of_day(row.created_at),
            "icon": "receipt",
            "color": "amber" if row.amount > 0 else "red",
            "channel": str(row.product),
            "note": row.number,
            "what": _("entered a fee: %(amount)s (%(state)s)") % words,
            "url": None,
        }


def hanging(customer: Customer) -> Sequence[object]:
    """Return what leaves the lists with the customer."""
    count = queries.count_of(customer.id)
    return [ngettext("%(n)s service fee", "%(n)s service fees", count, n=count)] if count else []


PART = Part(NAME, place=20, tab=tab, figures=figures, actions=actions, events=events, hanging=hanging)
