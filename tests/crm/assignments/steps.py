"""The way of an assignment through the services, as a test of it needs it."""

from collections import Counter

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.scope import with_deleted
from app.base.transaction import transaction
from app.crm.assignments.views import bulk
from app.crm.customers.models import Customer, Holding
from app.crm.pool.models import HoldLimit
from app.extensions import db
from app.system.notifications.models import Message
from app.system.runs import services
from tests.cast import DAI
from tests.system.runs.steps import ALL, carried_out, many, run_of, subject, taken_back

__all__ = ["ALL", "assign", "bulk", "carried_out", "given_of", "holders", "limit", "many", "messages", "planned",
           "recall", "run_of", "spells", "taken_back"]  # fmt: skip


def given_of(people, **more):
    return {"people": [person.id for person in people], **more}


def plan_of(app, given, *, ids=None, who=DAI, action="assign"):
    """Return the plan as the preview shows it, and how many rows it is about."""
    with acting(who.actor) as actor:
        known = subject(app)
        where = known.meant(filter_text=ALL if ids is None else None, ticked=ids, actor=actor)
        count = services.counts(known, where, actor=actor).writable
        known.actions[action].check(given, actor)
        return known.actions[action].plan(where, count, given, actor), count


def planned(app, people, *, ids=None, who=DAI, **more):
    """Plan an assignment and begin it, not carried out yet; return the run's id."""
    plan, count = plan_of(app, given_of(people, **more), ids=ids, who=who)
    return _begun(app, "assign", plan.given, ids=ids, who=who, count=count)


def _begun(app, name, given, *, ids, who, count):
    with acting(who.actor) as actor:
        known = subject(app)
        about = {"title": "Assign", "shown": count, "in_background": False}
        about |= {"filter_text": ALL if ids is None else None, "ticked": ids}
        return services.begin(known, known.actions[name], actor=actor, given=given, **about).id


def assign(app, people, *, ids=None, who=DAI, **more):
    return carried_out(planned(app, people, ids=ids, who=who, **more), who)


def recall(app, *, ids, who=DAI, reason="poor_followup", **more):
    given = {"reason": reason, **more}
    return carried_out(_begun(app, "recall", given, ids=ids, who=who, count=len(ids)), who)


def holders():
    """Return how many customers each person holds; None: those of the pool."""
    with acting(SYSTEM):
        return Counter(db.session.scalars(select(Customer.owner_id)))


def spells(key):
    with acting(SYSTEM), with_deleted():
        found = db.session.scalars(select(Holding).where(Holding.customer_id == key).order_by(Holding.id))
        return [(one.employee_id, one.begun_how, one.ended_how) for one in found]


def messages(person):
    with acting(person.actor):
        found = db.session.scalars(select(Message).order_by(Message.id))
        return [(one.kind, one.params.get("count")) for one in found]


def limit(person, most, *, level=None):
    """Let a person hold at most so many customers."""

    @transaction
    def keep():
        db.session.add(HoldLimit(employee_id=person.id, level=level, most=most))

    with acting(SYSTEM):
        keep()
