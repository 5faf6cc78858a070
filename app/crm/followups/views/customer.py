"""What hangs on the customer page and on the rows of customers: tab, figures, chips, events, buttons."""

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.actor import Actor
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.crm.customers.queries import Customer
from app.crm.customers.views import calling
from app.crm.customers.views.parts import Part, Tab, once
from app.crm.followups import queries
from app.crm.followups.models import Followup
from app.crm.followups.views import more
from app.crm.followups.views.entering import about, address, form_for, record_button, view

MOST_SHOWN = 50
NAME = "followups"


def _count(customer: Customer) -> int:
    found: int = once(NAME, customer, lambda: queries.count(customer.id))
    return found


def tab(shows: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:
    """Return the tab of a customer's follow-ups, the newest first, with the form in a drawer."""
    if not view().may("list"):
        return None
    count = _count(customer)
    return Tab(_("Follow-ups"), count, _body(shows, customer, count, is_mine=is_mine) if is_open else None)


def _body(shows: Any, customer: Customer, count: int, *, is_mine: bool) -> Markup:
    found = queries.of(customer.id, limit=MOST_SHOWN)
    here = shows.url("show", pk=customer.id, tab=NAME)
    form, problem = g.get("followup_entry", (None, None))
    may_add = is_mine and view().may("add")
    page = {
        "rows": [_drawn(row) for row in found],
        "count": count,
        "all_url": _all(customer) if count > len(found) else None,
        "form": (form or form_for(customer, in_place=True)) if may_add else None,
        "now": form is not None,
        "problem": problem,
        "form_url": address(customer.id, back=here, in_place="1"),
        "customer": about(customer) if may_add else None,
        "submits": more.submits() if may_add else [],
    }
    return Markup(render_template("zhike/followups/tab.html", page=page))  # noqa: S704 - a template's answer


def _all(customer: Customer) -> str:
    wanted = {"all": [{"field": "customer", "op": "is", "value": str(customer.id)}]}
    return url_for("FollowupView.list", filter=json.dumps(wanted))


def _drawn(row: Followup) -> dict[str, Any]:
    specs = view().specs
    names = ("progress", "result", "channel", "direction", "purpose")
    return {
        "at": markup.moment(row.at),
        "by": markup.draw(specs["by"], row, actor=current_actor()),
        "chips": [markup.draw_value(specs[name], getattr(row, name)) for name in names if getattr(row, name)],
        "contact": str(row.contact) if row.contact is not None else "",
        "content": row.content or "",
        "length": specs["call_seconds"].text(row.call_seconds),
        "next": markup.moment(row.next_contact_at, near=False) if row.next_contact_at else None,
        "url": url_for("FollowupView.show", pk=row.id) if view().may("show") else None,
        "actions": more.buttons(row),
    }


def is_overdue(customer: Customer) -> bool:
    """Tell whether the next contact was planned for a day that is over."""
    return customer.next_contact_at is not None and customer.next_contact_at < clock.midnight()


def chips(_shows: Any, customer: Customer) -> Sequence[Mapping[str, Any]]:
    """Return the mark of a contact that is overdue."""
    return [{"text": _("Contact overdue"), "color": "red"}] if is_overdue(customer) else []


def figures(_shows: Any, customer: Customer) -> Iterator[Mapping[str, Any]]:
    """Yield when the customer was last spoken with, and when that is due again."""
    yield {"k": _("Last followed up"), "v": markup.moment(customer.last_followup_at)}
    due = markup.moment(customer.next_contact_at)
    if is_overdue(customer):
        due = Markup('<span class="zk-flag is-danger">{}</span>').format(due)
        yield {"k": _("Next contact"), "v": due, "s": _("overdue")}
    else:
        yield {"k": _("Next contact"), "v": due}


def actions(shows: Any, customer: Customer, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:
    """Return the buttons of the page: record, call."""
    found = []
    if is_mine and view().may("add"):
        here = shows.url("show", pk=customer.id, tab=NAME)
        found.append(record_button(customer.id, back=here))
        call = calling.call(customer, current_actor())
        found += [call] if call else []
    return found


def row_actions(_shows: Any, customer: Customer) -> Sequence[Mapping[str, Any]]:
    """Return the buttons of a row: record, call."""
    if not view().may("add"):
        return []
    call = calling.call(customer, current_actor())
    return [record_button(customer.id), *([call] if call else [])]


def preload(rows: Sequence[Customer], actor: Actor) -> None:
    """Ask once for a page what its calls need."""
    if view().may("add"):
        calling.preload(rows, actor)


def row_key(customer: Customer) -> Hashable:
    """Return what the buttons of a row follow from: where they lead back to, and which number is called."""
    call = calling.call(customer, current_actor()) if view().may("add") else None
    return address(0), call["url"] if call else None


def events(_shows: Any, customer: Customer, *, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield the follow-ups for the timeline."""
    if not view().may("list") or not _count(customer):
        return
    specs = view().specs
    for row in queries.of(customer.id, limit=limit):
        here = clock.local(row.at).date()
        yield {
            "at": row.at,
            "who": str(row.by) if row.by is not None else _("System"),
            "day": wording.day(here),
            "day_text": wording.heading(here),
            "time": wording.time_of_day(row.at),
            "icon": "message-2",
            "color": "teal",
            "channel": specs["channel"].text(row.channel) or _("Follow-up"),
            "note": " ".join((row.content or "").split())[:120],
            "what": _("followed up: %(progress)s") % {"progress": specs["progress"].text(row.progress)},
            "url": None,
        }


def hanging(customer: Customer) -> Sequence[object]:
    """Return what leaves the lists with the customer."""
    count = queries.count(customer.id)
    return [ngettext("%(n)s follow-up", "%(n)s follow-ups", count, n=count)] if count else []


PART = Part(
    NAME,
    place=10,
    tab=tab,
    chips=chips,
    figures=figures,
    actions=actions,
    row_actions=row_actions,
    preload=preload,
    row_key=row_key,
    events=events,
    hanging=hanging,
)
