"""What the first page shows of approvals: what waits for this person."""

from flask import url_for

from app.base import clock, wording
from app.base.actor import Actor
from app.base.i18n import ngettext
from app.base.screens.home import Line, Wait
from app.base.stamps import number
from app.system.approvals import queries

DECIDE = ("can_decide", "CaseView")


def _waiting(actor: Actor) -> list[Line]:
    counts = queries.kept_counts(actor.id, clock.today(), number("security"))
    count = sum(counts.values())
    if not count:
        return []
    label = ngettext("%(num)s approval waits for you", "%(num)s approvals wait for you", count)
    known = queries.known_subjects()
    kinds = "、".join(f"{known[code].label} {wording.number(some)}" for code, some in counts.items() if code in known)
    return [Line(label, url_for("WaitingView.list"), text=kinds, icon="gavel", color="amber")]


PARTS = (Wait("approvals", _waiting, DECIDE, place=5),)
