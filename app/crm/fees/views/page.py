"""What the page of a fee, the pane beside the ledger and the rows of the ledger are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from app.base import wording
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import listpage, markup
from app.crm.customers import queries as customers
from app.crm.deals import queries as deals
from app.crm.fees import queries, rules, services
from app.crm.fees.models import Fee
from app.crm.fees.rules import APPROVED, REJECTED, UNREVIEWED
from app.crm.fees.views import hung
from app.system.approvals import queries as approvals
from app.system.files.views import tab as attached_files

LINKS = ("reverses", "refunds", "part_of", "renews")
SHOWN = ("period", "received_on", "method", "payer", "invoice_number", "agreed_amount", "agent", "entered_by", "notes")


def build(view: Any, fee: Fee) -> dict[str, Any]:
    """Return everything the page of a fee draws."""
    is_mine = may_write(fee, view.actor())
    page = listpage.record_page(view, fee)
    about = [
        _customer(view, fee),
        *_deal(fee),
        *[_field(view, fee, name) for name in ("entered_by", "department", "created_at")],
    ]
    return page | {
        "title": fee.number,
        "chips": [*_chips(view, fee)],
        "facts": [{"text": view.drawn(fee, "amount")}, {"text": str(fee.product)}],
        "actions": actions(view, fee, is_mine=is_mine),
        "sections": [{"title": _("Whose"), "fields": about}, *_sections(view, fee), *page["sections"]],
        "changes": changes(fee),
        "files": attached_files("fee", fee, is_mine=is_mine, is_open=True),
        "related": related(view, fee),
        "beside": hung.parts(view, fee),
        **_standing(view, fee),
    }


def pane(view: Any, fee: Fee, *, back: str) -> dict[str, Any]:
    """Return what stands beside the ledger. ``back``: where its buttons lead afterwards."""
    files = attached_files("fee", fee, is_mine=False, is_open=True)
    fields = [_period(fee) if name == "period" else _field(view, fee, name) for name in SHOWN]
    return {
        "number": fee.number,
        "url": view.url("show", pk=fee.id),
        "state": view.drawn(fee, "state"),
        "amount": view.drawn(fee, "amount"),
        "what": [_customer(view, fee)["value"], str(fee.product)],
        "changes": changes(fee),
        "fields": [one for one in fields if one["value"] != markup.NOTHING],
        "reason": reason(view, fee),
        "related": related(view, fee),
        "files": files["files"] if files else [],
        "beside": hung.parts(view, fee, back=back),
        **_standing(view, fee, back=back),
    }


def _chips(view: Any, fee: Fee) -> Sequence[Mapping[str, Any]]:
    item = view.specs["state"].values.by_code.get(fee.state)
    found = [{"text": item.label, "color": item.color}] if item else []
    kind = view.specs["source"].values.by_code.get(fee.source)
    return [*found, *([{"text": kind.label, "color": kind.color, "line": True}] if kind else [])]


def _sections(view: Any, fee: Fee) -> list[dict[str, Any]]:
    """Return what was decided on it, if anything was."""
    names = [
        name for name in ("decided_by", "decided_at", "reason", "reason_text") if getattr(fee, _column(view, name))
    ]
    if not names:
        return []
    return [{"title": _("What was decided"), "fields": [_field(view, fee, name) for name in names]}]


def _column(view: Any, name: str) -> str:
    return str(view.specs[name].column)


def _field(view: Any, fee: Fee, name: str) -> dict[str, Any]:
    return {"label": view.specs[name].label, "value": view.drawn(fee, name), "span": view.specs[name].wide}


def _period(fee: Fee) -> dict[str, Any]:
    if fee.period_from is None or fee.period_to is None:
        return {"label": _("Service period"), "value": markup.NOTHING}
    days = {"first": wording.day(fee.period_from), "last": wording.day(fee.period_to)}
    return {"label": _("Service period"), "value": _("%(first)s to %(last)s") % days}


def _customer(view: Any, fee: Fee) -> dict[str, Any]:
    drawn, spec = view.drawn(fee, "customer"), view.specs["customer"]
    if customers.by_id(fee.customer_id) is not None:
        url = url_for("CustomerView.show", pk=fee.customer_id, tab="fees")
        drawn = Markup('<a href="{}">{}</a>').format(url, drawn)
    return {"label": spec.label, "value": drawn, "span": True}


def _deal(fee: Fee) -> list[dict[str, Any]]:
    """Return the deal that a fee pays for, or that follows from it, as far as this person sees it."""
    deal = deals.by_id(fee.deal_id) if fee.deal_id else deals.at_origin(services.ORIGIN, fee.id)
    if deal is None or not has_access("can_show", "DealView"):
        return []
    label = _("Pays for the deal") if fee.deal_id else _("Deal")
    link = Markup('<a href="{}">{}</a>').format(url_for("DealView.show", pk=deal.id), str(deal))
    return [{"label": label, "value": link, "span": True}]


def has_access(permission: str, screen: str) -> bool:
    """Tell whether this person may open something of another screen."""
    return bool(current_app.extensions["house"].sm.has_access(permission, screen))


def reason(view: Any, fee: Fee) -> str:
    """Return why a fee was rejected, void, reversed or given back, in words."""
    return "：".join(filter(None, [view.specs["reason"].text(fee.reason), fee.reason_text or ""]))


# ── what is to be approved ──


def changes(fee: Fee) -> list[approvals.Change]:
    """Return what a fee that waits was corrected in since somebody decided on it last, old and new."""
    case = approvals.case_of(services.CODE, fee.id) if fee.state == UNREVIEWED else None
    return approvals.changes_since(case) if case is not None and case.since_number is not None else []


def refusal(view: Any, fee: Fee) -> object | None:
    """Return why somebody who approves fees may not decide on this one now; None if they may."""
    mine = view.actor().id
    if mine in (fee.entered_by_id, fee.agent_id):
        return rules.NOBODYS_OWN if mine == fee.entered_by_id else rules.NOT_FOR_ONESELF
    return approvals.may_decide(services.CODE, fee.id, view.actor())


def _standing(view: Any, fee: Fee, *, back: str = "") -> dict[str, Any]:
    """Return the two buttons, or why they are not there."""
    if fee.state != UNREVIEWED or not view.may("approve"):
        return {"decide": None, "own": None}
    why, more = refusal(view, fee), {"next": back} if back else {}
    if why is not None:
        return {"decide": None, "own": why}
    urls = {f"{verb}_url": view.url(verb, pk=fee.id, **more) for verb in ("approve", "reject")}
    return {"decide": urls | {"revision": fee.revision}, "own": None}


# ── what belongs to it ──


def related(view: Any, fee: Fee) -> list[dict[str, Any]]:
    """Return the entries that a fee belongs to, and those that belong to it, with what is open of it."""
    found = [_other(view, getattr(fee, name), view.specs[name].label) for name in LINKS if getattr(fee, name)]
    for label, column in (
        (_("Reversed by"), Fee.reverses_id),
        (_("Refunded by"), Fee.refunds_id),
        (_("Further payment"), Fee.part_of_id),
        (_("Renewed by"), Fee.renews_id),
    ):
        found += [_other(view, other, label) for other in queries.naming(column, fee.id)]
    first = fee.part_of or fee
    if first.agreed_amount is not None and first.state in rules.LIVING:
        left = view.specs["amount"].text(max(queries.open_amount(first), queries.NOTHING))
        found.append({"label": _("Open amount"), "number": "", "url": None, "amount": left, "state": ""})
    return found


def _other(view: Any, other: Fee, label: object) -> dict[str, Any]:
    return {
        "label": label,
        "number": other.number,
        "url": view.url("show", pk=other.id),
        "amount": view.drawn(other, "amount"),
        "state": view.drawn(other, "state"),
    }


# ── buttons ──


def actions(view: Any, fee: Fee, *, is_mine: bool) -> list[dict[str, Any]]:
    """Return the buttons of the page, as far as this person may press them now."""
    found: list[dict[str, Any]] = []
    if is_mine:
        found += _corrections(view, fee) + _linked(view, fee)
    if view.may("print") and fee.state == APPROVED and fee.amount > 0:
        found.append({"label": _("Receipt (PDF)"), "icon": "file-type-pdf", "url": view.url("receipt", pk=fee.id)})
    if view.may("history"):
        found.append({"label": _("History"), "icon": "history", "url": view.url("history", pk=fee.id)})
    return found


def _corrections(view: Any, fee: Fee) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if fee.state not in (UNREVIEWED, REJECTED):
        return found
    is_author = fee.entered_by_id == view.actor().id
    if view.may("edit") and is_author:
        label = _("Correct") if fee.state == REJECTED else _("Edit")
        found.append({"label": label, "icon": "edit", "url": view.url("edit", pk=fee.id), "primary": True})
    if view.may("void") and (is_author or services.decides(view.actor())):
        found.append({"label": _("Void"), "icon": "ban", "url": view.url("void", pk=fee.id), "danger": True})
    return found


def _linked(view: Any, fee: Fee) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    first = fee.part_of or fee
    is_open = first.state in rules.LIVING and first.agreed_amount is not None and queries.open_amount(first) > 0
    if view.may("add") and is_open:
        label = _("Further payment")
        found.append({"label": label, "icon": "cash", "url": view.url("further", pk=fee.id), "primary": True})
    if view.may("reverse") and fee.state == APPROVED and not queries.living(Fee.reverses_id, fee.id):
        if fee.amount > 0:
            found.append({"label": _("Refund"), "icon": "receipt-refund", "url": view.url("refund", pk=fee.id)})
        if fee.reverses_id is None:
            found.append({"label": _("Reverse"), "icon": "arrow-back-up", "url": view.url("reverse", pk=fee.id)})
    return found


def row_actions(view: Any, fee: Fee) -> Sequence[Mapping[str, Any]]:
    """Return the buttons of a row: correct, or decide."""
    found: list[Mapping[str, Any]] = []
    mine = view.actor().id
    if view.may("edit") and fee.entered_by_id == mine and fee.state in (UNREVIEWED, REJECTED):
        found.append({"label": _("Edit"), "icon": "edit", "url": view.row_url("edit", fee)})
    if view.may("approve") and fee.state == UNREVIEWED and mine not in (fee.entered_by_id, fee.agent_id):
        found.append({"label": _("Reject"), "icon": "x", "url": view.row_url("reject", fee)})
    return found
