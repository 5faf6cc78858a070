"""What the first page shows of fees: what waits, one's own this month, the department's."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import and_, or_

from app.base import clock, wording
from app.base.actor import Actor
from app.base.filters import ME
from app.base.i18n import _
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.crm.fees import queries
from app.crm.fees.models import Fee
from app.crm.fees.rules import APPROVED, REJECTED, REVERSED, UNREVIEWED
from app.crm.fees.views import ledger

MOST_LINES = 6
SHOW, APPROVE = ("can_list", "FeeView"), ("can_approve", "FeeView")
FINANCE, AGENTS, SUPERVISORS = ("finance",), ("agent", "sales"), ("supervisor", "service_manager")
MINE = {"field": "agent", "op": "is", "value": ME}


def _state(*states: str) -> Mapping[str, Any]:
    return {"field": "state", "op": "in", "value": [str(state) for state in states]}


def _month() -> Mapping[str, Any]:
    return ledger.month_node(clock.today())


def _figure(key: object, value: object, icon: str, *nodes: Mapping[str, Any], tone: str = "") -> dict[str, Any]:
    return {"icon": icon, "k": key, "v": value, "url": ledger.url_of({"all": list(nodes)}), "tone": tone}


def _sum(tallies: Mapping[str, queries.Tally], *states: str) -> queries.Tally:
    found = [tallies[state] for state in states if state in tallies]
    return queries.Tally(sum(one.entries for one in found), sum((one.total for one in found), queries.NOTHING))


def _standing(*where: Any) -> Mapping[str, queries.Tally]:
    """Return the tallies of what is open whenever it was received, and of what counts this month: in one statement."""
    month = and_(queries.in_month(clock.today().replace(day=1)), queries.counted(Fee.__table__))
    return queries.by_state([*where, or_(Fee.state.in_([UNREVIEWED, REJECTED]), month)])


def _finance(_actor: Actor) -> list[dict[str, Any]]:
    tallies = _standing()
    waiting, month = _sum(tallies, UNREVIEWED), _sum(tallies, APPROVED, REVERSED)
    tone = "warning" if waiting.entries else ""
    waits = _figure(_("Fees waiting"), wording.number(waiting.entries), "receipt", _state(UNREVIEWED), tone=tone)
    return [
        waits | {"s": wording.yuan(waiting.total)},
        _figure(_("Approved this month"), wording.yuan(month.total), "cash", _month(), _state(APPROVED, REVERSED)),
    ]


def _agent(actor: Actor) -> list[dict[str, Any]]:
    tallies = _standing(Fee.agent_id == actor.id)
    waiting, rejected = _sum(tallies, UNREVIEWED), _sum(tallies, REJECTED)
    counted, words = _sum(tallies, APPROVED, REVERSED), _("My fees approved this month")
    both = f"{wording.number(waiting.entries)} · {wording.number(rejected.entries)}"
    tone = "danger" if rejected.entries else ""
    return [
        _figure(_("My fees waiting · rejected"), both, "receipt", MINE, _state(UNREVIEWED, REJECTED), tone=tone),
        _figure(words, wording.yuan(counted.total), "cash", MINE, _month(), _state(APPROVED, REVERSED)),
    ]


def _supervisor(_actor: Actor) -> list[dict[str, Any]]:
    tallies = queries.by_state([queries.in_month(clock.today().replace(day=1))])
    counted, waiting = _sum(tallies, APPROVED, REVERSED), _sum(tallies, UNREVIEWED)
    words, total = _("Fees of the department this month"), wording.yuan(counted.total)
    drawn = _figure(words, total, "cash", _month(), _state(APPROVED, REVERSED))
    return [drawn | {"s": _("waiting: %(total)s") % {"total": wording.yuan(waiting.total)}}]


def _oldest(_actor: Actor) -> Content:
    nothing = Nothing(_("No fee waits for approval."), _("Ledger"), url_for("FeeView.ledger"))
    rows: Sequence[Fee] = queries.oldest_waiting(limit=MOST_LINES)
    return Content([_line(row) for row in rows], nothing, ledger.url_of(ledger.WAITING, sort="received_on"))


def _line(row: Fee) -> Line:
    return Line(
        str(row.customer or row.number),
        url_for("FeeView.show", pk=row.id),
        text=f"{row.number} · {row.product}",
        side=wording.yuan(row.amount),
    )


PARTS = (
    Figures("fees_finance", _finance, APPROVE, FINANCE, place=6),
    Figures("fees_agent", _agent, SHOW, AGENTS, place=7),
    Figures("fees_supervisor", _supervisor, SHOW, SUPERVISORS, place=8),
    Card("fees_waiting", _oldest, APPROVE, FINANCE, 12, _("Fees that wait longest"), icon="receipt"),
)
