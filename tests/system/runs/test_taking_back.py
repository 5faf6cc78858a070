"""A run taken back but for what was edited since; cut off and going on; two at once."""

import threading

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import WrongState
from app.base.history import versions_of
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, PhoneEntry
from app.extensions import db
from app.system.logs.models import Entry, RecordSet
from app.system.runs import queries, rules, services
from app.system.runs.models import Run
from app.system.runs.rules import State
from tests.cast import ANRAN
from tests.factories import a_customer
from tests.system.cut_off import CutOffError, CutsOff
from tests.system.runs.steps import carried_out, done, levels, many, numbers, planned, run_of, taken_back


def test_a_run_is_taken_back_but_for_rows_edited_since_which_are_named(app, in_app):
    ids = many(7, level="b")
    run = done(app, {"level": "a"}, shown=7)
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, ids[2]), {"address": "改过"}, actor=SYSTEM, revision=None)
    with acting(ANRAN.actor):
        would = services.preview(run_of(run.id))
    run = taken_back(run.id)
    assert would == (6, 1)
    assert (run.state, numbers(run)) == (State.UNDONE, (7, 7, 0, 6, 1))
    assert levels() == dict.fromkeys(ids, "b") | {ids[2]: "a"}
    with acting(SYSTEM):
        assert [(row.record_id, row.reason) for row in queries.left_alone(run.id, limit=9)] == [
            (ids[2], "Edited since.")
        ]


def test_the_log_holds_one_line_of_a_run_with_all_its_rows_and_one_of_its_undoing(app, in_app):
    ids = many(4)
    run = done(app, {"level": "a"}, shown=4)
    taken_back(run.id)
    with acting(SYSTEM):
        lines = list(
            db.session.scalars(select(Entry).where(Entry.kind.in_(["bulk_changed", "undone"])).order_by(Entry.id))
        )
        assert [(one.kind, one.person_id, one.title) for one in lines] == [
            ("bulk_changed", ANRAN.id, "Change many"),
            ("undone", ANRAN.id, "Change many"),
        ]
        kept = db.session.get(RecordSet, lines[0].id)
        assert (kept.first_id, kept.last_id) == (ids[0], ids[-1])


def test_a_run_is_taken_back_once(app, in_app):
    many(1)
    run = done(app, {"level": "a"}, shown=1)
    taken_back(run.id)
    with pytest.raises(WrongState, match="taken back already"):
        taken_back(run.id)


def test_deleted_customers_come_back_with_their_numbers_unless_their_code_is_in_use(app, in_app):
    code = "91350000NFEU9W2E97"
    first, second = many(2)
    with acting(SYSTEM):
        customers.change(db.session.get(Customer, second), {"credit_code": code}, actor=SYSTEM, revision=None)
    run = done(app, {"reason": "trial"}, action="delete", shown=2)
    with acting(SYSTEM):
        assert db.session.scalar(select(func.count(Customer.id))) == 0
        assert db.session.scalar(select(func.count(PhoneEntry.id))) == 0
    a_customer(name="新来的", phone="+8637165008888", credit_code=code)
    run = taken_back(run.id)
    assert numbers(run)[3:] == (1, 1)
    with acting(SYSTEM):
        assert db.session.get(Customer, first).deleted_at is None
        reasons = [row.reason for row in queries.left_alone(run.id, limit=9)]
        assert reasons == [f"Another customer has the credit code {code} now."]
        assert db.session.scalar(select(func.count(PhoneEntry.id)).where(PhoneEntry.customer_id == first)) == 1


# ── cut off ──


@pytest.mark.parametrize("after", range(5))
def test_a_run_that_was_cut_off_goes_on_and_changes_nothing_twice(app, in_app, after):
    ids = many(7)
    run_id = planned(app, {"level": "a"}, shown=7)
    with acting(ANRAN.actor):
        with pytest.raises(CutOffError):
            services.carry_out(run_id, CutsOff(ANRAN.actor, after=after))
        db.session.rollback()
    run = carried_out(run_id)
    assert (run.state, numbers(run)[:3]) == (State.DONE, (7, 7, 0))
    assert levels() == dict.fromkeys(ids, "a")
    with acting(SYSTEM):
        kept = versions_of(Customer)
        assert db.session.scalar(select(func.count(kept.id))) == 14  # made once, changed once


@pytest.mark.parametrize("after", range(4))
def test_taking_back_that_was_cut_off_goes_on(app, in_app, after):
    ids = many(7, level="b")
    run = done(app, {"level": "a"}, shown=7)
    with acting(ANRAN.actor):
        services.begin_to_take_back(db.session.get(Run, run.id), actor=ANRAN.actor, in_background=False)
        with pytest.raises(CutOffError):
            services.take_back(run.id, CutsOff(ANRAN.actor, after=after))
        db.session.rollback()
    run = taken_back(run.id)
    assert (run.state, numbers(run)[3:]) == (State.UNDONE, (7, 0))
    assert levels() == dict.fromkeys(ids, "b")


def test_what_was_done_of_a_run_cut_off_can_be_taken_back(app, in_app):
    ids = many(7)
    run_id = planned(app, {"level": "a"}, shown=7)
    with acting(ANRAN.actor):
        with pytest.raises(CutOffError):
            services.carry_out(run_id, CutsOff(ANRAN.actor, after=2))
        db.session.rollback()
    assert list(levels().values()).count("a") == 3
    run = taken_back(run_id)
    assert numbers(run)[3:] == (3, 0)
    assert levels() == dict.fromkeys(ids)
    with pytest.raises(WrongState, match="taken back already"):
        carried_out(run_id)


# ── races ──


def at_once(app, *verbs):
    ready, told = threading.Barrier(len(verbs)), []

    def go(verb):
        with app.app_context(), acting(ANRAN.actor):
            db.session.rollback()  # or on SQLite one would wait for the other with the write lock in its hand
            ready.wait(10)
            try:
                verb()
            except (WrongState, AssertionError) as refusal:
                told.append(str(refusal))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(verb,)) for verb in verbs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return told


def two_take_a_run_back(app):
    with app.app_context():
        many(9, level="b")
        run_id = done(app, {"level": "a"}, shown=9).id
        with acting(ANRAN.actor):
            services.begin_to_take_back(db.session.get(Run, run_id), actor=ANRAN.actor, in_background=False)
        db.session.remove()

    at_once(app, *[lambda: services.take_back(run_id, AtOnce({}, ANRAN.actor))] * 2)
    with app.app_context():
        found = numbers(run_of(run_id))[3:]
        db.session.remove()
    return found


def test_two_who_take_the_same_run_back_restore_each_row_once(app):
    assert two_take_a_run_back(app) == (9, 0)


@pytest.mark.one_database("postgresql")  # on SQLite nobody reads while another may write
def test_without_asking_what_is_left_both_would_count_each_row(app, monkeypatch):
    both_looked = threading.Barrier(2)

    def look(run_id, **which):
        found = next_changed(run_id, **which)
        if found and not both_looked.broken:
            both_looked.wait(10)
        return found

    next_changed = queries.next_changed
    monkeypatch.setattr(queries, "next_changed", look)
    monkeypatch.setattr(queries, "still", lambda _run, part, **_fate: part)
    assert two_take_a_run_back(app) != (9, 0)


def test_an_edit_during_the_taking_back_is_kept_whoever_is_first(app):
    with app.app_context():
        ids = many(6, level="b")
        run_id = done(app, {"level": "a"}, shown=6).id
        db.session.remove()

    def edit():
        customers.change(db.session.get(Customer, ids[5]), {"address": "改过"}, actor=ANRAN.actor, revision=None)

    at_once(app, lambda: taken_back(run_id), edit)
    with app.app_context(), acting(SYSTEM):
        edited = db.session.get(Customer, ids[5])
        assert edited.address == "改过"
        assert edited.level == ("a" if run_of(run_id).kept_count else "b")


def test_the_rules_of_going_on():
    with pytest.raises(WrongState, match="is being taken back"):
        rules.check_goes_on(State.UNDOING, State.RUNNING)
    assert rules.check_goes_on(State.RUNNING, State.RUNNING) is None
