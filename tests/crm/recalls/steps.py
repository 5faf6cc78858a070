"""Rules and customers of some age, as tests of recall need them."""

from datetime import timedelta

from sqlalchemy import select, update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer, Holding
from app.crm.recalls import services
from app.crm.recalls.models import RecallRule
from app.crm.recalls.rules import NO_FOLLOWUP
from app.extensions import db
from app.system.notifications.models import Message
from app.system.runs.models import Run
from tests.cast import ANRAN
from tests.factories import a_customer

VALUES = {"name": "未跟进", "kind": NO_FOLLOWUP, "days": 30, "spares_deals": True, "spares_planned": False}
PROTECTION_DAYS, STAGES = 7, (7, 3, 1)


def a_rule(*, is_on=True, **given):
    """Return a rule, looked at and switched on."""
    with acting(ANRAN.actor) as anran:
        rule = services.create(VALUES | given, actor=anran)
        if is_on:
            services.look(rule, actor=anran)
            services.switch_on(rule, actor=anran)
        return rule


def a_rule_id(**given):
    return a_rule(**given).id


def assigned(days, *, followed=None, planned=None, **given):
    """Return the id of a customer of Lin's: days since it was assigned and followed up, days until what is planned."""
    key = a_customer(**given).id
    age(key, days, followed=followed, planned=planned)
    return key


def age(key, days, *, followed=None, planned=None):
    values = {"assigned_at": clock.now() - timedelta(days=days)}
    values["last_followup_at"] = None if followed is None else clock.now() - timedelta(days=followed)
    values["next_contact_at"] = None if planned is None else clock.now() + timedelta(days=planned)
    with acting(SYSTEM):
        db.session.execute(update(Customer.__table__).where(Customer.__table__.c.id == key).values(**values))
        db.session.commit()


def many(count, days, **given):
    return [assigned(days, name=f"客户{n}", phone=f"+8637165001{n:03}", **given) for n in range(count)]


def recall(day=None):
    with acting(SYSTEM):
        return services.recall(day=day or clock.today(), protection_days=PROTECTION_DAYS, actor=SYSTEM)


def warn(day=None, stages=STAGES):
    with acting(SYSTEM):
        return services.warn(day=day or clock.today(), stages=stages, protection_days=PROTECTION_DAYS, actor=SYSTEM)


def customer(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Customer, key)


def spell(key):
    with acting(SYSTEM):
        return db.session.scalars(select(Holding).where(Holding.customer_id == key).order_by(Holding.id.desc())).first()


def messages(kind):
    """Return (recipient, values) of all messages of a kind."""
    with acting(SYSTEM):
        db.session.expire_all()
        found = db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)).all()
        return [(one.recipient_id, dict(one.params)) for one in found]


def runs():
    with acting(SYSTEM):
        db.session.expire_all()
        return list(db.session.scalars(select(Run).order_by(Run.id)))


def rule_of(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(RecallRule, key)
