"""Giving open opportunities to somebody, or sharing them out: ticked ones, or all that match. Source: SAL-4."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.bulk import Applied, Given, Plan
from app.base.history import change_set, explain, update_versioned
from app.base.i18n import _
from app.base.scope import condition
from app.base.sentences import joined, lasting
from app.extensions import db
from app.sales.opportunities.models import Opportunity
from app.sales.opportunities.rules import OPEN
from app.sales.opportunities.services.spreading import Dealing, check_spread, open_customers, plan, spread
from app.system.security import queries as security

COLUMNS = ("owner_id", "department_id")
DECIDED = _("It is decided already: reopen it first.")
NOT_YOURS = _("No longer yours to change.")


def check_allocate(given: Given, actor: Actor) -> None:
    """Raise Invalid or NotAllowed for receivers or weights that cannot be meant."""
    check_spread(given, actor)


def plan_allocate(where: ColumnElement[bool], count: int, given: Given, actor: Actor) -> Plan:
    """Return who would get how many of those that are open."""
    mine = (where, condition(Opportunity, actor, write=True))
    counted = select(Opportunity.state, Opportunity.owner_id, func.count(Opportunity.id)).where(*mine)
    rows = db.session.execute(counted.group_by(Opportunity.state, Opportunity.owner_id))
    held = {owner: n for state, owner, n in rows if state == OPEN}
    meant = sum(held.values())
    warnings = [_("%(n)s are decided already, and stay.") % {"n": count - meant}] if count > meant else []
    return plan(given, spread(given, meant, held), held, warnings=warnings)


def allocate(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Give some of a run's opportunities to those who are still to get some."""
    rows = _locked(ids, actor)
    dealing, to = Dealing(given["shares"]), defaultdict[int, list[int]](list)
    refused: dict[int, object] = dict.fromkeys(set(ids) - {row.id for row in rows}, lasting(NOT_YOURS))
    decided = lasting(DECIDED)
    for row in rows:
        if row.state != OPEN:
            refused[row.id] = decided
        elif (person := dealing.give(row.owner_id)) is not None and person != row.owner_id:
            to[person].append(row.id)
    changed = _give(to, given)
    theirs = {row.id: row.customer_id for row in rows}
    open_customers([(theirs[key], person) for person, keys in to.items() for key in keys], actor=actor)
    return Applied(changed, refused, dealing.told(given))


def _locked(ids: Sequence[int], actor: Actor) -> Sequence[Any]:
    columns = (Opportunity.id, Opportunity.owner_id, Opportunity.state, Opportunity.customer_id)
    mine = select(*columns).where(among(Opportunity.id, ids), condition(Opportunity, actor, write=True))
    return db.session.execute(mine.order_by(Opportunity.id).with_for_update(of=Opportunity)).all()


def _give(to: Mapping[int, Sequence[int]], given: Given) -> list[int]:
    houses, words = security.departments_of(list(to)), given.get("words", "")
    if words and to:
        explain(joined(change_set().note, words))
    changed: list[int] = []
    for person, keys in to.items():
        values = {"owner_id": person, "department_id": houses.get(person)}
        changed += update_versioned(Opportunity, keys, values, also={"updated_at": clock.now()})
    return sorted(changed)
