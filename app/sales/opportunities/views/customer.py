"""What opportunities hang on the customer page, on rows of customers, and on follow-ups."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import flash, render_template, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.errors import DomainError
from app.base.i18n import _, ngettext
from app.base.scope import may_write
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.crm.customers.queries import Customer
from app.crm.customers.views.parts import Part, Tab, once
from app.crm.followups.queries import Followup
from app.crm.followups.views.more import Step
from app.extensions import db
from app.sales.opportunities import queries, rules, services
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.views import page as pages
from app.sales.opportunities.views.board import view

NAME = "opportunities"
MOST_SHOWN = 50


def _count(customer: Customer) -> int:
    found: int = once(NAME, customer, lambda: queries.count(customer.id))
    return found


def tab(shows: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:
    """Return the tab of a customer's opportunities, the open ones first."""
    if not view().may("list"):
        return None
    count = _count(customer)
    return Tab(_("Opportunities"), count, _body(shows, customer, is_mine=is_mine) if is_open else None)


def _body(shows: Any, customer: Customer, *, is_mine: bool) -> Markup:
    here = shows.url("show", pk=customer.id, tab=NAME)
    page = {
        "rows": [_line(one) for one in queries.of(customer.id, limit=MOST_SHOWN)],
        "add": new_button(customer, here) if is_mine and view().may("add") else None,
    }
    return Markup(render_template("zhike/opportunities/tab.html", page=page))  # noqa: S704 - a template's answer


def _line(one: Opportunity) -> dict[str, Any]:
    stage = queries.stage(one.stage)
    is_mine = may_write(one, current_actor())
    return {
        "title": one.title,
        "url": url_for("OpportunityView.show", pk=one.id) if view().may("show") else None,
        "stage": markup.chip(stage.label, stage.color),
        "amount": wording.yuan(one.amount) if one.amount is not None else "",
        "probability": f"{one.probability} %" if one.state == rules.OPEN else "",
        "expected": markup.day(one.expected_on, near=False) if one.expected_on else "",
        "is_overdue": pages.is_overdue(one),
        "owner": markup.person(str(one.owner)) if one.owner is not None else "",
        "actions": pages.deciding(view(), one) if is_mine else [],
    }


def new_button(customer: Customer, back: str) -> dict[str, Any]:
    """Return the button that makes one."""
    url = url_for("OpportunityView.add", customer=customer.id, next=back)
    return {"label": _("New opportunity"), "icon": "target-arrow", "url": url}


def figures(_shows: Any, customer: Customer) -> Iterator[Mapping[str, Any]]:
    """Yield what is open with the customer, and what that is worth by its probability."""
    if not view().may("list") or not _count(customer):
        return
    found = queries.totals(Opportunity.customer_id == customer.id)
    if found.opportunities:
        n = found.opportunities
        count = ngettext("%(n)s opportunity", "%(n)s opportunities", n, n=wording.number(n))
        yield {"k": _("Open opportunities"), "v": wording.yuan(found.amount), "s": count}


def actions(shows: Any, customer: Customer, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:
    """Return the button of the page."""
    if not is_mine or not view().may("add"):
        return []
    return [new_button(customer, shows.url("show", pk=customer.id, tab=NAME))]


def row_actions(_shows: Any, customer: Customer) -> Sequence[Mapping[str, Any]]:
    """Return the button of a row, in lists and in the work list."""
    if not view().may("add"):
        return []
    url = url_for("OpportunityView.add", customer=customer.id)
    return [{"label": _("New opportunity"), "icon": "target-arrow", "url": url}]


def events(_shows: Any, customer: Customer, *, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield when opportunities were made and decided, for the timeline."""
    if not view().may("list") or not _count(customer):
        return
    for one in queries.moves_at(customer.id, limit=limit):
        stage, here = queries.stage(one.to_stage), clock.local(one.at).date()
        if one.from_stage is not None and stage.phase == rules.OPEN:
            continue
        yield {
            "at": one.at,
            "who": str(one.by) if one.by is not None else _("System"),
            "day": wording.day(here),
            "day_text": wording.heading(here),
            "time": wording.time_of_day(one.at),
            "icon": "target-arrow",
            "color": stage.color,
            "channel": stage.label,
            "note": str(one.opportunity),
            "what": SAID[stage.phase],
            "url": url_for("OpportunityView.show", pk=one.opportunity_id) if view().may("show") else None,
        }


SAID: Mapping[str, object] = {
    rules.OPEN: _("saw an opportunity"),
    rules.WON: _("won an opportunity"),
    rules.LOST: _("lost an opportunity"),
}


def hanging(customer: Customer) -> Sequence[object]:
    """Return what leaves the lists with the customer."""
    n = queries.count(customer.id)
    return [ngettext("%(n)s opportunity", "%(n)s opportunities", n, n=wording.number(n))] if n else []


PART = Part(
    NAME,
    place=20,
    tab=tab,
    figures=figures,
    actions=actions,
    row_actions=row_actions,
    events=events,
    hanging=hanging,
)


# ── follow-ups ──


def _button(followup: Followup) -> Mapping[str, Any] | None:
    if not view().may("add") or followup.customer is None:
        return None
    url = url_for("OpportunityView.from_followup", pk=followup.id)
    return {"label": _("Make an opportunity"), "icon": "target-arrow", "url": url, "method": "POST"}


def _may() -> bool:
    return bool(view().may("add"))


def _lead(followup: Followup) -> str | None:
    """Make the opportunity and lead to its form; what was just saved stays saved where that is refused."""
    try:
        made = services.from_followup(followup, {}, actor=current_actor())
    except DomainError as refusal:
        db.session.rollback()
        flash(str(refusal), "danger")
        return None
    return url_for("OpportunityView.edit", pk=made.id)


STEP = Step("opportunity", _("Save and make an opportunity"), _button, _lead, _may)
