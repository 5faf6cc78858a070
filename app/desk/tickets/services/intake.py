"""Taking a ticket in: who calls, what they want, and where it goes. Source: TKT-1; DECISIONS on the intake lookup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.base import clock
from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.customers.queries import Customer
from app.crm.customers.services import Alike
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.services import opening
from app.extensions import db
from app.system.files.services import Content, Limits
from app.system.logs import queries as logs
from app.system.search import queries as search

A_DAY = timedelta(days=1)
MOST_FOUND = 8


@dataclass(frozen=True)
class Caller:
    """A customer who may be calling. ``is_seen``: in the actor's scope."""

    id: int
    name: str
    is_seen: bool


def look_up(words: str, *, actor: Actor, per_day: int) -> list[Caller]:
    """Return who may be calling: in scope by any part; any customer by a whole number, code or name.

    What is told of customers outside the scope is logged, at most ``per_day`` of them a day.
    """
    words = words.strip()
    if len(words) < rules.SHORTEST_LOOKUP:
        return []
    keys = [hit.id for hit in search.find("customer", words, actor=actor, limit=MOST_FOUND)]
    rows = {one.id: one for one in db.session.scalars(select(Customer).where(Customer.id.in_(keys)))}
    found = [Caller(key, rows[key].name, is_seen=True) for key in keys if key in rows]
    same = customer_services.alike(_whole(words), but=None, actor=actor, per_day=per_day)
    return [*found, *(Caller(one.id, one.name, is_seen=False) for one in same if not one.is_seen)]


def _whole(words: str) -> Mapping[str, Any]:
    """Return what was typed as a whole number, code or name."""
    if number := customers.as_phone(words):
        return {"phone": number}
    return {"credit_code": words.upper(), "name": words}


def chosen(key: int | None, *, actor: Actor) -> Customer | None:
    """Return a customer whom the actor may take a ticket in for: in scope, or looked up within a day."""
    found = customers.by_id(key) if key else None
    if found is not None or not key:
        return found
    if key not in logs.subjects_since(Kind.LOOKED_UP, clock.now() - A_DAY, actor=actor):
        return None
    with unscoped("whoever looked a customer up by its whole number, code or name takes its tickets in"):
        return db.session.scalar(select(Customer).where(Customer.id == key, Customer.deleted_at.is_(None)))


@transaction
def take_in(
    values: Mapping[str, Any],
    *,
    actor: Actor,
    customer_id: int | None = None,
    newcomer: Mapping[str, Any] | None = None,
    despite: Sequence[Alike] = (),
    contents: Sequence[Content] = (),
    limits: Limits | None = None,
    token: str | None = None,
) -> Ticket:
    """Open a ticket of a customer that is there, or of a ``newcomer`` (name, phone) who is made with it.

    A form sent twice opens one. Raises InvalidFields without a customer; else as ``open_ticket`` and as making one.
    """
    if token and (known := opening.of_token(token)) is not None:
        return known
    customer = _newcomer(newcomer, despite, actor) if newcomer else chosen(customer_id, actor=actor)
    if customer is None:
        raise InvalidFields({"who": _("Look up who calls and choose them, or enter a new customer.")})
    try:
        return opening.open_ticket(customer, values, actor=actor, contents=contents, limits=limits, token=token)
    except IntegrityError as error:
        raise InvalidFields({"who": _("This form was sent twice at the same moment. Look at your tickets.")}) from error


def _newcomer(values: Mapping[str, Any], despite: Sequence[Alike], actor: Actor) -> Customer:
    try:
        return customer_services.create(values, actor=actor, despite=despite)
    except InvalidFields as refusal:
        said = {f"new_{name}" if name in ("name", "phone") else name: words for name, words in refusal.problems.items()}
        raise InvalidFields(said) from refusal
