"""One action over many customers: frozen, changed in sets with history, refused with the reason."""

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, WrongState
from app.base.history import change_set_class, versions_of
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.runs import queries
from app.system.runs.models import Run
from app.system.runs.rules import State
from app.system.runs.services import running
from tests.cast import ANRAN, EVE, SAM
from tests.factories import a_customer
from tests.system.runs.steps import carried_out, done, levels, many, numbers, planned, taken_back


def test_every_matching_row_is_changed_with_one_line_of_history_each(app, in_app):
    ids = many(7, level="b")
    run = done(app, {"level": "a"}, shown=7)
    assert (run.state, numbers(run)) == (State.DONE, (7, 7, 0, 0, 0))
    assert levels() == dict.fromkeys(ids, "a")
    with acting(SYSTEM):
        kept, sets = versions_of(Customer), change_set_class()
        latest = select(kept.level, kept.updated_by_id, kept.revision, sets.user_id, sets.note).join(
            sets, sets.id == kept.transaction_id
        )
        rows = db.session.execute(latest.where(kept.end_transaction_id.is_(None))).all()
        assert {tuple(row) for row in rows} == {("a", ANRAN.id, 2, ANRAN.id, "Change many")}
        former = select(func.count()).where(kept.level == "b", kept.end_transaction_id.is_not(None))
        assert db.session.scalar(former) == 7


def test_rows_that_hold_the_value_already_get_no_history(app, in_app):
    many(2, level="a")
    run = done(app, {"level": "a"}, shown=2)
    assert numbers(run)[:3] == (2, 0, 0)
    with acting(SYSTEM):
        kept = versions_of(Customer)
        assert db.session.scalar(select(func.count(kept.id))) == 2


def test_only_ticked_rows_are_changed(app, in_app):
    first, second, third = many(3)
    done(app, {"level": "a"}, ids=[first, third], shown=2)
    assert levels() == {first: "a", second: None, third: "a"}


def test_a_ticked_row_outside_the_scope_is_not_there(app, in_app):
    [mine] = many(1)
    hers = a_customer(name="叶家", phone="+8637165009999", owner=EVE.id).id
    with pytest.raises(WrongState, match="1 rows match now, 2 did"):
        done(app, {"level": "a"}, who=SAM, ids=[mine, hers], shown=2)
    run = done(app, {"level": "a"}, who=SAM, ids=[mine, hers], shown=1)
    assert numbers(run)[:2] == (1, 1)
    assert levels()[hers] is None


def test_nothing_happens_when_other_rows_match_than_the_person_was_shown(app, in_app):
    many(3)
    run_id = planned(app, {"level": "a"}, shown=2)
    with pytest.raises(WrongState, match="3 rows match now, 2 did when you looked: nothing was changed"):
        carried_out(run_id)
    assert set(levels().values()) == {None}


def test_a_row_taken_away_while_the_run_goes_on_is_left_alone(app, in_app, monkeypatch):
    ids = many(4)

    def move_the_last(run_id, part, actor):
        if ids[3] in part:
            with acting(SYSTEM):
                moved = db.session.get(Customer, ids[3])
                moved.owner_id, moved.department_id = EVE.id, EVE.department_id
                db.session.flush()
        return apply(run_id, part, actor)

    apply = running._apply
    monkeypatch.setattr(running, "_apply", move_the_last)
    run = done(app, {"level": "a"}, who=SAM, shown=4)
    assert numbers(run)[:3] == (4, 3, 1)
    assert levels()[ids[3]] is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Fill in at least one field"),
        ({"level": "a", "emptied": ["level"]}, "“Level” is both filled in and to be emptied"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_planned(app, in_app, given, sentence):
    many(1)
    with pytest.raises(Invalid, match=sentence):
        planned(app, given, shown=1)
    assert run_count() == 0


def run_count():
    with acting(SYSTEM):
        return db.session.scalar(select(func.count(Run.id)))


def test_another_department_is_only_given_by_who_may_change_all_customers(app, in_app):
    [key] = many(1)
    with pytest.raises(Invalid, match="Only somebody who may change all customers"):
        planned(app, {"department": EVE.department_id}, who=SAM, shown=1)
    done(app, {"department": EVE.department_id}, who=ANRAN, shown=1)
    with acting(SYSTEM):
        assert db.session.get(Customer, key).department_id == EVE.department_id


def test_a_field_of_companies_is_refused_by_persons(app, in_app):
    [company] = many(1)
    person = a_customer(kind="person", name="王小明", phone="+8613800138000").id
    run = done(app, {"industry": "retail"}, shown=2)
    assert numbers(run)[:3] == (2, 1, 1)
    with acting(SYSTEM):
        assert (db.session.get(Customer, company).industry, db.session.get(Customer, person).industry) == (
            "retail",
            None,
        )
        assert [(row.record_id, row.reason) for row in queries.left_alone(run.id, limit=9)] == [
            (person, "“Industry” belongs to companies only.")
        ]


def test_becoming_a_deal_customer_keeps_the_first_day(app, in_app):
    [key] = many(1)
    run = done(app, {"status": "deal"}, shown=1)
    with acting(SYSTEM):
        assert db.session.get(Customer, key).converted_on is not None
    taken_back(run.id)
    with acting(SYSTEM):
        again = db.session.get(Customer, key, populate_existing=True)
        assert (again.converted_on, again.status) == (None, "potential")
