"""What deals hang on the customer page: the tab of transactions, figures, a mark, events, the button."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.actor import Actor
from app.base.i18n import _, ngettext
from app.base.scope import may_write
from app.base.screens import markup
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.crm.customers.queries import DEAL, Customer
from app.crm.customers.views.parts import Part, Tab, once
from app.crm.deals import queries
from app.crm.deals.models import Deal
from app.crm.deals.views import origins, transactions
from app.crm.deals.views.transactions import MOST_SHOWN, Source, Transaction

NAME = "deals"


def view() -> Any:
    """Return the screen of deals."""
    return screen("DealView")


def _total(customer: Customer) -> Any:
    return once(NAME, customer, lambda: queries.total(customer.id))


# ── the tab ──


def tab(shows: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:
    """Return the tab of a customer's transactions with totals by year."""
    if not transactions.opened():
        return None
    count = _total(customer).deals if view().may("list") else None
    return Tab(_("Transactions"), count, _body(shows, customer, is_mine=is_mine) if is_open else None)


def _body(shows: Any, customer: Customer, *, is_mine: bool) -> Markup:
    actor = current_actor()
    found = transactions.lines(customer, actor, limit=MOST_SHOWN + 1)
    here = shows.url("show", pk=customer.id, tab=NAME)
    files = [("xlsx", _("Excel (xlsx)")), ("csv", _("Text (csv)"))] if view().may("export") else []
    page = {
        "rows": [_line(one) for one in found[:MOST_SHOWN]],
        "is_cut": len(found) > MOST_SHOWN,
        "sums": transactions.sums(customer, actor),
        "add": _add(customer, here) if is_mine and view().may("add") else None,
        "files": [{"label": label, "url": transactions.url_of_file(customer, code)} for code, label in files],
    }
    return Markup(render_template("zhike/deals/tab.html", page=page))  # noqa: S704 - a template's answer


def _line(one: Transaction) -> dict[str, Any]:
    return {
        "on": markup.day(one.on, near=False),
        "kind": markup.chip(str(one.kind), one.color),
        "amount": wording.yuan(one.amount),
        "is_minus": one.amount < 0,
        "what": one.what,
        "number": one.number,
        "by": markup.person(one.by) if one.by else "",
        "url": one.url,
        "actions": one.actions,
    }


def _add(customer: Customer, here: str) -> dict[str, Any]:
    url = url_for("DealView.add", customer=customer.id, next=here)
    return {"label": _("Record deal"), "icon": "heart-plus", "url": url}


# ── deals among the transactions ──


def _rows(customer: Customer, actor: Actor, limit: int) -> Sequence[Transaction]:
    return [_transaction(deal, actor, customer) for deal in queries.of(customer.id, limit=limit)]


def _transaction(deal: Deal, actor: Actor, customer: Customer) -> Transaction:
    shows = view()
    item = shows.specs["origin"].values.by_code.get(deal.origin)
    source = origins.button(deal.origin, deal.origin_id)
    own = url_for("DealView.show", pk=deal.id) if shows.may("show") else None
    return Transaction(
        on=deal.dealt_on,
        kind=_("Deal"),
        color="green",
        amount=deal.amount,
        what=" · ".join(filter(None, [str(deal.product or ""), item.label if item else ""])),
        by=str(deal.agent or ""),
        url=source["url"] if source else own,
        actions=_by_hand(deal, actor, customer),
        id=deal.id,
    )


def _by_hand(deal: Deal, actor: Actor, customer: Customer) -> list[dict[str, Any]]:
    shows = view()
    if not shows.is_by_hand(deal) or not may_write(deal, actor):
        return []
    here = url_for("CustomerView.show", pk=customer.id, tab=NAME)
    edit = {"label": _("Edit"), "icon": "edit", "url": url_for("DealView.edit", pk=deal.id, next=here)}
    drop = {"label": _("Delete"), "icon": "trash", "danger": True, "url": url_for("DealView.delete", pk=deal.id)}
    return [one for one, right in ((edit, "edit"), (drop, "delete")) if shows.may(right)]


def _sums(customer: Customer, _actor: Actor) -> Mapping[int, Decimal]:
    return queries.by_year(customer.id)


SOURCE = Source("deals", _("Deals"), _rows, _sums, ("can_list", "DealView"), place=10)


# ── the rest of the page ──


def chips(_shows: Any, customer: Customer) -> Sequence[Mapping[str, Any]]:
    """Return the mark of a deal customer whose status says something else by now."""
    is_marked = customer.converted_on is not None and customer.status != DEAL
    return [{"text": _("Deal customer"), "color": "green"}] if is_marked else []


def figures(_shows: Any, customer: Customer) -> Iterator[Mapping[str, Any]]:
    """Yield what the deals come to, and when the last was."""
    if not view().may("list"):
        return
    total = _total(customer)
    if not total.deals:
        return
    count = ngettext("%(n)s deal", "%(n)s deals", total.deals, n=wording.number(total.deals))
    yield {"k": _("Deals in all"), "v": wording.yuan(total.amount), "s": count}
    yield {"k": _("Last deal"), "v": markup.day(total.last_on)}


def actions(shows: Any, customer: Customer, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:
    """Return the button that records a deal."""
    if not is_mine or not view().may("add"):
        return []
    return [_add(customer, shows.url("show", pk=customer.id, tab=NAME))]


def events(_shows: Any, customer: Customer, *, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield the deals for the timeline, each on its day."""
    if not view().may("list") or not _total(customer).deals:
        return
    for deal in queries.of(customer.id, limit=limit):
        at = deal.created_at if clock.local(deal.created_at).date() == deal.dealt_on else _noon(deal)
        yield {
            "at": at,
            "who": str(deal.agent) if deal.agent is not None else _("System"),
            "day": wording.day(deal.dealt_on),
            "day_text": wording.heading(deal.dealt_on),
            "time": wording.time_of_day(at) if at == deal.created_at else "",
            "icon": "heart-handshake",
            "color": "green",
            "channel": view().specs["origin"].text(deal.origin),
            "note": str(deal.product or ""),
            "what": _("made a deal: %(amount)s") % {"amount": wording.yuan(deal.amount)},
            "url": None,
        }


def _noon(deal: Deal) -> datetime:
    return clock.stored(datetime.combine(deal.dealt_on, time(12)))


def hanging(customer: Customer) -> Sequence[object]:
    """Return what leaves the lists with the customer."""
    count = _total(customer).deals
    return [ngettext("%(n)s deal", "%(n)s deals", count, n=wording.number(count))] if count else []


PART = Part(
    NAME,
    place=30,
    tab=tab,
    chips=chips,
    figures=figures,
    actions=actions,
    events=events,
    hanging=hanging,
)
