"""What an opportunity's page is told, and the buttons that its rows and cards have too."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, request, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.filters import ME
from app.base.i18n import _, ngettext
from app.base.screens import listpage, markup
from app.crm.customers import queries as customers
from app.crm.deals import queries as deals
from app.crm.followups import queries as followups
from app.crm.followups.queries import FollowupNames
from app.sales.opportunities import queries, rules
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.services.deciding import ORIGIN

if TYPE_CHECKING:
    from app.sales.opportunities.views.opportunities import OpportunityView

Asked = Mapping[str, Any]
MINE: Asked = {"field": "owner", "op": "is", "value": ME}
OPEN: Asked = {"field": "state", "op": "is", "value": "open"}
WON: Asked = {"field": "state", "op": "is", "value": "won"}
LOST: Asked = {"field": "state", "op": "is", "value": "lost"}
NEXT_MONTH: Asked = {"field": "expected_on", "op": "next_days", "value": "30"}
STALE: Asked = {"field": "stale", "op": "true"}
FOLLOWUPS = FollowupNames()


def asked(*conditions: Asked) -> Asked:
    """Return the filter of all these conditions."""
    return {"all": list(conditions)}


def url_of(*conditions: Asked) -> str:
    """Return the address of the list with these conditions."""
    return url_for("OpportunityView.list", filter=json.dumps(asked(*conditions), ensure_ascii=False))


def followup(pk: str) -> Any:
    """Return a follow-up in scope; None if there is none."""
    return followups.by_id(int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 10 else None  # noqa: PLR2004


def is_overdue(record: Any) -> bool:
    """Tell whether it was expected for a day that is over, and is open still."""
    return record.state == rules.OPEN and record.expected_on is not None and record.expected_on < clock.today()


def build(view: "OpportunityView", record: Opportunity, *, is_mine: bool) -> dict[str, Any]:
    """Return everything ``zhike/opportunities/show.html`` draws."""
    page = listpage.record_page(view, record)
    page["chips"] = _chips(view, record)
    page["figures"] = _figures(record)
    page["steps"] = _steps(record)
    page["actions"] = _actions(view, record, page["actions"], is_mine=is_mine)
    page["sections"] = [
        {"title": _("Opportunity"), "fields": _fields(view, record)},
        {"title": _("Whose"), "fields": _whose(view, record)},
    ]
    page["moves"] = [_move(one) for one in queries.moves_of(record.id)]
    return page


def _chips(view: "OpportunityView", record: Opportunity) -> list[dict[str, Any]]:
    stage = queries.stage(record.stage)
    found: list[dict[str, Any]] = [{"text": stage.label, "color": stage.color}]
    if record.state != rules.OPEN:
        label, color = rules.PHASES[record.state]
        found.insert(0, {"text": label, "color": color})
    if is_overdue(record):
        found.append({"text": _("Expected before today"), "color": "red"})
    kind = view.specs["type"].text(record.type)
    return [*found, *([{"text": kind, "color": "gray", "line": True}] if kind else [])]


def _figures(record: Opportunity) -> list[dict[str, Any]]:
    amount = wording.yuan(record.amount) if record.amount is not None else markup.NOTHING
    weighted = wording.yuan(rules.weighted(record.amount, record.probability))
    days = days_since(record.moved_at)
    return [
        {"k": _("Amount"), "v": amount},
        {"k": _("Probability"), "v": f"{record.probability} %"},
        {"k": _("Weighted"), "v": weighted},
        {"k": _("Expected on"), "v": markup.day(record.expected_on, near=False)},
        {"k": _("In this stage"), "v": ngettext("%(n)s day", "%(n)s days", days, n=days)},
    ]


def days_since(at: Any) -> int:
    """Return how many days ago that was, by the calendar."""
    return (clock.today() - clock.local(at).date()).days


def _steps(record: Opportunity) -> list[dict[str, Any]]:
    """Return the stages as steps: those behind it are done."""
    shown = [one for one in queries.stages() if one.is_active or one.code == record.stage]
    if record.state != rules.LOST:
        shown = [one for one in shown if one.phase != rules.LOST]
    else:
        shown = [one for one in shown if one.phase != rules.WON]
    here = next(place for place, one in enumerate(shown) if one.code == record.stage)
    return [
        {"label": one.label, "text": f"{one.probability} %", "state": _place(place, here)}
        for place, one in enumerate(shown)
    ]


def _place(place: int, here: int) -> str:
    return "done" if place < here else "now" if place == here else ""


# ── buttons ──


def moving(view: "OpportunityView", record: Opportunity, *, back: str) -> list[dict[str, Any]]:
    """Return the stages to which an open one can be moved, as buttons."""
    if record.state != rules.OPEN or not view.may("move"):
        return []
    return [
        {
            "label": one.label,
            "icon": "arrow-right",
            "method": "POST",
            "url": url_for("OpportunityView.move", pk=record.id, stage=one.code, revision=record.revision, next=back),
        }
        for one in queries.stages(phase=rules.OPEN, is_active=True)
        if one.code != record.stage
    ]


def deciding(view: "OpportunityView", record: Opportunity) -> list[dict[str, Any]]:
    """Return the buttons that win, lose or reopen it."""
    if not view.may("decide"):
        return []
    if record.state != rules.OPEN:
        return [{"label": _("Reopen"), "icon": "arrow-back-up", "url": view.row_url("reopen", record)}]
    return [
        {"label": _("Win"), "icon": "trophy", "url": view.row_url("win", record)},
        {"label": _("Lose"), "icon": "thumb-down", "url": view.row_url("lose", record)},
    ]


def _actions(view: "OpportunityView", record: Opportunity, usual: Sequence[Any], *, is_mine: bool) -> list[Any]:
    if not is_mine:
        return [one for one in usual if one["icon"] == "history"]
    found: list[Any] = []
    here = request.path
    following = queries.next_open(record.stage) if record.state == rules.OPEN else None
    moves = moving(view, record, back=here)
    if following is not None and moves:
        url = url_for("OpportunityView.move", pk=record.id, stage=following.code, revision=record.revision, next=here)
        label = _("On to: %(stage)s") % {"stage": following.label}
        found.append({"label": label, "icon": "arrow-right", "url": url, "method": "POST", "primary": True})
    found += deciding(view, record)
    found += _fee(record)
    give = view.bulk_button("allocate", record) if record.state == rules.OPEN else None
    found += [give] if give else []
    rest = [one | {"primary": not found and one.get("primary", False)} for one in usual]
    others = [one for one in moves if following is None or f"stage={following.code}&" not in one["url"]]
    return [*found, *rest, *[one | {"label": _("Move to: %(stage)s") % {"stage": one["label"]}} for one in others]]


def _fee(record: Opportunity) -> list[dict[str, Any]]:
    """Return the button that enters the fee of a won one, for who may."""
    if record.state != rules.WON or "FeeView.add" not in current_app.view_functions:
        return []
    deal = deals.at_origin(ORIGIN, record.id)
    if deal is None or not current_app.extensions["house"].sm.has_access("can_add", "FeeView"):
        return []
    url = url_for("FeeView.add", customer=record.customer_id, deal=deal.id)
    return [{"label": _("Enter fee"), "icon": "receipt", "url": url}]


# ── fields ──

SHOWN = ("title", "type", "product", "amount", "probability", "expected_on", "notes")


def _fields(view: "OpportunityView", record: Opportunity) -> list[dict[str, Any]]:
    lost = ("loss_reason", "competitor", "loss_words") if record.state == rules.LOST else ()
    closed = ("closed_on",) if record.state != rules.OPEN else ()
    return [_field(view, record, name) for name in (*SHOWN, *closed, *lost)]


def _field(view: "OpportunityView", record: Opportunity, name: str) -> dict[str, Any]:
    return {"label": view.specs[name].label, "value": view.drawn(record, name), "span": view.specs[name].wide}


def _whose(view: "OpportunityView", record: Opportunity) -> list[dict[str, Any]]:
    found = [_field(view, record, name) for name in ("owner", "department", "contact", "created_by", "created_at")]
    drawn = view.drawn(record, "customer")
    if customers.by_id(record.customer_id) is not None:
        url = url_for("CustomerView.show", pk=record.customer_id, tab="opportunities")
        drawn = Markup('<a href="{}">{}</a>').format(url, drawn)
    whose = {"label": view.specs["customer"].label, "value": drawn, "span": True}
    return [whose, *found, *_source(record), *_deal(record)]


def _source(record: Opportunity) -> list[dict[str, Any]]:
    names = FOLLOWUPS.labels([record.followup_id]) if record.followup_id else {}
    if not names:
        return []
    url = url_for("FollowupView.show", pk=record.followup_id)
    link = Markup('<a href="{}">{}</a>').format(url, names[record.followup_id or 0])
    return [{"label": _("From follow-up"), "value": link, "span": True}]


def _deal(record: Opportunity) -> list[dict[str, Any]]:
    deal = deals.at_origin(ORIGIN, record.id) if record.state == rules.WON else None
    if deal is None:
        return []
    link = Markup('<a href="{}">{}</a>').format(url_for("DealView.show", pk=deal.id), str(deal))
    return [{"label": _("Deal"), "value": link, "span": True}]


def _move(one: Any) -> dict[str, Any]:
    stage = queries.stage(one.to_stage)
    before = queries.stage(one.from_stage) if one.from_stage else None
    return {
        "at": markup.moment(one.at, near=False),
        "by": markup.person(str(one.by)) if one.by is not None else _("System"),
        "from": markup.chip(before.label, before.color) if before else None,
        "to": markup.chip(stage.label, stage.color),
        "days": ngettext("%(n)s day", "%(n)s days", one.days, n=one.days) if one.days is not None else "",
        "words": one.words or "",
    }
