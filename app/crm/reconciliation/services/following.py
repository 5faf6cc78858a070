"""What becomes of matches and proposals when fees are entered, changed, decided or voided."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select

from app.base.actor import Actor
from app.base.among import among
from app.base.history import update_versioned
from app.base.inbox import Place, tell
from app.base.scope import unscoped
from app.crm.reconciliation import queries, rules
from app.crm.reconciliation.models import Line
from app.crm.reconciliation.rules import AGAIN, MATCHED
from app.crm.reconciliation.services.proposing import mark, propose
from app.extensions import db

LINES = Line.__table__
TOLD = "bank_match_fell"


def follow(fee_ids: list[int], actor: Actor) -> None:
    """Hear of fees that are not what they were. Part of the transaction that changed them.

    A confirmed match that does not hold any more is to be looked at again, and whoever works on bank lines is told.
    """
    with unscoped("whoever changes a fee need not see bank lines"):
        fell = _fallen(fee_ids)
        lines = queries.touching(fee_ids, queries.seen_of(fee_ids))
    if fell:
        _look_again(fell, actor)
    if lines:
        propose(lines, actor=actor)
    mark(fee_ids)


def _fallen(fee_ids: Sequence[int]) -> dict[int, str]:
    """Return the lines whose match fell, each with the number of the fee."""
    fell = [one for one in queries.on_matched(fee_ids) if rules.fallen(one.was, now=one.now)]
    wanted = select(LINES.c.id).where(
        among(LINES.c.id, sorted({one.line_id for one in fell})), LINES.c.state == MATCHED
    )
    still = set(db.session.scalars(wanted.order_by(LINES.c.id).with_for_update())) if fell else set()
    return {one.line_id: one.number for one in fell if one.line_id in still}


def _look_again(fell: dict[int, str], actor: Actor) -> None:
    with unscoped("whoever changes a fee need not see bank lines"):
        update_versioned(Line, fell, {"state": str(AGAIN)})
        wanted = select(LINES.c.id, LINES.c.revision).where(among(LINES.c.id, sorted(fell)))
        revisions = sorted((key, revision) for key, revision in db.session.execute(wanted))
        people = [key for key in queries.confirmers() if key != actor.id]
    numbers = sorted(set(fell.values()))
    place = Place("BankLineView.show", min(fell)) if len(fell) == 1 else Place("BankLineView.again")
    key = sha256(repr(revisions).encode()).hexdigest()[:32]
    params = {"count": len(fell), "numbers": numbers[:5]}
    tell(people, TOLD, params=params, link=place, key=f"{TOLD} {key}", actor=actor)
