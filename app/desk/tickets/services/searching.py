"""By which of their texts tickets are found, and how a hit is shown."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.fields import fields_of, text_of
from app.base.i18n import _
from app.base.scope import condition, is_everything, unscoped
from app.crm.customers.queries import Customer
from app.desk.tickets.models import Ticket
from app.extensions import db
from app.system.search.services import CODES, WORDS, Kind, Line, Part, Rank, Watch

TABLE = Ticket.__table__
TEXTS = ("title", "description", "solution")


def ticket_kind() -> Kind:
    """Return tickets as search sees them."""
    known = fields_of(Ticket)
    parts = (
        Part("g", _("Ticket number"), CODES, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=(known["number"],)),
        Part("n", _("Problem"), WORDS, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=(known["title"],)),
        Part("c", _("Customer"), WORDS, Rank.CONTAINS, fields=(known["customer"],)),
        Part("d", _("Description"), WORDS, Rank.CONTAINS, fields=(known["description"],)),
        Part("s", _("Solution"), WORDS, Rank.CONTAINS, fields=(known["solution"],)),
    )
    return Kind(
        code="ticket",
        mark="w",
        model=Ticket,
        label=_("Tickets"),
        icon="ticket",
        screen="TicketView",
        endpoint="TicketView.show",
        parts=parts,
        texts=ticket_texts,
        lines=ticket_lines,
        hides=ticket_hides,
        watches=(
            Watch(Ticket, frozenset({*TEXTS, "customer_id", "deleted_at"})),
            Watch(Customer, frozenset({"name"}), via=_of_customers),
        ),
    )


def _of_customers(keys: Collection[int]) -> Select[Any]:
    return select(TABLE.c.id).where(TABLE.c.customer_id.in_(sorted(keys)))


def ticket_texts(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the texts of tickets that are not deleted, by id."""
    named = Customer.__table__
    columns = [TABLE.c[name] for name in ("id", "number", *TEXTS)]
    rows = select(*columns, named.c.name.label("customer")).join(named, named.c.id == TABLE.c.customer_id)
    with unscoped("search has chosen them"):
        found = db.session.execute(rows.where(TABLE.c.id.in_(ids), TABLE.c.deleted_at.is_(None))).all()
    return {row.id: [(part, text) for part, text in _parts(row) if text] for row in found}


def ticket_hides(ids: Sequence[int], actor: Actor) -> dict[int, frozenset[str]]:
    """Return the tickets whose customer the actor does not see: its name neither finds them nor is shown."""
    if is_everything(condition(Customer, actor)):
        return {}
    known = select(Ticket.id).join(Customer, Customer.id == Ticket.customer_id)
    seen = set(db.session.scalars(known.where(Ticket.id.in_(ids), condition(Customer, actor))))
    return {key: frozenset("c") for key in ids if key not in seen}


def _parts(row: Any) -> list[tuple[str, str | None]]:
    said = [("g", row.number), ("n", row.title), ("c", row.customer), ("d", row.description), ("s", row.solution)]
    return said if row.description != row.title else [one for one in said if one[0] != "d"]


def ticket_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return tickets by id as search shows them: number and title, customer, state, whom it is with."""
    specs = [fields_of(Ticket)[name] for name in ("customer", "state", "assignee")]
    loads = (selectinload(Ticket.customer), selectinload(Ticket.assignee))
    rows = db.session.scalars(select(Ticket).where(Ticket.id.in_(ids)).options(*loads))
    return {
        row.id: Line(f"{row.number} {row.title}", [text for spec in specs if (text := text_of(row, spec, actor=actor))])
        for row in rows
    }
