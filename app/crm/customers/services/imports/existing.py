"""Which customers there are already: by credit code, name and phone, some thousand at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, case, select

from app.base.actor import Actor
from app.base.i18n import Spoken, _
from app.base.scope import condition, unscoped
from app.crm.customers.models import Customer, PhoneEntry
from app.crm.customers.rules import PHONE_COLUMNS
from app.extensions import db

ROWS, ENTRIES = Customer.__table__, PhoneEntry.__table__
PHONES = tuple(column for column in PHONE_COLUMNS if column != "fax")


@dataclass(frozen=True)
class Found:
    """A customer that is there already, and what of it the importer may see and do."""

    id: int
    name: str
    owner: str | None
    is_seen: bool
    may_update: bool

    def sentence(self, seen: object, hidden: object) -> Spoken:
        """Return the warning: with the name for those who see the customer, else only that there is one."""
        values = {"name": self.name, "owner": self.owner or _("in the pool")}
        return Spoken(lambda: str(seen if self.is_seen else hidden) % values)


class Existing:
    """Looks up customers of whatever scope, and tells how far the actor reaches."""

    def __init__(self, actor: Actor) -> None:
        self.reads = condition(Customer, actor)
        self.writes = condition(Customer, actor, write=True)

    def by_code(self, codes: Iterable[str]) -> Mapping[str, Found]:
        return self._found(ROWS.c.credit_code, ROWS, codes)

    def by_name(self, names: Iterable[str]) -> Mapping[str, Found]:
        return self._found(ROWS.c.name, ROWS, names)

    def by_phone(self, numbers: Iterable[str]) -> Mapping[str, Found]:
        source = ROWS.join(ENTRIES, ENTRIES.c.customer_id == ROWS.c.id)
        return self._found(ENTRIES.c.number, source, numbers)

    def _found(self, key: ColumnElement[str], source: Any, wanted: Iterable[str]) -> Mapping[str, Found]:
        values = sorted(set(wanted))
        if not values:
            return {}
        people: Table = Customer.metadata.tables["security_employee"]
        flags = [case((rule, 1), else_=0) for rule in (self.reads, self.writes)]
        found = (
            select(key, ROWS.c.id, ROWS.c.name, people.c.name, *flags)
            .select_from(source.outerjoin(people, people.c.id == ROWS.c.owner_id))
            .where(key.in_(values), ROWS.c.deleted_at.is_(None))
            .order_by(flags[1], flags[0], ROWS.c.id.desc())  # of several, the last one wins: one that may be changed
        )
        with unscoped("that there is such a customer may be known; the flags say how much more"):
            rows = db.session.execute(found).all()
        return {row[0]: Found(row[1], row[2], row[3], is_seen=bool(row[4]), may_update=bool(row[5])) for row in rows}


def taken(values: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[str, object]]:
    """Return the places whose credit code somebody else has meanwhile."""
    codes = {row["credit_code"]: place for place, row in enumerate(values) if row.get("credit_code")}
    if not codes:
        return {}
    found = select(ROWS.c.credit_code).where(ROWS.c.credit_code.in_(sorted(codes)), ROWS.c.deleted_at.is_(None))
    sentence = _("Another customer got this credit code after the file was checked.")
    with unscoped("credit codes are unique in the whole house"):
        return {codes[code]: ("credit_code", sentence) for code in db.session.scalars(found)}
