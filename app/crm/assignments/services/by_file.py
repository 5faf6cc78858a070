"""Assignment by a column of a file: which customer, and who is to hold it. Source: POOL-1.

A row names a customer by credit code, name or phone, and a person by name, user name or employee number. The same
rules hold as for assigning on the screen: reach, roles, limits.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.base import inbox
from app.base.actor import Actor
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.sentences import lasting
from app.base.tabular.template import TemplateField
from app.crm.assignments import queries
from app.crm.assignments.queries import Customer
from app.crm.assignments.rules import Full
from app.crm.assignments.services.assigning import sentence_of
from app.crm.assignments.services.file_rows import KEYS, AssignmentChecker
from app.crm.assignments.services.receivers import departments
from app.crm.customers import services as customers
from app.crm.pool import services as pool
from app.system.imports import queries as imports
from app.system.imports.services import Refused

ASSIGN = "assign"


class AssignmentTarget(customers.CustomerTarget):
    """See system.imports.services.targets.Target. ``house``: reads the setting hold_limit."""

    kind = "assignments"
    templates: Mapping[str, object] = {ASSIGN: _("Assignment by file")}

    def __init__(self, house: Callable[[], int]) -> None:
        self.house = house

    def fields(self, template: str) -> Sequence[TemplateField]:  # noqa: ARG002 - the protocol's
        specs = fields_of(Customer)
        kinds = {"credit_code": "code", "phone": "phone"}
        found = [
            TemplateField(name, specs[name].label, specs[name].synonyms, kind=kinds.get(name, "text")) for name in KEYS
        ]
        owner = specs["owner"]
        words = _("Name, user name or employee number of the person who is to hold the customer.")
        return [*found, TemplateField("owner", owner.label, owner.synonyms, is_required=True, help=words)]

    def dictionary_of(self, name: str) -> str:  # noqa: ARG002 - the protocol's
        return ""

    def notes(self, template: str, *, actor: Actor) -> Sequence[object]:  # noqa: ARG002 - the protocol's
        return [_("One of credit code, customer name and phone is enough. No customer is made or changed otherwise.")]

    def checker(self, template: str, *, actor: Actor) -> Any:  # noqa: ARG002 - the protocol's
        return AssignmentChecker(actor, house=self.house())

    def taken(self, values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:  # noqa: ARG002
        return {}

    def create(self, values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:  # noqa: ARG002
        return []

    def update(  # type: ignore[override]
        self, values: Mapping[int, Mapping[str, Any]], *, actor: Actor
    ) -> Mapping[int, dict[str, Any] | Refused]:
        """Give each customer to the person named in its row; whom the limits forbid stays where it is."""
        wanted = {key: row["owner"] for key, row in values.items()}
        pool.locked_hands(wanted.values())
        rows = queries.locked(sorted(wanted), actor)
        rooms = pool.rooms(wanted.values(), house=self.house(), beyond=False)
        found: dict[int, dict[str, Any] | Refused] = {}
        to: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            person = wanted[row.id]
            refusal = _refusal(row, person, rooms)
            found[row.id] = refusal or ({} if row.owner_id == person else _before(row))
            if refusal is None and row.owner_id != person:
                to[person].append(row.id)
        _give(to, actor)
        return found

    def finished(self, run_id: int, *, actor: Actor) -> None:
        """Tell whoever got customers how many."""
        got = Counter(values["owner"] for values in imports.changed_values(run_id))
        place = inbox.Place("CustomerView.list")
        for person, count in got.items():
            if person != actor.id:
                params = {"count": count, "words": ""}
                key = f"given by file:{run_id}"
                inbox.tell([person], "customers_given", params=params, link=place, key=key, actor=actor)

    def put_back(self, before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:
        with customers.because("undo"):
            return super().put_back(before, actor=actor)


def _refusal(row: Any, person: int, rooms: Mapping[int, Any]) -> Refused | None:
    if row.owner_id == person:
        return None
    if person not in rooms:
        return Refused(lasting(sentence_of(None)))
    if rooms[person].take(row.level):
        return None
    return Refused(lasting(sentence_of(Full(person, *(rooms[person].full(row.level) or (None, 0))))))


def _before(row: Any) -> dict[str, Any]:
    was = {name: getattr(row, name) for name in customers.OWNING}
    return was | {"assigned_at": was["assigned_at"].isoformat() if was["assigned_at"] else None}


def _give(to: Mapping[int, Sequence[int]], actor: Actor) -> None:
    houses = departments(list(to))
    with customers.because("import"):
        changed = customers.deal_out(to, houses=houses, actor=actor)
    if changed:
        customers.told(changed)
