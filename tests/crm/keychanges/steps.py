"""What the tests of changes of key data share."""

from sqlalchemy import select

from app.base import settings
from app.base.actor import SYSTEM, acting
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.keychanges import services
from app.crm.keychanges.models import Change
from app.extensions import db
from app.system.approvals.models import Case
from app.system.security.models import Department
from app.system.settings import services as setting_services
from tests.cast import LIN, MEI
from tests.factories import a_customer

CODE, OTHER = "91410100MA3X4YKJ0E", "91410100MA44T6QW1T"


def switch_on():
    """Let key data of Lin's department wait for Mei, who heads it."""
    with acting(SYSTEM):
        known = settings.registered[services.SETTING]
        setting_services.change(known, True, actor=SYSTEM, revision=0)  # noqa: FBT003 - the value
        db.session.get(Department, LIN.department_id).head_id = MEI.id
        db.session.commit()


def customer(**given):
    """Save a customer of Lin's; return its id."""
    return a_customer(**({"name": "河南旧名商贸有限公司", "credit_code": CODE, "legal_person": "老王"} | given)).id


def save(key, by=LIN, reason="", **values):
    """Save the customer's form; return what waits for approval."""
    with acting(by.actor) as actor:
        record = customers.by_id(key)
        return customer_services.change_or_propose(record, values, actor=actor, revision=record.revision, reason=reason)


def proposed(key=None, **values):
    """Save a customer and propose a change of it; return the ids of both."""
    key = key or customer()
    save(key, **(values or {"name": "河南新名商贸有限公司"}))
    with acting(SYSTEM):
        return key, db.session.scalars(
            select(Change.id).where(Change.customer_id == key).order_by(Change.id.desc())
        ).first()


def now(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return customers.by_id(key)


def state(change):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Change, change).state


def case_state(change):
    with acting(SYSTEM):
        wanted = select(Case.state).where(Case.subject == services.CODE, Case.record_id == change)
        return db.session.scalars(wanted.order_by(Case.id.desc())).first()


def approve(who, *changes):
    with acting(who.actor) as actor:
        return services.approve(changes, "", actor)


def reject(who, *changes, reason="wrong"):
    with acting(who.actor) as actor:
        return services.reject(changes, reason, actor)
