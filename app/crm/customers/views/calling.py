"""Numbers that are offered for a call: seen in full, and known to reach somebody. Source: CUS-18."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import g

from app.base import choices
from app.base.actor import Actor
from app.base.fields import Field, fields_of, is_hidden
from app.base.i18n import _
from app.crm.customers import queries, rules
from app.crm.customers.models import Customer
from app.crm.customers.views.relations import NUMBER

if TYPE_CHECKING:
    from app.crm.customers.models import ContactLink

#: The columns whose numbers are called, the best first.
CALLED = tuple(name for name in rules.PHONE_COLUMNS if name != "fax")
#: What a list loads with its rows, so that a call costs no statement per row.
NEEDED = (*CALLED, "owner_id", "department_id")


def preload(rows: Iterable[Customer], actor: Actor) -> None:
    """Find out with one statement which numbers of a page of customers reach nobody."""
    shown = [number for row in rows for number in _seen(row, actor)]
    g.dead_numbers = queries.dead(shown)


def call(customer: Customer, actor: Actor) -> dict[str, Any] | None:
    """Return the button that calls a customer; None where no number of its own is seen in full and alive."""
    numbers = _seen(customer, actor)
    dead = g.dead_numbers if "dead_numbers" in g else queries.dead(numbers)
    number = next((one for one in numbers if one not in dead), None)
    return {"label": _("Call"), "icon": "phone", "url": f"tel:{number}"} if number else None


def _seen(customer: Customer, actor: Actor) -> list[str]:
    specs = fields_of(Customer)
    found = [getattr(customer, name) for name in CALLED if not is_hidden(specs[name], actor, customer)]
    return [number for number in found if number]


def numbers(customer: Customer, actor: Actor) -> list[dict[str, Any]]:
    """Return every number of a customer and its contacts that the actor sees in full: whose it is, and its state."""
    if is_hidden(NUMBER, actor, customer):
        return []
    specs, links = fields_of(Customer), queries.links_of(customer)
    places = {getattr(customer, name): (_who(customer, name, specs[name])) for name in CALLED}
    for link in links:
        places |= {row.number: _contact(link) for row in link.contact.phones if row.number not in places}
    places.pop(None, None)
    known = queries.numbers(places)
    return [_drawn(number, who, known) for number, who in places.items()]


def _who(customer: Customer, column: str, spec: Field) -> str:
    names = {"legal_phone": "legal_person", "finance_phone": "finance_name", "cashier_phone": "cashier_name"}
    name = getattr(customer, names[column]) if column in names else None
    return f"{spec.label} · {name}" if name else str(spec.label)


def _contact(link: "ContactLink") -> str:
    return str(link.contact.name)


def _drawn(number: str, who: str, known: Mapping[str, Any]) -> dict[str, Any]:
    state = known[number].state if number in known else "unverified"
    item = choices.values("phone_state").by_code.get(state)
    return {
        "number": number,
        "text": NUMBER.text(number),
        "who": who,
        "state": item if state != "unverified" else None,
        "is_dead": state in rules.DEAD_STATES,
        "states": _others(state),
    }


#: What is found out by a call, in one click.
FOUND_OUT = ("vacant", "suspended", "wrong_person", "refuses", "valid")


def _others(now: str) -> Sequence[Any]:
    known = choices.values("phone_state").by_code
    return [known[code] for code in FOUND_OUT if code in known and code != now and known[code].is_active]
