"""Tickets in the recycle bin, and what becomes of them with customers, contacts, products and follow-ups."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete as removal
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import purge_versioned, update_versioned
from app.base.i18n import _
from app.base.recycle import Kind
from app.base.scope import unscoped
from app.desk.tickets.models import Ticket, TicketCheck, TicketMove, TicketNote, TicketPart, TicketPerson, TicketWork
from app.desk.tickets.services import answering
from app.extensions import db
from app.system.files import services as files
from app.system.recycle import services as recycle

ROWS, MOVES = Ticket.__table__, TicketMove.__table__
#: What domains above hang on tickets, and how it goes with those that go for good: all at once.
Gone = Callable[[Sequence[int], Actor], None]
_companions: dict[str, Gone] = {}


def goes_with(domain: str, gone: Gone) -> None:
    """Call ``gone`` (ids, actor) before tickets go for good."""
    _companions[domain] = gone


def ticket_bin() -> Kind:
    """Return tickets as the recycle bin sees them."""
    return Kind(
        code="ticket",
        label=_("Ticket"),
        icon="ticket",
        model=Ticket,
        screen="TicketView",
        restore=restore_tickets,
        remove=remove_tickets,
        purge=purge_tickets,
        named=lambda table: table.c.number,
    )


def restore_tickets(ids: Sequence[int], _ways: Collection[str], _actor: Actor) -> None:
    """Bring tickets back, where they stood."""
    update_versioned(Ticket, ids, {"deleted_at": None}, also={"updated_at": clock.now()})


def remove_tickets(ids: Sequence[int], actor: Actor) -> None:
    """Take tickets out of all lists again."""
    update_versioned(Ticket, ids, {"deleted_at": clock.now()}, also={"updated_at": clock.now()})
    answering.follow(ids, actor=actor)


def purge_tickets(ids: Sequence[int], actor: Actor) -> None:
    """Delete tickets with all that was said and done about them, their files and their history."""
    with unscoped("the bin has chosen them"):
        for _domain, gone in sorted(_companions.items()):
            gone(ids, actor)
        files.erase("ticket", ids)
        db.session.execute(removal(MOVES).where(MOVES.c.ticket_id.in_(ids)))
        for child in (TicketPart, TicketWork, TicketNote, TicketCheck, TicketPerson):
            purge_versioned(child, ids, column="ticket_id")
        for column in (ROWS.c.answered_by_id, ROWS.c.follows_id):
            update_versioned(Ticket, _where(column, ids), {column.key: None})
        purge_versioned(Ticket, ids)


# ── with what they hang on ──


def forbidden_customers(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the customers among these that have tickets: those go first, each for a reason of its own."""
    counted = select(ROWS.c.customer_id, func.count()).where(ROWS.c.customer_id.in_(ids), ROWS.c.deleted_at.is_(None))
    with unscoped("whoever deletes a customer is told what hangs on it"):
        rows = db.session.execute(counted.group_by(ROWS.c.customer_id)).all()
    sentence = _("It has tickets (%(count)s): delete those first.")
    return {key: sentence % {"count": count} for key, count in rows}


def forbidden_products(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the products among these that tickets name."""
    return _named(ROWS.c.product_id, ids, _("Tickets name this product."))


def forbidden_followups(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the follow-ups among these of which a ticket, also one in the bin, was made."""
    return _named(ROWS.c.followup_id, ids, _("A ticket was made of it: delete that for good first."))


def _named(column: Any, ids: Sequence[int], sentence: object) -> Mapping[int, object]:
    with unscoped("what tickets name is in use, whoever sees them"):
        return dict.fromkeys(db.session.scalars(select(column).where(column.in_(ids)).distinct()), sentence)


def go_with_customers(ids: Sequence[int], actor: Actor) -> None:
    """Delete what is left in the bin of tickets of customers that go for good."""
    if theirs := _where(ROWS.c.customer_id, ids):
        purge_tickets(theirs, actor)
        recycle.forget("ticket", theirs)


def go_with_contacts(ids: Sequence[int], _actor: Actor) -> None:
    """Let tickets forget contacts that go for good."""
    if theirs := _where(ROWS.c.contact_id, ids):
        update_versioned(Ticket, theirs, {"contact_id": None})


def _where(column: Any, ids: Sequence[int]) -> list[int]:
    with unscoped("what they hang on goes for good"):
        return list(db.session.scalars(select(ROWS.c.id).where(column.in_(ids)).order_by(ROWS.c.id)))
