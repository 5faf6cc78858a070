"""People who claim at the same moment, each with a session of their own."""

import threading

from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers import services as owning
from app.crm.customers.models import Customer, Holding
from app.crm.pool import services
from app.crm.pool.models import Hand
from app.crm.pool.rules import Terms
from app.extensions import db
from app.system.security import queries
from app.system.security import services as security
from tests.cast import password_hash
from tests.factories import a_pool_customer

FREE = Terms(hold_limit=0, claim_per_day=0, cooling_days=0, embargo_hours=0)


def claim_at_once(app, people, ids, terms=FREE):
    """Let people (ids, one of them perhaps several times) claim the same customers at once; return what each got."""
    got, failed, ready = [], [], threading.Barrier(len(people))

    def claim(person):
        try:
            with app.app_context():
                actor = queries.actor(person)
                db.session.rollback()
                ready.wait(20)
                with acting(actor):
                    got.append((person, services.claim(ids, actor=actor, terms=terms).changed))
                db.session.remove()
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failed.append(error)

    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    return got


def free_customers(app, count):
    with app.app_context():
        return [a_pool_customer(name=f"抢{n}", phone=f"+8637165001{n:03}").id for n in range(count)]


def agents(app, count):
    """Employ further agents; return their ids."""

    @transaction
    def employ():
        found = []
        for n in range(count):
            values = {"username": f"agent{n}", "name": f"客服{n}", "email": f"agent{n}@example.cn"}
            person = security.hire(values | {"department": 3, "roles": ("agent",), "number": f"A{n}"}, actor=SYSTEM)
            person.account.password = password_hash()
            db.session.flush()
            found.append(person.id)
        return found

    with app.app_context(), acting(SYSTEM):
        return employ()


def held(app):
    """Return who holds how many customers, by the rows themselves."""
    with app.app_context(), acting(SYSTEM):
        counted = select(Customer.owner_id, func.count()).group_by(Customer.owner_id)
        return dict(db.session.execute(counted).all())


def open_spells(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(Holding).where(Holding.until_at.is_(None)))


def claims_counted(app, person):
    with app.app_context(), acting(SYSTEM), unscoped("a test looks"):
        return db.session.get(Hand, person).claimed_count


def free_again(app, ids):
    """Put everything back, as if nobody had claimed."""

    @transaction
    def back():
        owning.let_go(ids, how="manual", reason=None, words="", actor=SYSTEM)
        db.session.query(Hand).update({"claimed_count": 0})

    with app.app_context(), acting(SYSTEM):
        back()
