"""What the page of a bank line is told: the line, its proposal or match explained, and what else it may be for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import url_for

from app.base import wording
from app.base.i18n import _
from app.base.normal import date as read_day
from app.base.screens import listpage, markup
from app.crm.reconciliation import queries, services
from app.crm.reconciliation.models import Line
from app.crm.reconciliation.rules import AGAIN, IGNORED, MATCHED, PROPOSED, scoring

if TYPE_CHECKING:
    from app.crm.reconciliation.views.lines import BankLineView

MOST_CHOSEN = 20
ABOUT: Mapping[str, object] = {
    "amount": _("Amount"),
    "payer": _("Payer"),
    "day": _("Booking day"),
    "summary": _("Summary"),
}
#: How two values go together, in words, with a colour.
HOW: Mapping[str, tuple[object, str]] = {
    "same": (_("Same"), "green"),
    "similar": (_("Alike"), "amber"),
    "different": (_("Differs"), "red"),
    "summed": (_("the sum fits"), "green"),
    "learned": (_("confirmed before"), "green"),
    "person": (_("known at the customer"), "amber"),
    "in_summary": (_("named in the summary"), "amber"),
    "named": (_("named in the summary"), "green"),
}


def chosen(text: str) -> list[int]:
    """Return the fees named in an address: "12,15"."""
    parts = [part for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 10]  # noqa: PLR2004
    return list(dict.fromkeys(map(int, parts)))[:MOST_CHOSEN]


def build(
    view: "BankLineView", line: Line, *, chosen: Sequence[int], words: str, problem: object = None
) -> dict[str, Any]:
    """Return everything ``zhike/reconciliation/line.html`` draws."""
    may_confirm, is_open = view.may("confirm"), line.state not in (MATCHED, AGAIN, IGNORED)
    basket = _basket(view, line, chosen) if is_open or line.state == AGAIN else []
    return {
        "title": wording.yuan(line.amount),
        "crumbs": listpage.crumbs(view),
        "chips": _chips(view, line),
        "facts": [{"text": line.payer or _("No payer named")}, {"text": wording.day(line.booked_on)}],
        "actions": view.buttons(line),
        "problem": problem,
        "fields": [_field(view, line, name) for name in view.form_fields],
        "decided": _decided(view, line),
        "matches": [_match(row, line) for row in queries.matches_of(line.id)],
        "proposal": _proposal(line) if line.state == PROPOSED else None,
        "candidates": [_candidate(view, line, row, chosen) for row in queries.candidates_of(line.id)]
        if is_open
        else [],
        "basket": basket,
        "rest": _rest(line, basket),
        "is_open": is_open,
        "is_again": line.state == AGAIN,
        "may_confirm": may_confirm,
        "may_approve": may_confirm and view.may_approve(),
        "may_ignore": is_open and view.may("ignore"),
        "words": words,
        "found": _found(view, line, words, chosen) if may_confirm and words.strip() and (is_open or basket) else None,
        "urls": {name: view.url(name, pk=line.id) for name in ("show", "confirm", "ignore")},
        "with": ",".join(map(str, chosen)),
        "enter_url": view.url("enter_fee", pk=line.id) if is_open and line.amount > 0 and view.may_enter() else None,
        "whose": view.whose_form(line) if is_open and line.amount > 0 and view.may_enter() else None,
    }


def _chips(view: "BankLineView", line: Line) -> list[dict[str, object]]:
    item = view.specs["state"].values.by_code.get(line.state)  # type: ignore[attr-defined]
    chips: list[dict[str, object]] = [{"text": item.label, "color": item.color}] if item else []
    if line.has_several and line.state not in (MATCHED, AGAIN, IGNORED):
        chips.append({"text": _("Several possible"), "color": "amber"})
    return chips


def _field(view: "BankLineView", line: Line, name: str) -> dict[str, Any]:
    spec = view.specs[name]
    return {"label": spec.label, "value": view.drawn(line, name), "span": spec.wide}


def _decided(view: "BankLineView", line: Line) -> list[dict[str, Any]]:
    names = ["decided_by", "decided_at", *(["reason", "reason_text"] if line.state == IGNORED else [])]
    return [_field(view, line, name) for name in names] if line.decided_at else []


def fee_of(fee: Any) -> dict[str, Any]:
    """Return what is said of a fee beside a line."""
    return {
        "id": fee.id,
        "number": fee.number,
        "url": url_for("FeeView.show", pk=fee.id),
        "customer": str(fee.customer or _("Outside what you see")),
        "product": str(fee.product or ""),
        "amount": wording.yuan(fee.amount),
        "day": wording.day(fee.received_on),
        "state": markup.draw_value(type(fee).__table__.c.state.info["field"], fee.state),
    }


def explained(reasons: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return an explained score as its rows: what is entered, what the bank says, how they go together, the points."""
    rows = []
    for one in reasons:
        words, color = HOW.get(one["how"], HOW["different"])
        ours, banks = _shown(one["about"], one["ours"]), _shown(one["about"], one["banks"])
        row = {
            "key": one["about"],
            "about": ABOUT[one["about"]],
            "ours": ours,
            "banks": banks,
            "how": words,
            "color": color,
        }
        rows.append(row | {"points": one["points"]})
    return rows


def _shown(about: str, value: str) -> str:
    if about == "amount":
        return wording.yuan(Decimal(value))
    return wording.day(read_day(value)) if about == "day" and value else value


def _part(fee: Any, amount: Decimal, points: int | None, why: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "fee": fee_of(fee),
        "amount": wording.yuan(amount),
        "typed": f"{amount:.2f}",
        "points": points,
        "tone": tone(points),
        "why": explained(why),
    }


def tone(points: int | None) -> str:
    """Return the colour of a score."""
    if points is None:
        return "gray"
    return "green" if points >= scoring.PROPOSED else "amber" if points >= scoring.CANDIDATE else "red"


def _match(row: Any, line: Line) -> dict[str, Any]:
    now: Sequence[Mapping[str, Any]] = row.why
    if line.state == AGAIN:  # as it is now, not as it was confirmed
        score = services.explained(line, [row.fee_id]).get(row.fee_id)
        now = [reason.kept() for reason in score.reasons] if score else []
    about = _part(row.fee, row.amount, row.points, now)
    by = {"who": str(row.confirmed_by or _("System")), "at": wording.instant(row.confirmed_at)}
    return about | {"by": _("Confirmed by %(who)s, %(at)s") % by}


def _proposal(line: Line) -> dict[str, Any]:
    rows = queries.proposals_of(line.id)
    return {
        "parts": [_part(row.fee, row.amount, row.points, row.why) for row in rows],
        "points": line.points,
        "tone": tone(line.points),
    }


def _candidate(view: "BankLineView", line: Line, row: Any, chosen: Sequence[int]) -> dict[str, Any]:
    return _part(row.fee, row.amount, row.points, row.why) | {"choose_url": _with(view, line, [*chosen, row.fee_id])}


def _with(view: "BankLineView", line: Line, keys: Sequence[int], words: str = "") -> str:
    given = {"with": ",".join(map(str, dict.fromkeys(keys)))} if keys else {}
    return view.url("show", pk=line.id, **given, **({"q": words} if words else {})) + "#choose"


def _basket(view: "BankLineView", line: Line, chosen: Sequence[int]) -> list[dict[str, Any]]:
    """Return the fees that a person chose, each with what of the line is laid to it: as much as is open."""
    rows = {fee.id: fee for fee in queries.numbered(chosen)}
    open_ = queries.left_of(chosen)
    scores, left, found = services.explained(line, chosen), line.amount, []
    for key in chosen:
        if key not in rows:
            continue
        part = _laid(open_[key], left)
        left -= part
        why = [reason.kept() for reason in scores[key].reasons] if key in scores else []
        points = scores[key].points if key in scores else None
        about = _part(rows[key], part, points, why)
        about |= {"open": wording.yuan(open_[key]), "part": part, "drop_url": _with(view, line, _but(chosen, key))}
        found.append(about)
    return found


def _but(keys: Sequence[int], key: int) -> list[int]:
    return [one for one in keys if one != key]


def _laid(open_amount: Decimal, left: Decimal) -> Decimal:
    if (open_amount < 0) != (left < 0):
        return Decimal(0)
    return max(open_amount, left) if left < 0 else min(open_amount, left)


def _rest(line: Line, basket: Sequence[Mapping[str, Any]]) -> str:
    rest = line.amount - sum((one["part"] for one in basket), Decimal(0))
    return wording.yuan(rest) if basket and rest else ""


def _found(view: "BankLineView", line: Line, words: str, chosen: Sequence[int]) -> list[dict[str, Any]]:
    rows = queries.found_by(words, amount=line.amount, near=line.booked_on, actor=view.actor())
    open_ = queries.left_of([fee.id for fee in rows])
    return [
        fee_of(fee) | {"open": wording.yuan(open_[fee.id]), "choose_url": _with(view, line, [*chosen, fee.id], words)}
        for fee in rows
        if fee.id not in chosen and open_[fee.id]
    ]
