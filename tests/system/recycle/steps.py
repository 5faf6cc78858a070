"""The way into the recycle bin and out of it through the services, as tests of it need it."""

from types import SimpleNamespace

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.recycle import Why
from app.base.scope import unscoped, with_deleted
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.recycle.models import BinEntry
from app.system.recycle.views import RecycleView
from app.system.runs import services as runs
from app.system.runs.models import Run
from tests.cast import ANRAN
from tests.factories import a_contact, a_customer

CODE, OTHER_CODE = "91350000NFEU9W2E97", "91410300MA9K2R4TXA"
DELETED = Why("mistake", "手滑")


def a_deleted_customer(*, actor=SYSTEM, why=DELETED, **given):
    """Delete a customer; return its id and its entry's."""
    customer = a_customer(**given)
    with acting(actor):
        customers.delete(customer, actor=actor, why=why)
    return SimpleNamespace(id=customer.id, entry=entry_of("customer", customer.id))


def a_deleted_contact(**given):
    contact = a_contact(**given)
    with acting(SYSTEM):
        customers.delete_contact(contact, actor=SYSTEM, why=DELETED)
    return SimpleNamespace(id=contact.id, entry=entry_of("contact", contact.id))


def entry_of(kind, record_id):
    found = select(BinEntry.id).where(BinEntry.kind == kind, BinEntry.record_id == record_id)
    with acting(SYSTEM):
        return db.session.scalar(found)


def entry(key):
    with acting(SYSTEM):
        return db.session.get(BinEntry, key)


def in_bin():
    """Return the names in the bin."""
    with acting(SYSTEM):
        return sorted(db.session.scalars(select(BinEntry.name)))


def is_alive(model, key):
    with acting(SYSTEM), with_deleted():
        db.session.expire_all()
        found = db.session.get(model, key)
        return found is not None and found.deleted_at is None


def alive(model=Customer):
    with acting(SYSTEM):
        return sorted(db.session.scalars(select(model.name)))


def is_there(model, key):
    table = model.__table__
    with unscoped("a test looks"):
        return db.session.scalar(select(table.c.id).where(table.c.id == key)) is not None


def subject(app):
    return next(view for view in app.appbuilder.baseviews if isinstance(view, RecycleView)).subject()


def run(app, action, entries, *, who=ANRAN, shown=None):
    """Run an action of the bin over entries; return the run."""
    with acting(who.actor):
        planned = runs.begin(
            subject(app),
            subject(app).actions[action],
            actor=who.actor,
            title=f"Recycle bin · {action}",
            filter_text=None,
            ticked=list(entries),
            given={},
            shown=len(entries) if shown is None else shown,
            in_background=False,
        ).id
        runs.carry_out(planned, AtOnce({}, who.actor))
    return run_of(planned)


def taken_back(key, *, who=ANRAN):
    with acting(who.actor):
        runs.begin_to_take_back(db.session.get(Run, key), actor=who.actor, in_background=False)
        runs.take_back(key, AtOnce({}, who.actor))
    return run_of(key)


def run_of(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Run, key)
