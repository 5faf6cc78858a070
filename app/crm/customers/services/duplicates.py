"""Customers that may be entered twice: found by code, name or phone, told as far as the actor sees. Source: CUS-9.

Outside the actor's scope only a whole code, name or number is answered, and no more is told than that there is such
a customer, and whose it is. Source: DECISIONS, Rights.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Table, case, select

from app.base import clock, inbox, logbook
from app.base.actor import Actor
from app.base.chinese import search_form
from app.base.errors import Invalid, Missing
from app.base.history import change_set, explain
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.scope import condition, unscoped
from app.base.sealed import is_value
from app.base.sentences import joined
from app.base.transaction import transaction
from app.crm.customers import rules
from app.crm.customers.models import Customer, PhoneEntry
from app.extensions import db
from app.system.logs import queries as logs
from app.system.search import queries as search
from app.system.security import queries as security

ROWS, ENTRIES = Customer.__table__, PhoneEntry.__table__
#: The fields that are compared.
PHONES = tuple(column for column in rules.PHONE_COLUMNS if column != "fax")
COMPARED = ("name", "credit_code", "document_number", *PHONES)
MOST_LOOKED_AT = 50  # of one reason
A_DAY = timedelta(days=1)


class Reason(IntEnum):
    """Why two customers look the same, the strongest first."""

    CODE = 0
    DOCUMENT = 1
    NAME = 2
    PHONE = 3
    CORE = 4


REASONS: Mapping[Reason, object] = {
    Reason.CODE: _("same credit code"),
    Reason.DOCUMENT: _("same identity document"),
    Reason.NAME: _("same name"),
    Reason.PHONE: _("same phone number"),
    Reason.CORE: _("similar name"),
}


@dataclass(frozen=True)
class Alike:
    """A customer that is there already. Outside the scope (``is_seen`` false) only its owner may be told."""

    id: int
    name: str
    owner: str | None  # None: in the pool
    is_seen: bool
    reasons: tuple[Reason, ...]

    @property
    def owner_text(self) -> str:
        return self.owner or str(_("in the pool"))


def alike(values: Mapping[str, Any], *, but: int | None, actor: Actor, per_day: int) -> list[Alike]:
    """Return up to MOST_ALIKE customers that look like ``values`` (by field name), the likest first.

    What is told of customers outside the scope is logged, at most ``per_day`` of them for one person a day.
    """
    found: dict[int, set[Reason]] = defaultdict(set)
    for reason, ids in _looked_up(values):
        for key in ids:
            found[key].add(reason)
    found.pop(but or 0, None)
    told = [one for one in _read(found, actor) if one.is_seen or _may_be_told(one, values)]
    return _noted(sorted(told, key=lambda one: (one.reasons, not one.is_seen, -one.id)), actor, per_day)[
        : rules.MOST_ALIKE
    ]


def changed(values: Mapping[str, Any], record: Customer) -> dict[str, Any]:
    """Return those of the compared values in which a customer would change."""
    return {name: values[name] for name in COMPARED if name in values and values[name] != getattr(record, name)}


def _looked_up(values: Mapping[str, Any]) -> Iterable[tuple[Reason, Sequence[int]]]:
    numbers = sorted({number for column in PHONES if (number := values.get(column))})
    with unscoped("that there is such a customer may be known; what more, the scope says afterwards"):
        if code := values.get("credit_code"):
            same = (ROWS.c.credit_code == code, ROWS.c.deleted_at.is_(None))  # as the unique index has it
            yield Reason.CODE, db.session.scalars(select(ROWS.c.id).where(*same)).all()
        if document := values.get("document_number"):
            there = select(ROWS.c.id).where(is_value(ROWS, "document_number", document)).limit(MOST_LOOKED_AT)
            yield Reason.DOCUMENT, db.session.scalars(there).all()
        if numbers:
            there = select(ENTRIES.c.customer_id).where(ENTRIES.c.number.in_(numbers), ENTRIES.c.kind != "fax")
            yield Reason.PHONE, db.session.scalars(there.distinct().limit(MOST_LOOKED_AT)).all()
    if name := values.get("name"):
        yield Reason.NAME, search.twins("customer", "n", name, limit=MOST_LOOKED_AT)
        yield Reason.CORE, search.twins("customer", "s", name, limit=MOST_LOOKED_AT)


def _read(found: Mapping[int, set[Reason]], actor: Actor) -> list[Alike]:
    if not found:
        return []
    people: Table = Customer.metadata.tables["security_employee"]
    seen = case((condition(Customer, actor), 1), else_=0)
    rows = select(ROWS.c.id, ROWS.c.name, people.c.name.label("owner"), seen.label("seen"))
    rows = rows.select_from(ROWS.outerjoin(people, people.c.id == ROWS.c.owner_id))
    with unscoped("the flag says how much may be told"):
        alive = db.session.execute(rows.where(ROWS.c.id.in_(sorted(found)), ROWS.c.deleted_at.is_(None))).all()
    return [Alike(row.id, row.name, row.owner, bool(row.seen), _plain(found[row.id])) for row in alive]


def _plain(reasons: set[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons - {Reason.CORE} if Reason.NAME in reasons else reasons))


def _may_be_told(one: Alike, values: Mapping[str, Any]) -> bool:
    """Tell whether a customer outside the scope is one that the whole code, name or number names."""
    if {Reason.CODE, Reason.DOCUMENT, Reason.PHONE} & set(one.reasons):
        return True
    name = values.get("name") or ""
    return rules.may_be_told(name) and search_form(name) == search_form(one.name)


def _noted(told: Sequence[Alike], actor: Actor, per_day: int) -> list[Alike]:
    """Leave in the log what is told outside the scope; leave out what goes beyond the day's limit."""
    outside = [one for one in told[: rules.MOST_ALIKE] if not one.is_seen]
    if not outside:
        return list(told)
    known = logs.subjects_since(Kind.LOOKED_UP, _midnight(), actor=actor)
    new = [one for one in outside if one.id not in known]
    hidden = {one.id for one in new[max(per_day - len(known), 0) :]}
    for one in new:
        if one.id not in hidden:
            about = {"subject_kind": ROWS.name, "subject_id": one.id, "title": one.name[:200]}
            detail = {"same": [REASONS[reason] for reason in one.reasons]}
            logbook.note_afterwards(Kind.LOOKED_UP, **about, detail=detail, actor=actor, once_within=A_DAY)
    return [one for one in told if one.id not in hidden]


def _midnight() -> datetime:
    return clock.stored(datetime.combine(clock.today(), time()))


def note_despite(customer: Customer, despite: Sequence[Alike], actor: Actor) -> None:
    """Write in history and log that a customer was saved although it looks like others. For supervisors to see."""
    if despite:
        keys = sorted(one.id for one in despite)
        reasons = sorted({reason for one in despite for reason in one.reasons})
        others, why = "、".join(f"#{key}" for key in keys), joined(*[REASONS[one] for one in reasons], by="、")
        note = _("Saved although it looks like %(others)s (%(why)s)", others=others, why=why)
        explain(joined(change_set().note, note))
        detail = {"same": [REASONS[one] for one in reasons], "rows": len(keys)}
        logbook.note(Kind.DUPLICATE_SAVED, **logbook.about(customer), detail=detail, records=keys, actor=actor)


@transaction
def ask_for(key: int, *, actor: Actor) -> None:
    """Ask the owner of a customer, and the head of its department, for it: once a person, customer and day.

    Raises Missing if it is gone, Invalid if it was asked for today, or if nobody could answer.
    """
    with unscoped("the actor was told that there is such a customer"):
        customer = db.session.scalar(select(Customer).where(Customer.id == key))
    if customer is None:
        raise Missing(_("This customer is not there any more."))
    if key in logs.subjects_since(Kind.ASKED_FOR, _midnight(), actor=actor):
        raise Invalid(_("You have asked for this customer today already."))
    people = [one for one in (customer.owner_id, _head(customer.department_id)) if one not in (None, actor.id)]
    if not people:
        raise Invalid(_("Nobody is responsible for this customer: ask an administrator."))
    place = inbox.Place("CustomerView.show", key)
    once = f"asked:{actor.id}:{key}:{clock.today():%Y%m%d}"
    inbox.tell([one for one in people if one], "customer_asked_for", link=place, key=once, actor=actor)
    logbook.note(Kind.ASKED_FOR, **logbook.about(customer), actor=actor)


def _head(department_id: int | None) -> int | None:
    """Return who heads a department, or the next one above it that has a head."""
    return security.head_of(department_id) if department_id else None
