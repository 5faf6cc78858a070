"""Into the recycle bin, and out of it."""

from app.base import clock
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.scope import may_write
from app.base.transaction import lock, transaction
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.tickets import EXCEPTION
from app.desk.tickets.services import answering
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.recycle import services as recycle


@transaction
def delete(ticket: Ticket, *, actor: Actor, why: Why = UNSAID) -> None:
    """Put a ticket into the recycle bin; the requests that it answers wait to be dispatched again.

    Raises Invalid if it is there, NotAllowed if it is not the actor's (any more).
    """
    lock(ticket)
    if ticket.deleted_at is not None:
        raise Invalid(_("This ticket is deleted already."))
    rules.check_writable(may_write=actor.is_system or may_write(ticket, actor))
    ticket.deleted_at = ticket.updated_at = clock.now()
    if str(why):
        explain(why)
    db.session.flush()
    approvals.drop(EXCEPTION, [ticket.id], actor=actor)
    recycle.put("ticket", [ticket.id], why=why, actor=actor)
    answering.follow([ticket.id], actor=actor)


@transaction
def restore(ticket: Ticket, *, actor: Actor) -> None:
    """Bring a deleted ticket back. Raises Invalid if it is not deleted."""
    if ticket.deleted_at is None:
        raise Invalid(_("This ticket is not deleted."))
    recycle.restore_record("ticket", ticket.id, actor=actor)
