"""One action over many customers: frozen, changed in sets with history, taken back but for what was edited since."""

import threading

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import Invalid, WrongState
from app.base.history import change_set_class, versions_of
from app.base.scope import with_deleted
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, PhoneEntry
from app.crm.customers.views import CustomerView
from app.extensions import db
from app.system.logs.models import Entry, RecordSet
from app.system.runs import queries, rules, services
from app.system.runs.models import Run
from app.system.runs.rules import State
from app.system.runs.services import running
from tests.cast import ANRAN, EVE, SAM
from tests.factories import a_customer

ALL = '{"all": []}'


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Three rows a transaction, so that a test has several."""
    monkeypatch.setattr(queries, "CHUNK", 3)


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


# ── taking back ──


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
    run = done(app, {}, action="delete", shown=2)
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


class CutOffError(Exception):
    pass


class CutsOff(AtOnce):
    """Progress of a worker that dies after so many steps."""

    def __init__(self, actor, *, after):
        super().__init__({}, actor)
        self.left = after

    def step(self, change, *, done, total=None):
        if not self.left:
            raise CutOffError
        self.left -= 1
        return super().step(change, done=done, total=total)


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

    def look(run_id):
        found = next_changed(run_id)
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
