"""Two who decide fees of one customer, one who ends what is being renewed, two schedulers: on both databases.

Each with the guard taken out, on PostgreSQL: SQLite lets one write at a time whatever the guards.
"""

import threading
import time

import pytest
from sqlalchemy import select, text, update

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.base.i18n import speaking
from app.base.transaction import transaction
from app.crm.fees.services import changes
from app.crm.renewals import services
from app.crm.renewals.models import Line, Reminder
from app.crm.renewals.services import ending, reckoning, reminding
from app.extensions import db
from tests.cast import LIN, SAM
from tests.crm.renewals.steps import a_fee, change_fee, customer, in_days, line, messages, remind, served

PATIENCE_SECONDS = 20


def somebody_waits():
    """Wait until another connection waits for a lock; SQLite has no second writer that could be seen waiting."""
    if db.engine.dialect.name != "postgresql":
        return
    ends = time.monotonic() + PATIENCE_SECONDS
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while time.monotonic() < ends:
        with db.engine.connect() as connection:
            if connection.scalar(waiting):
                return
    raise AssertionError("nobody waited")


def while_open(app, first, second):
    """Let ``second`` begin while ``first`` is done, and not committed; return what the second was told."""
    told, began = [], threading.Event()

    @transaction
    def hold():
        first()
        db.session.flush()
        began.set()
        somebody_waits()

    def other():
        with app.app_context(), speaking("en"):
            began.wait(PATIENCE_SECONDS)
            try:
                second()
                told.append("done")
            except DomainError as refusal:
                told.append(str(refusal))
            finally:
                db.session.remove()

    thread = threading.Thread(target=other)
    thread.start()
    with app.app_context(), acting(SYSTEM):
        hold()
        db.session.remove()
    thread.join(60)
    return told[0]


@pytest.fixture
def two_renewals(app):
    """A customer whose line ended, and two fees beyond it that wait: (customer, the longer, the shorter)."""
    with app.app_context():
        key, _line = served(-5)
        fees = a_fee(key, 400, state="unreviewed"), a_fee(key, 300, state="unreviewed")
        db.session.remove()
    return key, *fees


def approve(fee):
    with acting(SYSTEM):
        change_fee(fee, state="approved")


def both_approved(app, keys):
    key, longer, shorter = keys
    while_open(app, lambda: approve(longer), lambda: approve(shorter))
    with app.app_context():
        return customer(key).covered_until


def test_of_two_who_approve_the_second_reckons_with_both(app, two_renewals):
    assert both_approved(app, two_renewals) == in_days(400)


@pytest.mark.one_database("postgresql")
def test_without_the_customers_lock_the_second_would_forget_the_first(app, two_renewals, monkeypatch):
    monkeypatch.setattr(reckoning, "locked", sorted)
    monkeypatch.setattr(changes, "sell", lambda _ids, **_more: None)  # making its deal holds the customer too
    assert both_approved(app, two_renewals) == in_days(300)


def test_of_two_first_fees_of_a_product_there_is_one_line(app):
    with app.app_context():
        key = served(-5)[0]
        db.session.remove()
    with app.app_context():
        from tests.crm.renewals.steps import a_service  # noqa: PLC0415 - beside its use

        product = a_service(code="YW-01", name="备份托管")
        fees = [a_fee(key, days, product=product, state="unreviewed") for days in (100, 200)]
        db.session.remove()
    assert while_open(app, lambda: approve(fees[1]), lambda: approve(fees[0])) == "done"
    with app.app_context(), acting(SYSTEM):
        lines = db.session.scalars(select(Line.end_on).where(Line.product_id == product)).all()
    assert lines == [in_days(200)]


# ── ending against approving ──


def ended_meanwhile(app, keys):
    key, longer, _shorter = keys
    with app.app_context(), acting(SYSTEM):
        change_fee(_shorter, state="void")
        change_fee(longer, state="rejected")
        line_id = db.session.scalar(select(Line.id).where(Line.customer_id == key))
        db.session.remove()

    def end_it():
        with acting(LIN.actor) as lin:
            services.end(db.session.get_one(Line, line_id), reason="price", actor=lin)

    told = while_open(app, lambda: approve(longer), end_it)
    with app.app_context():
        return told, line(line_id).ended_on


def test_what_was_renewed_meanwhile_is_not_ended(app, two_renewals):
    told, ended_on = ended_meanwhile(app, two_renewals)
    assert (told.startswith("This service runs on"), ended_on) == (True, None)


@pytest.mark.one_database("postgresql")
def test_without_looking_again_under_the_lock_it_would_be(app, two_renewals, monkeypatch):
    monkeypatch.setattr(ending, "_hold", lambda _ids: None)
    monkeypatch.setattr(ending, "lock", lambda _line: None)
    told, ended_on = ended_meanwhile(app, two_renewals)
    assert (told, ended_on) == ("done", in_days(0))


# ── two schedulers ──


def two_runs(app):
    ready = threading.Barrier(2)

    def run():
        with app.app_context():
            ready.wait(PATIENCE_SECONDS)
            remind()
            db.session.remove()

    both = [threading.Thread(target=run) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    with app.app_context():
        found = messages()
        return {who: sum(said["count"] for person, said in found if person == who) for who, _said in found}


@pytest.fixture
def five_due(app):
    with app.app_context():
        for days in range(5):
            served(days, name=f"客户{days}", phone=f"+8637165{days:06}")
        from app.system.security.models import Department  # noqa: PLC0415 - beside its use

        with acting(SYSTEM):
            db.session.get_one(Department, SAM.department_id).head_id = SAM.id
            db.session.commit()
        db.session.remove()


@pytest.mark.usefixtures("five_due")
def test_two_schedulers_at_once_tell_each_reminder_once(app):
    assert two_runs(app) == {LIN.id: 5, SAM.id: 5}


@pytest.mark.usefixtures("five_due")
@pytest.mark.one_database("postgresql")
def test_without_the_conditional_update_both_would_tell_it(app, monkeypatch):
    looked = threading.Barrier(2)

    def take(batch, day):
        rows = Reminder.__table__
        with db.session.no_autoflush:
            found = db.session.connection().scalars(select(rows.c.id).where(rows.c.batch.is_(None))).all()
        looked.wait(PATIENCE_SECONDS)
        db.session.connection().execute(update(rows).where(rows.c.id.in_(found)).values(batch=batch, told_on=day))
        return bool(found)

    monkeypatch.setattr(reminding, "_take", take)
    assert two_runs(app) == {LIN.id: 10, SAM.id: 10}


@pytest.mark.usefixtures("five_due")
@pytest.mark.one_database("postgresql")
def test_what_both_note_at_once_is_told_once(app, monkeypatch):
    """The noting is done by both at once; the key lets one of each through."""
    noted = threading.Barrier(2)
    note = reminding._note

    def both_note(*given):
        noted.wait(PATIENCE_SECONDS)
        note(*given)

    monkeypatch.setattr(reminding, "_note", both_note)
    assert two_runs(app) == {LIN.id: 5, SAM.id: 5}
