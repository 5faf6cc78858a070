"""Sharing opportunities out among people: the ways are those by which customers are given out. Source: SAL-4."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from app.base import choices, wording
from app.base.actor import Actor
from app.base.bulk import Given, Plan
from app.base.i18n import _
from app.crm.assignments import services as assignments
from app.crm.assignments.services import Receiver, Way
from app.crm.customers import services as customers
from app.crm.customers.queries import Customer
from app.extensions import db
from app.sales.opportunities import queries
from app.sales.opportunities.services.receivers import check_receivers

HEADS = (_("Person"), _("Open now"), _("Gets"), _("Will have"))


def check_spread(given: Given, actor: Actor) -> None:
    """Raise Invalid or NotAllowed for receivers or weights that cannot be meant."""
    people = list(given.get("people", ()))
    check_receivers(people, actor)
    if assignments.way(given.get("how"), len(people)) == Way.BY_WEIGHT:
        assignments.weights(given.get("weights"), receivers=len(people))


def spread(given: Given, count: int, held: Mapping[int | None, int]) -> Mapping[int, int]:
    """Return how many of ``count`` opportunities each of the people chosen gets.

    ``held``: how many of those that are given out are theirs already.
    """
    people = list(given["people"])
    how = assignments.way(given.get("how"), len(people))
    weighing = assignments.weights(given.get("weights"), receivers=len(people)) if how == Way.BY_WEIGHT else []
    now = queries.loads(people)
    loads = {key: now[key] - held.get(key, 0) for key in people}
    receivers = [Receiver(key, loads[key], weighing[place] if weighing else 1) for place, key in enumerate(people)]
    return assignments.shares(how, count, receivers)


def plan(
    given: Given, shares: Mapping[int, int], held: Mapping[int | None, int], *, warnings: Sequence[object]
) -> Plan:
    """Return who would get how many, and what they would have open then."""
    people = list(shares)
    names, now = choices.labels("employee", people), queries.loads(people)
    lines = [
        (
            names.get(key, f"#{key}"),
            wording.number(now[key]),
            wording.number(shares[key]),
            wording.number(now[key] - held.get(key, 0) + shares[key]),
        )
        for key in people
    ]
    return Plan({**given, "shares": [[key, n] for key, n in shares.items()], "got": []}, HEADS, lines, warnings)


class Dealing:
    """Opportunities given out one after the other, everybody's share in the same measure."""

    def __init__(self, shares: Iterable[Sequence[int]]) -> None:
        self.left = {key: count for key, count in shares}  # noqa: C416 - pairs come out of JSON as lists
        self.whole = {key: max(count, 1) for key, count in self.left.items()}
        self.got: dict[int, int] = {}

    def give(self, owner: int | None = None) -> int | None:
        """Return who gets the next: ``owner`` keeps it while their share lasts. None: nobody has a share left."""
        due = [key for key, count in self.left.items() if count]
        if not due:
            return None
        person = owner if owner in due else max(due, key=lambda key: self.left[key] / self.whole[key])
        assert person is not None  # noqa: S101 - one of those who are due
        self.left[person] -= 1
        if person != owner:
            self.got[person] = self.got.get(person, 0) + 1
        return person

    def told(self, given: Given) -> Given:
        """Return what the next part of the run is done with."""
        got = assignments.added(given.get("got", ()), self.got)
        return {**given, "shares": [[*pair] for pair in self.left.items()], "got": got}


def open_customers(pairs: Iterable[tuple[int, int]], *, actor: Actor) -> None:
    """Open customers to those who are to sell to them but do not hold them: (customer, person). See decisions."""
    wanted = sorted(set(pairs))
    owners = select(Customer.id, Customer.owner_id).where(Customer.id.in_({customer for customer, _person in wanted}))
    held = {key: owner for key, owner in db.session.execute(owners)}  # noqa: C416 - rows are no pairs to mypy
    customers.open_to([pair for pair in wanted if pair[0] in held and held[pair[0]] != pair[1]], actor=actor)
