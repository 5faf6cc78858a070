"""What stands beside a fee, and in the tabs of the ledger: what the bank says, and how it compares."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from app.base import wording
from app.base.i18n import _
from app.crm.fees.queries import Fee
from app.crm.reconciliation import queries
from app.crm.reconciliation.rules import UNMATCHED
from app.crm.reconciliation.views import home
from app.crm.reconciliation.views.linepage import explained, tone


def _may(permission: str) -> bool:
    return bool(current_app.appbuilder.sm.has_access(permission, "BankLineView"))  # type: ignore[attr-defined]


def tab() -> Mapping[str, Any] | None:
    """Return the tab of the bank lines without a fee."""
    if not _may("can_list"):
        return None
    count = queries.counted().get((UNMATCHED, True), 0)
    about = {"label": _("Bank lines without a fee"), "icon": "building-bank", "url": home.address("unmatched")}
    return about | {"count": wording.number(count), "current": False}


def part(_view: Any, fee: Fee, back: str) -> tuple[object, Markup] | None:
    """Return how a fee compares with its bank lines, matched or proposed."""
    if not _may("can_show"):
        return None
    rows = [_drawn(one) for one in queries.lines_for(fee.id)]
    if not rows:
        return None
    drawn = render_template("zhike/reconciliation/beside.html", rows=rows, may_confirm=_may("can_confirm"), back=back)
    return _("Compared with the bank"), Markup(drawn)  # noqa: S704 - drawn by a template


def _drawn(one: queries.LineFor) -> dict[str, Any]:
    line, why = one.line, explained(one.why)
    return {
        "id": line.id,
        "name": line.payer or line.summary or "",
        "day": wording.day(line.booked_on),
        "amount": wording.yuan(line.amount),
        "points": one.points,
        "tone": tone(one.points),
        "why": why,
        "state": line.state,
        "parts": _parts(one.parts) if one.parts else [],
    }


def _parts(parts: Sequence[tuple[int, Any]]) -> list[dict[str, Any]]:
    return [{"name": f"part-{key}", "value": f"{amount:.2f}"} for key, amount in parts]
