"""What a row of a file of assignments means, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import normal
from app.base.actor import Actor
from app.base.errors import DomainError, Invalid
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.tabular.reading import CellError
from app.crm.assignments import queries
from app.crm.assignments.queries import Customer
from app.crm.assignments.rules import Full
from app.crm.assignments.services.assigning import sentence_of
from app.crm.assignments.services.receivers import check_receivers
from app.crm.pool import services as pool
from app.system.imports.services import Line
from app.system.security import queries as security

#: What names a customer, the surest first.
KEYS = ("credit_code", "name", "phone")


class AssignmentChecker:
    """Checks the rows of one file, in order; remembers customers and the room that is left."""

    def __init__(self, actor: Actor, *, house: int) -> None:
        self.actor, self.house, self.specs = actor, house, fields_of(Customer)
        self.seen: dict[int, int] = {}
        self.rooms: dict[int, Any] = {}
        self.refusals: dict[int, DomainError | None] = {}

    def check(self, lines: Sequence[Line]) -> None:
        """Fill in who is meant by each line, with a handful of queries for all of them."""
        keys = [self._keys(line) for line in lines]
        asked = {name: {found[name] for found in keys if name in found} for name in KEYS}
        known = queries.named(asked, self.actor)
        people = security.employees_by_words(word for line in lines if (word := _word(line.cells.get("owner"))))
        self.rooms |= pool.rooms(set(people.values()) - self.rooms.keys(), house=self.house)
        for line, found in zip(lines, keys, strict=True):
            customer = None if line.problems else self._customer(line, found, known)
            person = self._person(line, people)
            if customer is not None and person is not None:
                self._match(line, customer, person)

    def _keys(self, line: Line) -> dict[str, Any]:
        """Return what the row names a customer by, read as it is stored."""
        found = {}
        for name in KEYS:
            raw = line.cells.get(name)
            if not normal.is_blank(raw):
                try:
                    found[name] = self._read(name, raw)
                except Invalid as refusal:
                    line.refuse(name, refusal)
        if not found and not line.problems:
            line.refuse("name", _("Write which customer is meant: its credit code, its name or a phone of it."))
        line.title = str(found.get("name") or found.get("credit_code") or "")
        return found

    def _read(self, name: str, raw: Any) -> Any:
        if isinstance(raw, CellError):
            raise Invalid(_("The formula in this cell failed: write the value instead."))
        return self.specs[name].parse(raw)

    def _customer(self, line: Line, found: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
        """Return the one customer that all the cells name; refuse the line if there is none, or several."""
        sets = {name: known[name].get(value, {}) for name, value in found.items()}
        for name, rows in sets.items():
            if not rows:
                line.refuse(name, _("There is no such customer that you may assign."))
                return None
        meant = set.intersection(*[set(rows) for rows in sets.values()])
        if len(meant) == 1:
            return next(iter(sets.values()))[meant.pop()]
        name = next(iter(sets))
        several = _("%(n)s customers are meant: write the credit code too.", n=len(meant))
        line.refuse(name, several if meant else _("These columns mean different customers."))
        return None

    def _person(self, line: Line, people: Mapping[str, int]) -> int | None:
        word = _word(line.cells.get("owner"))
        if word not in people:
            sentence = _("“%(word)s” is not exactly one active person: write the name or number in full.", word=word)
            line.refuse("owner", sentence if word else _("Please fill this in."))
            return None
        person = people[word]
        if person not in self.refusals:
            self.refusals[person] = _refusal(person, self.actor)
        if (refusal := self.refusals[person]) is not None:
            line.refuse("owner", refusal)
            return None
        return person

    def _match(self, line: Line, customer: Any, person: int) -> None:
        line.title = customer.name
        if customer.id in self.seen:
            line.refuse("name", _("Row %(row)s of this file has the same customer.", row=self.seen[customer.id]))
            return
        self.seen[customer.id] = line.number
        room = self.rooms[person]
        if customer.owner_id != person and not room.take(customer.level):
            line.refuse("owner", sentence_of(Full(person, *(room.full(customer.level) or (None, 0)))))
            return
        line.values = {"owner": person}
        line.changes(customer.id)


def _refusal(person: int, actor: Actor) -> DomainError | None:
    try:
        check_receivers([person], actor)
    except DomainError as refusal:
        return refusal
    return None


def _word(raw: Any) -> str:
    return " ".join(str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw or "").split())
