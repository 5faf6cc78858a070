"""Opening a ticket, and correcting what it says. Source: TKT-1, TKT-15, FUP-5."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.base import clock, numbering
from app.base.actor import Actor
from app.base.errors import InvalidFields, WrongState
from app.base.fields import fields_of, is_hidden
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.transaction import lock, transaction
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups.queries import Followup
from app.desk.tickets import queries
from app.desk.tickets.models import Route, Ticket
from app.desk.tickets.queries.people import head_above
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import ENDED
from app.desk.tickets.services import keycustomers, steps, telling, working
from app.desk.tickets.services.links import check_links, fitting
from app.extensions import db
from app.system.files.services import Content, Limits
from app.system.security import queries as security

#: What a form or program may say; everything else is the business of a service.
OWN = frozenset(
    "title contact caller caller_phone category priority channel product description due_at progress solution".split()
)
LONGEST_TITLE, LONGEST_TOKEN = 120, 40


@transaction
def open_ticket(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    contents: Sequence[Content] = (),
    limits: Limits | None = None,
    token: str | None = None,
    followup: Followup | None = None,
    follows: Ticket | None = None,
) -> Ticket:
    """Open a ticket of a customer, whoever's that is: its number, its flow and its queue are decided here.

    ``values``: by field name; ``queue`` only where the route is to be overruled. ``contents``: files that were taken
    in. ``token``: of the form: sent twice, it opens one. Raises InvalidFields, WrongState.
    """
    if token and (known := of_token(token)) is not None:
        return known
    if customer.deleted_at is not None:
        raise WrongState(_("This customer was deleted meanwhile. What you typed is still here."))
    given = _named(values) | {"customer": customer.id}
    rules.check(given)
    route = queries.route_for(given["type"], given.get("category"))
    _check_route(route, given)
    check_links(given, customer_id=customer.id)
    edition = queries.edition_for(given["type"])
    made = Ticket(customer_id=customer.id, type=given["type"], edition_id=edition.id, created_by_id=actor.id)
    made.state, made.phase = edition.flow.first.code, edition.flow.first.phase
    made.followup_id, made.form_token = followup.id if followup is not None else None, (token or "")[:40] or None
    made.follows_id = follows.id if follows is not None else None
    _assign(made, given)
    made.priority = given.get("priority") or (route.priority if route is not None else None) or "normal"
    hours = (route.due_hours if route is not None else None) or edition.due_hours
    made.due_at = given.get("due_at") or (clock.now() + timedelta(hours=hours) if hours else None)
    _route(made, given.get("queue") or (route.queue_id if route is not None else None), actor=actor)
    made.number = number()
    db.session.add(made)
    steps.began(made, actor=actor)
    steps.attach(made, contents, limits, actor=actor)
    _tell(made, is_complaint=edition.tells_supervisor, actor=actor)
    return made


def _tell(made: Ticket, *, is_complaint: bool, actor: Actor) -> None:
    """Tell whoever dispatches; of a complaint a supervisor too, and those who answer for a key customer."""
    telling.opened(made, supervisor=_supervisor(made, actor) if is_complaint else None, actor=actor)
    answering = keycustomers.whose(made) if is_complaint else []
    for one in answering:
        keycustomers.let_see(made, one)
    telling.key_complaint(made, answering, actor=actor)


def _supervisor(made: Ticket, actor: Actor) -> int | None:
    """Return the nearest head above whoever took a ticket in, themselves and whoever left aside; None: there is none.

    They follow it where they would not see what they are told of. Whoever dispatches is told in any case.
    """
    head = head_above(actor.department_id, besides=actor.id)
    if head is not None:
        keycustomers.let_see(made, head)
    return head


PREFIX = "tickets:"  # of the series of a day


def number() -> str:
    """Return the next number of the day, such as GD-20261127-0001. Source: DECISIONS on numbers."""
    day = f"{clock.today():%Y%m%d}"
    return written(day, numbering.take(f"{PREFIX}{day}")[0])


def written(day: str, count: int) -> str:
    """Return the number of the so-many-th ticket of a day, such as 20261127."""
    return f"GD-{day}-{count:04d}"


def of_token(token: str) -> Ticket | None:
    """Return the ticket that a form opened already."""
    with unscoped("a form sent twice opens one ticket"):
        return db.session.scalar(select(Ticket).where(Ticket.form_token == token[:LONGEST_TOKEN]))


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values; without a title the first line of the description is it."""
    lines = (values.get("description") or "").strip().splitlines()
    return dict(values) | {"title": (values.get("title") or (lines[0] if lines else ""))[:LONGEST_TITLE]}


def _check_route(route: Route | None, given: Mapping[str, Any]) -> None:
    needs = route.needs if route is not None else ()
    if problems := {name: _("Please fill this in.") for name in needs if not given.get(name)}:
        raise InvalidFields(problems)


def _route(made: Ticket, queue_id: int | None, *, actor: Actor) -> None:
    queue = queries.queue(queue_id)
    rules.check_queue(is_asked=queue_id is not None, is_active=queue is not None and queue.is_active)
    made.queue_id, made.group_id = (queue.id, queue.department_id) if queue is not None else (None, None)
    made.department_id = made.group_id
    if made.department_id is None and actor.id is not None:
        made.department_id = security.departments_of([actor.id]).get(actor.id)


def _assign(record: Ticket, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Ticket).items():
        if name in OWN and name in values and (name not in KEPT_FULL or values[name] is not None):
            setattr(record, spec.column, values[name])


#: What is not emptied by leaving it out.
KEPT_FULL = frozenset({"title", "priority", "progress"})


@transaction
def from_followup(followup: Followup, values: Mapping[str, Any], *, actor: Actor, **more: Any) -> Ticket:
    """Open a ticket of what a follow-up says, in one step. Raises WrongState if it is one already; as open_ticket.

    ``more``: as ``open_ticket`` takes it, where somebody filled in a form for what the route asks besides.
    """
    customer = customers.by_id(followup.customer_id)
    if customer is None or followup.deleted_at is not None:
        raise WrongState(_("This follow-up, or its customer, was deleted meanwhile."))
    lock(followup)
    if queries.at_followups([followup.id]):
        raise WrongState(_("This follow-up is a ticket already."))
    usual = {"contact": followup.contact_id, "description": followup.content, "channel": "followup", "type": "consult"}
    given = fitting(usual, customer_id=customer.id) | {name: one for name, one in values.items() if one is not None}
    given["title"] = given.get("title") or (given["description"] or "").strip() or str(customer)
    given["title"] = given["title"].splitlines()[0]
    return open_ticket(customer, given, actor=actor, followup=followup, **more)


@transaction
def follow_on(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor) -> Ticket:
    """Open a ticket that follows a closed one. Raises WrongState while that is open; else as open_ticket."""
    if ticket.phase not in ENDED:
        raise WrongState(_("This ticket is open: go on with it."))
    with unscoped("who opens a ticket after another serves the same customer"):
        customer = db.session.get_one(Customer, ticket.customer_id)
    carried = [(name, spec) for name, spec in fields_of(Ticket).items() if name in CARRIED]
    kept = {name: getattr(ticket, spec.column) for name, spec in carried if not is_hidden(spec, actor, ticket)}
    given = fitting(kept, customer_id=customer.id) | {name: one for name, one in values.items() if one is not None}
    return open_ticket(customer, given, actor=actor, follows=ticket)


CARRIED = frozenset("title type contact caller caller_phone category product description channel".split())


@transaction
def change(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct what a ticket says; number, customer, type, state and hands stay. Raises Conflict, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    rules.check_open(ticket.phase)
    specs = fields_of(Ticket)
    now = {name: getattr(ticket, spec.column) for name, spec in specs.items()}
    given = {name: value for name, value in values.items() if name in OWN}
    rules.check(now | given)
    if given.get("progress", ticket.progress) != ticket.progress:
        working.check_by_hand(ticket)
    check_links(now | given, customer_id=ticket.customer_id, now=ticket)
    with db.session.no_autoflush:  # one saving is one revision
        _assign(ticket, given)
        ticket.updated_at = clock.now()
