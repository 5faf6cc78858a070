"""What is done with deliveries: sending again, clearing away."""

from collections.abc import Sequence

from sqlalchemy import delete, update

from app.base import clock
from app.base.actor import Actor
from app.base.bulk import Applied, Given
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.transaction import announce_once, lock, transaction
from app.extensions import db
from app.system.channels import queries
from app.system.channels.facts import LettersWaiting
from app.system.channels.models import Delivery
from app.system.channels.rules.lifecycle import ENDED, KEPT, LIFECYCLE, RESENT, State, state_after

ROWS = Delivery.__table__
WORDS = LIFECYCLE.refusals


@transaction
def resend(delivery: Delivery, *, actor: Actor) -> None:
    """Send again, at once, what failed or was given up. Raises WrongState for what was sent, waits or is being sent."""
    lock(delivery)
    state_after(delivery.state, "resend")
    _again([delivery.id])
    db.session.expire(delivery)


@transaction
def resend_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Send again what failed or was given up among some rows; all others are left alone, and it is said why."""
    changed = _again(ids)
    states = queries.states_of([one for one in ids if one not in set(changed)])
    return Applied(changed, {key: WORDS.get(state, _("It is gone.")) for key, state in states.items()})


def _again(ids: Sequence[int]) -> list[int]:
    """Let rows wait for nothing. Each is a letter of its own from now on; its Message-ID stays."""
    values = {"state": str(State.WAITING), "tries": 0, "next_try_at": None, "ended_at": None, "problem": None}
    values |= {"letter": ROWS.c.mail_id, "gather": None, "since_at": clock.now()}
    again = update(ROWS).where(queries.resendable(ids)).values(**values).returning(ROWS.c.id)
    changed = sorted(db.session.scalars(again))
    if changed:
        announce_once(LettersWaiting())
    return changed


@transaction
def sweep() -> int:
    """Remove what was sent or given up long ago; return how many."""
    old = (ROWS.c.ended_at < clock.now() - KEPT, ROWS.c.state.in_([str(one) for one in ENDED]))
    with unscoped("whoever they belong to"):
        return db.session.execute(delete(ROWS).where(*old)).rowcount  # type: ignore[attr-defined, no-any-return]


__all__ = ["RESENT", "resend", "resend_many", "sweep"]
