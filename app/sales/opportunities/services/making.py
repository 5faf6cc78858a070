"""Making opportunities of many customers, or of many follow-ups, at once. Source: FUP-3."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, insert, select

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.bulk import Applied, Given, Plan
from app.base.errors import Invalid
from app.base.fields import Choice
from app.base.history import INSERT, delete_versioned, insert_versioned, versions_of
from app.base.i18n import _
from app.base.scope import condition, unscoped
from app.base.sentences import lasting
from app.crm.customers import services as customers
from app.crm.customers.queries import Customer
from app.crm.followups.queries import Followup
from app.crm.products import queries as products
from app.extensions import db
from app.sales.opportunities import queries
from app.sales.opportunities.models import Move, Opportunity
from app.sales.opportunities.rules import OPEN
from app.sales.opportunities.services.spreading import Dealing, check_spread, open_customers, plan, spread
from app.system.security import queries as security

ROWS, MOVES = Opportunity.__table__, Move.__table__
TYPES = Choice(dictionary="opportunity_type")
LONGEST_TITLE = 120
NOBODY = _("Nobody holds this customer: choose who is to get the opportunity.")
OPEN_ALREADY = _("An opportunity of this type is open with this customer already.")
MADE_ALREADY = _("This follow-up is an opportunity already.")
NOT_YOURS = _("No longer yours to change.")
EDITED = _("Somebody has worked on its opportunity since.")


class Source(NamedTuple):
    """What an opportunity is made of. ``id``: of the ticked row."""

    id: int
    customer_id: int
    name: str
    owner_id: int | None
    contact_id: int | None = None
    followup_id: int | None = None
    said: str | None = None


def check_make(given: Given, actor: Actor) -> None:
    """Raise Invalid or NotAllowed for receivers or weights that cannot be meant, or a product that is not offered."""
    if given.get("people"):
        check_spread(given, actor)
    if given.get("product") and products.offered(given["product"]) is None:
        raise Invalid(_("This product is not offered any more: choose another."))


# ── the plan ──


def plan_of_customers(where: ColumnElement[bool], _count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many opportunities of customers."""
    mine = (where, condition(Customer, actor, write=True))
    ids = list(db.session.scalars(select(Customer.id).where(*mine)))
    return _plan(_customers(ids), _open_with(ids, given["type"]), given, OPEN_ALREADY)


def plan_of_followups(where: ColumnElement[bool], _count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many opportunities of follow-ups."""
    mine = (where, condition(Followup, actor, write=True))
    ids = list(db.session.scalars(select(Followup.id).where(*mine)))
    return _plan(_followups(ids), set(queries.at_followups(ids)), given, MADE_ALREADY)


def _plan(sources: Sequence[Source], already: set[int], given: Given, why: object) -> Plan:
    fresh = [one for one in sources if one.id not in already]
    warnings: list[object] = []
    if len(fresh) < len(sources):
        warnings.append(_("%(n)s are left alone: %(why)s") % {"n": len(sources) - len(fresh), "why": why})
    if given.get("people"):
        return plan(given, spread(given, len(fresh), {}), {}, warnings=warnings)
    shares: dict[int, int] = {}
    for one in fresh:
        if one.owner_id is not None:
            shares[one.owner_id] = shares.get(one.owner_id, 0) + 1
    if (free := len(fresh) - sum(shares.values())) > 0:
        warnings.append(_("%(n)s are left alone: %(why)s") % {"n": free, "why": NOBODY})
    return plan(given, dict(sorted(shares.items())), {}, warnings=warnings)


# ── the deed ──


def make_of_customers(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Make an opportunity of each customer that has none of this type open."""
    mine = _held(ids, actor)
    return _make(_customers(mine), _open_with(mine, given["type"]), ids, given, actor, why=OPEN_ALREADY)


def make_of_followups(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Make an opportunity of each follow-up that is none yet; their customers are held meanwhile."""
    _held([one.customer_id for one in _followups(ids)], None)
    mine = select(Followup.id).where(among(Followup.id, ids), condition(Followup, actor, write=True))
    found = list(db.session.scalars(mine.order_by(Followup.id)))
    return _make(_followups(found), set(queries.at_followups(found)), ids, given, actor, why=MADE_ALREADY)


def _held(ids: Sequence[int], actor: Actor | None) -> list[int]:
    """Return the customers that the actor may change, held against others until the end of the transaction."""
    may = [condition(Customer, actor, write=True)] if actor is not None else []
    rows = select(Customer.id).where(among(Customer.id, sorted(set(ids))), *may).order_by(Customer.id)
    return list(db.session.scalars(rows.with_for_update(of=Customer)))


def _make(
    sources: Sequence[Source], already: set[int], ids: Sequence[int], given: Given, actor: Actor, *, why: object
) -> Applied:
    refused: dict[int, object] = dict.fromkeys(set(ids) - {one.id for one in sources}, lasting(NOT_YOURS))
    refused |= dict.fromkeys(already, lasting(why))
    dealing, nobody = Dealing(given["shares"]), lasting(NOBODY)
    to: dict[int, int] = {}
    by_owner = not given.get("people")
    for one in sources:
        if one.id in already:
            continue
        person = one.owner_id if by_owner else dealing.give()
        if person is None:
            refused[one.id] = nobody
        else:
            to[one.id] = person
    if by_owner:
        dealing.got = _counted(to.values())
    fresh = [one for one in sources if one.id in to]
    _insert(fresh, to, given, actor)
    open_customers([(one.customer_id, to[one.id]) for one in fresh], actor=actor)
    return Applied(sorted(to), refused, dealing.told(given))


def _counted(people: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for person in people:
        found[person] = found.get(person, 0) + 1
    return found


def _insert(sources: Sequence[Source], to: Mapping[int, int], given: Given, actor: Actor) -> None:
    if not sources:
        return
    stage, now, houses = queries.first_open(), clock.now(), security.departments_of(set(to.values()))
    kind, product = TYPES.text(given["type"]), products.by_id(given.get("product"))
    common = {
        "type": given["type"],
        "product_id": product.id if product is not None else None,
        "stage": stage.code,
        "state": stage.phase,
        "amount": product.price if product is not None else None,
        "probability": stage.probability,
        "moved_at": now,
        "created_at": now,
        "updated_at": now,
        "created_by_id": actor.id,
        **dict.fromkeys(("expected_on", "closed_on", "loss_reason", "loss_words", "competitor", "deleted_at")),
    }
    rows = [
        common
        | {
            "title": f"{one.name} · {kind}"[:LONGEST_TITLE],
            "customer_id": one.customer_id,
            "contact_id": one.contact_id,
            "followup_id": one.followup_id,
            "owner_id": to[one.id],
            "department_id": houses.get(to[one.id]),
            "notes": one.said or given.get("words") or None,
        }
        for one in sources
    ]
    keys = insert_versioned(Opportunity, rows)
    moved = {"from_stage": None, "to_stage": stage.code, "at": now, "by_id": actor.id, "days": None, "words": None}
    db.session.connection().execute(insert(MOVES), [{**moved, "opportunity_id": key} for key in keys])


def _customers(ids: Sequence[int]) -> Sequence[Source]:
    columns = (Customer.id, Customer.name, Customer.owner_id)
    rows = db.session.execute(select(*columns).where(among(Customer.id, ids)).order_by(Customer.id))
    return [Source(row.id, row.id, row.name, row.owner_id) for row in rows]


def _followups(ids: Sequence[int]) -> Sequence[Source]:
    columns = (Followup.id, Followup.customer_id, Customer.name, Customer.owner_id, Followup.contact_id)
    rows = select(*columns, Followup.content).join(Customer, Customer.id == Followup.customer_id)
    found = db.session.execute(rows.where(among(Followup.id, ids)).order_by(Followup.id))
    return [Source(row[0], row[1], row[2], row[3], row[4], row[0], row[5]) for row in found]


def _open_with(customers_ids: Sequence[int], kind: str) -> set[int]:
    """Return the customers with whom an opportunity of this type is open, whoever sees it."""
    there = (among(ROWS.c.customer_id, customers_ids), ROWS.c.type == kind, ROWS.c.state == OPEN)
    with unscoped("an opportunity is there, whoever sees it"):
        return set(db.session.scalars(select(ROWS.c.customer_id).where(*there, ROWS.c.deleted_at.is_(None))))


# ── taking it back ──


def _made(column: str, ids: Sequence[int], number: int) -> Mapping[int, int]:
    """Return row → the opportunity that change set ``number`` made of it."""
    versions = versions_of(Opportunity).__table__
    ours = (versions.c.transaction_id == number, versions.c.operation_type == INSERT)
    rows = select(versions.c[column], versions.c.id).where(*ours, among(versions.c[column], ids))
    with unscoped("whoever made them takes them back"):
        return {row[0]: row[1] for row in db.session.execute(rows)}


def _stays(column: str, ids: Sequence[int], number: int) -> Mapping[int, object]:
    made = _made(column, ids, number)
    untouched = select(ROWS.c.id).where(among(ROWS.c.id, sorted(made.values())), ROWS.c.revision == 1)
    with unscoped("whoever made them takes them back"):
        free = set(db.session.scalars(untouched.with_for_update()))
    sentence = lasting(EDITED)
    return {key: sentence for key in ids if made.get(key) not in free}


def _unmake(column: str, ids: Sequence[int], number: int) -> None:
    keys = sorted(_made(column, ids, number).values())
    with unscoped("whoever made them takes them back"):
        theirs = select(ROWS.c.customer_id).where(among(ROWS.c.id, keys))
        customers.close_again(list(db.session.scalars(theirs)), number=number)
        db.session.execute(MOVES.delete().where(among(MOVES.c.opportunity_id, keys)))
    delete_versioned(Opportunity, keys)


def stays_of_customers(ids: Sequence[int], number: int) -> Mapping[int, object]:
    """Return the customers whose opportunity somebody has worked on since, and the sentence."""
    return _stays("customer_id", ids, number)


def stays_of_followups(ids: Sequence[int], number: int) -> Mapping[int, object]:
    """Return the follow-ups whose opportunity somebody has worked on since, and the sentence."""
    return _stays("followup_id", ids, number)


def unmake_of_customers(ids: Sequence[int], number: int) -> None:
    """Remove the opportunities that change set ``number`` made of customers."""
    _unmake("customer_id", ids, number)


def unmake_of_followups(ids: Sequence[int], number: int) -> None:
    """Remove the opportunities that change set ``number`` made of follow-ups."""
    _unmake("followup_id", ids, number)
