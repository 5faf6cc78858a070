"""The way of a run through the services, as a test of them needs it."""

from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.scope import with_deleted
from app.crm.customers.models import Customer
from app.crm.customers.views import CustomerView
from app.extensions import db
from app.system.runs import services
from app.system.runs.models import Run
from tests.cast import ANRAN
from tests.factories import a_customer

ALL = '{"all": []}'


def subject(app):
    return next(view for view in app.appbuilder.baseviews if isinstance(view, CustomerView)).subject()


def many(count, **given):
    return [a_customer(name=f"客户{n}", phone=f"+8637165001{n:03}", **given).id for n in range(count)]


def planned(app, given, *, who=ANRAN, action="bulk_edit", ids=None, shown):
    with acting(who.actor):
        return services.begin(
            subject(app),
            subject(app).actions[action],
            actor=who.actor,
            title="Change many",
            filter_text=ALL if ids is None else None,
            ticked=ids,
            given=given,
            shown=shown,
            in_background=False,
        ).id


def carried_out(run_id, who=ANRAN):
    with acting(who.actor):
        services.carry_out(run_id, AtOnce({}, who.actor))
    return run_of(run_id)


def done(app, given, who=ANRAN, **more):
    return carried_out(planned(app, given, who=who, **more), who)


def taken_back(run_id, who=ANRAN):
    with acting(who.actor):
        services.begin_to_take_back(db.session.get(Run, run_id), actor=who.actor, in_background=False)
        services.take_back(run_id, AtOnce({}, who.actor))
    return run_of(run_id)


def run_of(run_id):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Run, run_id)


def levels():
    with acting(SYSTEM), with_deleted():
        return dict(db.session.execute(select(Customer.id, Customer.level).order_by(Customer.id)).all())


def numbers(run):
    return (run.row_count, run.changed_count, run.refused_count, run.restored_count, run.kept_count)
