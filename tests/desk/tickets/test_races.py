"""People who meet at one ticket: one does it, the others are told. Each with the guard taken out, too."""

from collections import Counter
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.i18n import speaking
from app.crm.customers.models import Customer
from app.desk.tickets import services
from app.desk.tickets.models import Ticket, TicketMove
from app.desk.tickets.services import handing, opening, steps
from app.extensions import db
from app.system.security import queries as security
from tests.bed.databases import POSTGRESQL
from tests.cast import EVE, GAO, JI, LIN, SAM
from tests.desk.tickets.steps import in_work, solved
from tests.factories import a_customer, a_queue, a_ticket

PATIENCE = 60


def together(app, jobs):
    """Let everybody act at once, each with what they have read before; return how it went for each, sorted."""
    outcomes, ready = [None] * len(jobs), Barrier(len(jobs))

    def run(place, person, act):
        with app.app_context(), speaking("en"):
            actor = security.actor(person.id)
            db.session.rollback()
            with acting(actor):
                try:
                    outcomes[place] = act(ready, actor) or "done"
                except Exception as error:  # noqa: BLE001 - told to the test
                    outcomes[place] = type(error).__name__
                finally:
                    db.session.remove()

    threads = [Thread(target=run, args=(place, *job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return sorted(map(str, outcomes))


def read_first(key, ready, model=Ticket):
    """Read a record, and wait until the others have read it too."""
    record = db.session.get_one(model, key)
    assert record.id
    if db.engine.dialect.name == "sqlite":  # whose transactions hold its only lock from their beginning
        db.session.rollback()
    ready.wait(PATIENCE)
    return record


def pressing(key, service, *values, revision=None):
    def act(ready, actor):
        service(read_first(key, ready), *values, actor=actor, revision=revision)

    return act


def now(app, key):
    with app.app_context(), acting(SYSTEM):
        found = db.session.get_one(Ticket, key)
        moves = db.session.scalars(select(TicketMove).where(TicketMove.ticket_id == key).order_by(TicketMove.id))
        return found.phase, found.assignee_id, [one.verb for one in moves]


def without_lock(monkeypatch, module=steps):
    """Take the lock out, and let all meet behind it."""
    met = Barrier(2)

    def meet(*_given, **_more):
        try:
            met.wait(2)
        except BrokenBarrierError:
            return

    monkeypatch.setattr(module, "lock", meet)


# ── dispatched twice ──


def dispatching(key):
    return [(GAO, pressing(key, services.dispatch, {"assignee": person.id})) for person in (JI, GAO)]


def test_of_two_who_dispatch_one_ticket_one_does(app, saved):
    key = saved(a_ticket)
    assert together(app, dispatching(key)) == ["WrongState", "done"]
    assert now(app, key)[2] == ["open", "dispatch"]


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_only_the_revision_of_the_row_stops_the_second(app, saved, monkeypatch):
    key = saved(a_ticket)
    without_lock(monkeypatch)
    assert together(app, dispatching(key)) == ["WrongState", "done"]  # StaleDataError, in words


def test_without_the_rule_under_the_lock_both_would_have_dispatched(app, saved, monkeypatch):
    key = saved(a_ticket)
    monkeypatch.setattr(handing, "_check_undispatched", lambda _ticket: None)
    assert together(app, dispatching(key)) == ["done", "done"]
    assert now(app, key)[2] == ["open", "dispatch", "dispatch"]


# ── taken by twenty ──

PEOPLE = (JI, GAO, LIN, EVE, SAM)


@pytest.fixture
def queued(saved):
    """A ticket in a queue of five people, of whom each tries four times."""
    queue = saved(a_queue, people=tuple(person.id for person in PEOPLE))
    return saved(a_ticket, queue=queue)


def test_of_twenty_who_take_one_ticket_one_has_it(app, queued):
    outcomes = together(app, [(person, pressing(queued, services.take)) for person in PEOPLE * 4])
    assert Counter(outcomes)["done"] == 1
    assert set(outcomes) <= {"done", "WrongState", "NotAllowed"}
    phase, assignee, verbs = now(app, queued)
    assert (phase, verbs) == ("working", ["open", "take"])
    assert assignee in [person.id for person in PEOPLE]


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_only_the_revision_stops_the_second_who_takes_it(app, queued, monkeypatch):
    without_lock(monkeypatch)
    outcomes = together(app, [(person, pressing(queued, services.take)) for person in (JI, GAO)])
    assert outcomes == ["WrongState", "done"]


def test_without_the_rule_under_the_lock_two_would_have_taken_it(app, queued, monkeypatch):
    monkeypatch.setattr(handing, "_check_undispatched", lambda _ticket: None)
    assert together(app, [(GAO, pressing(queued, services.take)) for _time in range(2)]) == ["done", "done"]
    assert now(app, queued)[2] == ["open", "take", "take"]


# ── transferred while it is solved ──


def crossing(key):
    away = pressing(key, services.transfer, {"assignee": GAO.id, "words": "要懂网络"}, revision=3)
    return [(GAO, away), (JI, pressing(key, services.solve, {"solution": "重启"}, revision=3))]


def test_a_ticket_is_transferred_or_solved_never_both(app, once):
    key = once(in_work)
    assert together(app, crossing(key)) == ["Conflict", "done"]
    assert len(now(app, key)[2]) == 4


def test_without_the_revision_it_would_be_solved_by_somebody_who_has_it_no_more(app, once, monkeypatch):
    key = once(in_work)
    monkeypatch.setattr(steps, "check_revision", lambda *_given, **_more: None)
    outcomes = together(app, crossing(key))
    verbs = now(app, key)[2][3:]
    assert (outcomes, verbs) in (
        (["done", "done"], ["transfer", "solve"]),
        (["WrongState", "done"], ["solve"]),
        (["WrongState", "done"], ["transfer"]),
    )


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_only_the_revision_of_the_row_keeps_them_apart(app, once, monkeypatch):
    key = once(in_work)
    without_lock(monkeypatch)
    monkeypatch.setattr(steps, "check_revision", lambda *_given, **_more: None)
    assert together(app, crossing(key)) == ["WrongState", "done"]


# ── closed while it is reopened ──


def ending(key):
    return [(LIN, pressing(key, services.close, {})), (LIN, pressing(key, services.reopen, {"words": "又坏了"}))]


def test_a_solved_ticket_is_closed_and_reopened_one_after_the_other(app, once):
    key = once(solved)
    outcomes, (phase, _who, verbs) = together(app, ending(key)), now(app, key)
    assert "done" in outcomes
    last = verbs[4:]
    assert (last, phase) in ((["close", "reopen"], "working"), (["reopen"], "working"))
    assert outcomes == (["done", "done"] if len(last) == 2 else ["WrongState", "done"])


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_the_second_of_them_would_lose_to_the_revision_of_the_row(app, once, monkeypatch):
    key = once(solved)
    without_lock(monkeypatch)
    assert together(app, ending(key)) == ["WrongState", "done"]
    assert len(now(app, key)[2]) == 5


# ── numbers ──


def opening_many(customer, each):
    def act(ready, actor):
        ready.wait(PATIENCE)
        with acting(SYSTEM):
            found = db.session.get_one(Customer, customer)
        for turn in range(each):
            services.open_ticket(found, {"type": "consult", "title": f"问题{turn}"}, actor=actor)

    return act


def test_eight_writers_get_each_number_of_the_day_once(app, saved):
    customer, each = saved(a_customer), 12
    assert together(app, [(LIN, opening_many(customer, each)) for _writer in range(8)]) == ["done"] * 8
    with app.app_context(), acting(SYSTEM):
        numbers = db.session.scalars(select(Ticket.number)).all()
    assert len(set(numbers)) == len(numbers) == 8 * each
    assert {number[:12] for number in numbers} == {f"GD-{clock.today():%Y%m%d}-"}


def test_numbers_that_are_counted_instead_would_be_there_twice(app, saved, monkeypatch):
    met = Barrier(2)

    def counted():
        last = len(db.session.scalars(select(Ticket.id)).all())
        with suppress(BrokenBarrierError):
            met.wait(2)
        return f"GD-X-{last + 1:04d}"

    monkeypatch.setattr(opening, "number", counted)
    outcomes = together(app, [(LIN, opening_many(saved(a_customer), 1)) for _writer in range(2)])
    expected = ["IntegrityError", "done"] if db_name(app) == POSTGRESQL else ["done", "done"]
    assert outcomes == expected


def db_name(app):
    with app.app_context():
        return db.engine.dialect.name
