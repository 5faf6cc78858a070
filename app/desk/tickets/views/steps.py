"""Which steps a ticket can take now, for whom, and what the form of each asks."""

from collections.abc import Sequence
from dataclasses import replace

from app.base.actor import Actor
from app.base.fields import Appointment, Choice, Field, Link, LongText
from app.base.i18n import _
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.flows import Arrow, missing
from app.desk.tickets.rules.phases import WORDS, Verb

#: The fields that arrows may ask for, in the order of a form.
FIELDS: Sequence[Field] = (
    LongText(_("Solution"), name="solution", column="solution", max_length=8000),
    Choice(_("Category"), name="category", column="category", dictionary="ticket_category"),
    Link(_("Product"), name="product", column="product", to="product"),
    Link(_("Contact"), name="contact", column="contact", to="contact"),
    Appointment(_("To be done by"), name="due_at", column="due_at"),
)
REMARK = LongText(_("Remark"), name="words", column="words", max_length=300)


def arrow(ticket: Ticket, verb: str, to: str | None) -> Arrow | None:
    """Return the arrow that a button stands for; None where there is none: the service says so."""
    flow = queries.edition(ticket.edition_id).flow
    found = [one for each, one in flow.leaving(ticket.state) if each == verb and to in (None, "", one.target)]
    return found[0] if found else None


def asked(found: Arrow | None, remark: Field = REMARK) -> Sequence[Field]:
    """Return the fields of a step's form: what its arrow needs, and a remark."""
    needs = found.needs if found is not None else ()
    needed = tuple(replace(spec, required=True) for spec in (*FIELDS, remark) if spec.name in needs)
    return needed if remark.name in needs else (*needed, remark)


def handing(ticket: Ticket, verb: str, to: str | None = None) -> Arrow | None:
    """Return the arrow along which a ticket is dispatched, taken or accepted; None: it stays where it is."""
    if verb == Verb.DISPATCH:
        return arrow(ticket, verb, to) or arrow(ticket, Verb.TAKE, to)
    if verb == Verb.TAKE:
        return arrow(ticket, verb, to) or arrow(ticket, Verb.DISPATCH, to)
    return arrow(ticket, verb, to)


def lacks(ticket: Ticket, found: Arrow | None) -> bool:
    """Tell whether an arrow asks for what the ticket does not have: its button opens a form then."""
    held = {name: getattr(ticket, column) for name, column in services.COLUMNS.items()}
    return found is not None and bool(missing(found, held))


def title(ticket: Ticket, verb: str, found: Arrow | None) -> str:
    """Return what a step's button says: the arrow's own name, the state it goes on to, or the verb."""
    if found is not None and found.name:
        return found.name
    if found is not None and verb == Verb.ADVANCE:
        state = queries.edition(ticket.edition_id).flow.state(found.target)
        return str(_("On to: %(state)s") % {"state": queries.label(state)})
    return str(WORDS[verb])


def possible(ticket: Ticket, actor: Actor) -> list[tuple[Verb, Arrow]]:
    """Return the steps of the flow that the actor may take now, in the order of the flow."""
    mine = services.what(ticket, actor)
    leaving = queries.edition(ticket.edition_id).flow.leaving(ticket.state)
    return [(verb, one) for verb, one in leaving if not one.who or not one.who.isdisjoint(mine)]
